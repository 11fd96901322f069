"""Tar archives as a stream, so that a night of 100 GB needs no room; nothing is ever extracted to a disk.

The tar format is trusting: a header may declare gigabytes of name, and what is
no header ends the archive without a word. Here the first is refused and the
second told.
"""

import gzip
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONGEST_NAME = 1 << 16  # bytes of a header that carries a long name or other attributes
PADDING = 1 << 20  # bytes looked at after the end of the archive; tar pads to 10 kB
CARRIERS = (  # headers that hold the name or attributes of the next one
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)
GZIP = b"\x1f\x8b"
Refusal = Callable[[str, int], str]  # (name, bytes of content) -> why a member is not read, or nothing


@dataclass(frozen=True)
class Member:
    """One file of an archive.

    Attributes
    ----------
    name : as the archive has it; never a path on this machine.
    content : its bytes, empty where it was refused. refused : why, or nothing.
    """

    name: str
    content: bytes
    refused: str = ""


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


def members(path: Path, refuse: Refusal) -> Iterator[Member]:
    """Members of a ``.tar`` or ``.tar.gz`` in their order, but for folders.

    Raises
    ------
    Exception
        Whatever damage makes of the parser; the members before it were given.
    """
    with path.open("rb") as file:
        zipped = file.read(2) == GZIP
    with gzip.open(path) if zipped else path.open("rb") as stream:  # gzip checks the sum at the end
        yield from _members(stream, refuse)


def _members(stream: Any, refuse: Refusal) -> Iterator[Member]:
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header) as archive:
        for member in archive:
            archive.members = []  # type: ignore[attr-defined]  # tarfile keeps every header otherwise
            archive.pax_headers = {}
            if not member.isdir():
                refused = refuse(member.name, member.size) if member.isfile() else "not a regular file"
                content = None if refused else archive.extractfile(member)
                yield Member(member.name, content.read() if content else b"", refused)
        rest: Any = archive.fileobj
        for _ in range(PADDING // tarfile.RECORDSIZE):
            padding = rest.read(tarfile.RECORDSIZE)
            if any(padding):
                raise tarfile.ReadError("data follow its end")
