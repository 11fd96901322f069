"""Tar archives of packets, read as a stream."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from ..door.tar_file import members
from ..door.words import in_brief, printable
from .alert import Rejected
from .packets import LARGEST_PACKET, TOO_LARGE

LONGEST_ORIGIN = 200  # characters of a member's name in messages
Found = TypeVar("Found")
Reader = Callable[[bytes, str], Iterator[Found | Rejected]]  # (bytes of a packet, how messages name it)


def read_archive(path: Path, read: Reader[Found]) -> Iterator[Found | Rejected]:
    """Members of a ``.tar`` or ``.tar.gz``, each what ``read`` makes of its bytes, or rejected.

    Damage ends the archive: the members before it are kept.
    """
    origin = printable(path)
    try:
        for member in members(path, _refusal):
            name = f"{origin}:{printable(member.name[:LONGEST_ORIGIN])}"
            if member.refused:
                yield Rejected(name, member.refused)
            else:
                yield from read(member.content, name)
    except Exception as error:  # whatever the damage makes of the parser
        yield Rejected(origin, f"the archive is damaged from here on ({in_brief(error) or type(error).__name__})")


def _refusal(name: str, size: int) -> str:
    if not name.endswith(".avro"):
        return "not an .avro file"
    return TOO_LARGE if size > LARGEST_PACKET else ""
