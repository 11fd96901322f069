"""Tar archives of packets, read as a stream, so that a night of 100 GB needs no room.

The tar format is trusting: a header may declare gigabytes of name, and what is
no header ends the archive without a word. Here the first is refused and the
second told.
"""

import gzip
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from ..door.words import in_brief, printable
from .alert import Rejected
from .packets import LARGEST_PACKET, TOO_LARGE

LONGEST_NAME = 1 << 16  # bytes of a header that carries a long name or other attributes
PADDING = 1 << 20  # bytes looked at after the end of the archive; tar pads to 10 kB
LONGEST_ORIGIN = 200  # characters of a member's name in messages
CARRIERS = (  # headers that hold the name or attributes of the next one
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)
GZIP = b"\x1f\x8b"
Found = TypeVar("Found")
Reader = Callable[[bytes, str], Iterator[Found | Rejected]]  # (bytes of a packet, how messages name it)


class _Header(tarfile.TarInfo):
    """A member's header; one that is damaged or would fill the memory is an error."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> "_Header":
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # not in typeshed
            raise
        except tarfile.HeaderError as error:  # tarfile would take it for the end of the archive
            raise tarfile.ReadError(str(error)) from None

    def _proc_member(self, archive: tarfile.TarFile) -> Any:
        """Where tarfile reads what a kind of member has beside its header."""
        if self.type == tarfile.GNUTYPE_SPARSE:
            raise tarfile.ReadError("a sparse file")
        if self.size < 0 or (self.type in CARRIERS and self.size > LONGEST_NAME):
            raise tarfile.ReadError(f"a header declares {self.size} bytes")
        return super()._proc_member(archive)  # type: ignore[misc]  # not in typeshed

    def _proc_gnusparse_10(self, *_: Any) -> None:
        raise tarfile.ReadError("a sparse file")


def read_archive(path: Path, read: Reader[Found]) -> Iterator[Found | Rejected]:
    """Members of a ``.tar`` or ``.tar.gz``, each what ``read`` makes of its bytes, or rejected.

    Damage ends the archive: the members before it are kept.
    """
    origin = printable(path)
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == GZIP
        with gzip.open(path) if zipped else path.open("rb") as stream:  # gzip checks the sum at the end
            yield from _members(stream, origin, read)
    except Exception as error:  # whatever the damage makes of the parser
        yield Rejected(origin, f"the archive is damaged from here on ({in_brief(error) or type(error).__name__})")


def _members(stream: Any, origin: str, read: Reader[Found]) -> Iterator[Found | Rejected]:
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header) as archive:
        for member in archive:
            archive.members = []  # type: ignore[attr-defined]  # tarfile keeps every header otherwise
            archive.pax_headers = {}
            if not member.isdir():
                yield from _member(archive, member, f"{origin}:{printable(member.name[:LONGEST_ORIGIN])}", read)
        rest: Any = archive.fileobj
        for _ in range(PADDING // tarfile.RECORDSIZE):
            padding = rest.read(tarfile.RECORDSIZE)
            if any(padding):
                raise tarfile.ReadError("data follow its end")


def _member(
    archive: tarfile.TarFile, member: tarfile.TarInfo, origin: str, read: Reader[Found]
) -> Iterator[Found | Rejected]:
    if not member.isfile():
        yield Rejected(origin, "not a regular file")
    elif not member.name.endswith(".avro"):
        yield Rejected(origin, "not an .avro file")
    elif member.size > LARGEST_PACKET:
        yield Rejected(origin, TOO_LARGE)
    else:
        content = archive.extractfile(member)
        yield from read(content.read() if content else b"", origin)
