"""Images as files of their own: in a folder and those below it, or in a tar file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..place import walk
from ..tar_file import members
from ..words import in_brief, printable
from .image import IMAGES, Encoded, ImageForm, Plane, Unreadable

LARGEST_MEMBER = 1 << 30  # bytes of one image in an archive
LONGEST_ORIGIN = 200  # characters of a member's name in messages


def in_folder(path: Path, form: ImageForm) -> Iterator[Encoded | Unreadable]:
    """Images of a folder, or one file, in the order of their names; other files are passed over."""
    files = [file for file in walk(path) if ending(file.name)]
    pieces = [
        _Piece(str(file.parent), *_parted(file.name, form), Plane(file, ending(file.name)), str(file)) for file in files
    ]
    yield from _gathered(iter(sorted(pieces, key=lambda piece: (piece.folder, piece.name, piece.channel))), form)


def in_tar(path: Path, form: ImageForm) -> Iterator[Encoded | Unreadable]:
    """Images of a tar file, as WebDataset writes them; the members of one image follow each other.

    Other members are passed over. Damage ends the archive: the images before it are kept.
    """
    origin, damage = printable(path), list[str]()

    def pieces() -> Iterator["_Piece"]:
        try:
            for member in members(path, _refusal):
                folder, _, name = member.name.rpartition("/")
                if ending(name) and not name.startswith("."):
                    where = f"{origin}:{printable(member.name[:LONGEST_ORIGIN])}"
                    plane = Plane(member.content, ending(name))
                    yield _Piece(folder, *_parted(name, form), plane, where, member.refused)
        except Exception as error:  # whatever the damage makes of the parser
            damage.append(in_brief(error) or type(error).__name__)

    yield from _gathered(pieces(), form)
    for why in damage:
        yield Unreadable("", origin, f"the archive is damaged from here on ({why})")


@dataclass(frozen=True)
class _Piece:
    """A file of an image: where it lies, the image's name, the channel where it is one of its own, else nothing."""

    folder: str
    name: str
    channel: str
    plane: Plane
    origin: str
    refused: str = ""


@dataclass
class _Group:
    """The pieces of one image, by channel."""

    folder: str
    name: str
    origin: str
    refused: str
    planes: dict[str, Plane] = field(default_factory=dict)

    def add(self, piece: _Piece) -> None:
        if piece.channel in self.planes:
            self.refused = self.refused or f"{_second(piece)}{f', channel {piece.channel}' if piece.channel else ''}"
        self.planes[piece.channel] = piece.plane
        self.refused = self.refused or piece.refused

    def made(self, form: ImageForm) -> Encoded | Unreadable:
        wanted = form.channels if form.bands_apart else ("",)
        if lacking := [name for name in wanted if name not in self.planes]:
            reason = self.refused or f"channel {', '.join(lacking)} is not there"
            return Unreadable(self.name, self.origin, reason)
        if self.refused:
            return Unreadable(self.name, self.origin, self.refused)
        return Encoded(self.name, self.origin, tuple(self.planes[name] for name in wanted))


def _gathered(pieces: Iterator[_Piece], form: ImageForm) -> Iterator[Encoded | Unreadable]:
    """Pieces that follow each other as images; a name that comes back is a second image of it."""
    seen: set[str] = set()
    group: _Group | None = None
    for piece in pieces:
        if form.bands_apart and piece.channel not in form.channels:
            continue  # of a channel that is not wanted, or none of a channel
        if group and (piece.folder, piece.name) != (group.folder, group.name):
            yield group.made(form)
            group = None
        if group is None:
            group = _Group(piece.folder, piece.name, piece.origin, _second(piece) if piece.name in seen else "")
            seen.add(piece.name)
        group.add(piece)
    if group:
        yield group.made(form)


def _second(piece: _Piece) -> str:
    return f"a second image named {piece.name}"


def ending(name: str) -> str:
    """The ending of a file that holds an image, in lower case; nothing of any other."""
    lower = name.lower()
    return next((each for each in sorted(IMAGES, key=len, reverse=True) if lower.endswith(each)), "")


def _parted(name: str, form: ImageForm) -> tuple[str, str]:
    """The name of an image and of its channel, of a file's name."""
    stem = name[: len(name) - len(ending(name))]
    if form.bands_apart:
        for channel in sorted(form.channels, key=len, reverse=True):
            if found := re.fullmatch(rf"(.+)[._-]{re.escape(channel)}", stem):
                return found[1], channel
    return stem, ""


def _refusal(name: str, size: int) -> str:
    return f"{size} bytes are too many" if ending(name) and size > LARGEST_MEMBER else ""
