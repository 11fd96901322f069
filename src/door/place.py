"""What a path holds, found out once and carried as a value."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from pathlib import Path

from ..runtime.errors import AlertlabError

ARCHIVES = (".tar", ".tar.gz", ".tgz")
PACKETS = (".avro", *ARCHIVES)
PARQUET = (".parquet", ".pq")
CSV = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
FITS = (".fits", ".fit", ".fits.gz", ".fit.gz")
VOTABLE = (".vot", ".votable", ".xml")
ECSV = (".ecsv",)
ARRAYS = (".npz",)
TABLES = (*PARQUET, *CSV, *FITS, *VOTABLE, *ECSV)
HATS = ("hats.properties", "properties", "catalog_info.json", "partition_info.csv")  # beside dataset/, by version
COLLECTION = "collection.properties"
PRIMARY = "hats_primary_table_url"
THUMBNAIL = "data_thumbnail.parquet"  # some rows of a HATS catalogue once more


class Kind(Enum):
    """What lies at a path."""

    PACKETS = "alert packets"  # .avro, an archive of them, or a folder of either
    TABLE = "a table"
    TABLES = "a folder of tables"
    CATALOGUE = "a HATS catalogue"
    ARRAYS = "arrays"
    IMAGES = "images"  # where a bundle takes some: a folder of FITS may as well be one of tables


@dataclass(frozen=True)
class Found:
    """A path and what it holds.

    Attributes
    ----------
    path : as it was given.
    kind : what lies there.
    root : where the files lie: ``path``, or below it in a catalogue.
    """

    path: Path
    kind: Kind
    root: Path

    @property
    def packets(self) -> bool:
        """Whether it holds alert packets; tables otherwise."""
        return self.kind is Kind.PACKETS

    def files(self) -> Iterator[Path]:
        """The files to read, in order; of packets all there are, since what is no packet is told, too."""
        for file in walk(self.root):
            if self.packets or file == self.root or is_table(file):
                yield file

    def passed_over(self) -> int:
        """Files in a folder of tables that are none: told, not read. Those of a catalogue are its own."""
        if self.kind is not Kind.TABLES:
            return 0
        return sum(not (is_table(file) or _of_a_program(file)) for file in walk(self.root))


def look(path: Path | str | Found) -> Found:
    """Find out what lies at a path, by the names of files; a folder that has packets anywhere is one of packets.

    Raises
    ------
    AlertlabError
        When there is nothing there, or nothing that can be read.
    """
    if isinstance(path, Found):
        return path
    path = Path(path)
    if path.is_dir():
        return _look_into(path)
    if not path.is_file():
        raise AlertlabError(f"{path}: no such file or folder{did_you_mean(path)}")
    name = path.name.lower()
    if name.endswith(PACKETS):
        return Found(path, Kind.PACKETS, path)
    if name.endswith(TABLES):
        return Found(path, Kind.TABLE, path)
    if name.endswith(ARRAYS):
        return Found(path, Kind.ARRAYS, path)
    raise AlertlabError(f"{path}: of no known kind; expected {_words(TABLES)} (tables) or {_words(PACKETS)} (packets)")


def keep_apart(out: Path, *read: Found | None) -> None:
    """Raise AlertlabError where what is written would take the place of what is read, or lie among it."""
    for found in read:
        if found is not None and out.resolve().is_relative_to(found.path.resolve()):
            where = "is the file that is read" if found.path.is_file() else f"lies in {found.path}, which is read"
            raise AlertlabError(f"--out {out}: {where}; name another file")


def is_table(file: Path) -> bool:
    """Whether a file of a folder is a table of it, by its name."""
    return file.name.lower().endswith(TABLES) and file.name != THUMBNAIL and not file.name.startswith("_")


def walk(path: Path | str) -> Iterator[Path]:
    """The file itself, or all files below a folder, sorted, hidden ones left out.

    One folder's names are in memory at a time. A link to a folder is not
    followed; a folder that cannot be opened stands for its files.
    """
    try:
        with os.scandir(path) as found:
            entries = sorted(found, key=lambda entry: entry.name, reverse=True)
    except OSError:  # a file, too
        yield Path(path)
        return
    while entries:
        entry = entries.pop()  # let go of what is done
        if entry.is_dir():
            if not entry.is_symlink():
                yield from walk(entry.path)
        elif not entry.name.startswith("."):
            yield Path(entry.path)


def did_you_mean(path: Path) -> str:
    """A hint at a similarly named file below the nearest folder that exists, or nothing."""
    folder = next((parent for parent in path.parents if parent.is_dir()), Path())
    near = [found for depth in ("*", "*/*") for found in folder.glob(depth) if not found.name.startswith(".")]
    match = get_close_matches(path.name, [found.name for found in near], n=1, cutoff=0.6)
    return f". Did you mean {next(found for found in near if found.name == match[0])}?" if match else ""


def _look_into(folder: Path) -> Found:
    root = _catalogue(folder)
    if root is not None:
        return Found(folder, Kind.CATALOGUE, root)
    tables = False
    for file in walk(folder):
        if file.name.lower().endswith(PACKETS):
            return Found(folder, Kind.PACKETS, folder)
        tables = tables or is_table(file)
    if tables:
        return Found(folder, Kind.TABLES, folder)
    raise AlertlabError(f"{folder}: holds neither a table ({_words(TABLES)}) nor packets ({_words(PACKETS)})")


def _catalogue(folder: Path) -> Path | None:
    """Where the tables of a HATS catalogue lie, or of the main one of a collection: margins and indices repeat it."""
    collection = folder / COLLECTION
    if collection.is_file():
        lines = [line.partition("=") for line in collection.read_text(errors="replace").splitlines()]
        named = next((value.strip() for key, _, value in lines if key.strip() == PRIMARY), "")
        if not named or not (folder / named).is_dir():
            raise AlertlabError(f"{collection}: {PRIMARY} names no folder beside it ({named!r})")
        return _catalogue(folder / named) or folder / named
    data = folder / "dataset"
    return data if data.is_dir() and any((folder / name).is_file() for name in HATS) else None


def _of_a_program(file: Path) -> bool:
    """What programs leave beside tables: _SUCCESS, _metadata, a catalogue's thumbnail."""
    return file.name.startswith("_") or file.name == THUMBNAIL


def _words(endings: tuple[str, ...]) -> str:
    return ", ".join(endings)
