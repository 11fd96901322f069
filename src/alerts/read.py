"""Alerts from wherever they lie: packet files, folders, tar archives, Parquet tables."""

import os
from collections.abc import Iterator
from pathlib import Path

from ..runtime.errors import AlertlabError
from .alert import Alert, Rejected
from .archive import Found, Reader, read_archive
from .packets import LARGEST_PACKET, TOO_LARGE, read_packets
from .plain import printable
from .table import count_rows, read_stamp_table

ARCHIVES = (".tar", ".tar.gz", ".tgz")
DECODER_VERSION = 2  # raise it when the same bytes give other pixels, fields or rejections: caches are then made anew


def read_alerts(path: Path | str) -> Iterator[Alert | Rejected]:
    """Stream alerts, in the order in which they lie; memory does not grow.

    Parameters
    ----------
    path : an ``.avro`` file, a folder of them (searched through), a ``.tar`` or
        ``.tar.gz`` such as ZTF's nightly archive, or a ``.parquet`` table of stamps.

    Yields
    ------
    Alert, or Rejected with its reason: everything found is one of the two.

    Raises
    ------
    AlertlabError
        When there is nothing at ``path``, or it is none of these kinds.
    """
    path = Path(path)
    if path.is_file() and path.suffix in {".parquet", ".pq"}:
        return read_stamp_table(path)
    return read_with(path, read_packets)


def read_with(path: Path, read: Reader[Found]) -> Iterator[Found | Rejected]:
    """What ``read`` makes of every packet at a path: an ``.avro`` file, a folder, a ``.tar`` or ``.tar.gz``.

    Raises
    ------
    AlertlabError
        When there is nothing at ``path``, or it is none of these kinds.
    """
    if path.is_dir():
        return _folder(path, read)
    if not path.is_file():
        raise AlertlabError(f"{path}: no such file or folder{did_you_mean(path)}")
    if path.suffix == ".avro":
        return _file(path, read)
    if path.name.endswith(ARCHIVES):
        return read_archive(path, read)
    raise AlertlabError(f"{path}: not alerts; expected .avro, .tar, .tar.gz, .parquet or a folder of .avro files")


def files_of(path: Path | str) -> Iterator[Path]:
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
                yield from files_of(entry.path)
        elif not entry.name.startswith("."):
            yield Path(entry.path)


def count_alerts(path: Path) -> int | None:
    """About how many alerts are at ``path``; None where only reading them tells, as for an archive."""
    if path.suffix in {".parquet", ".pq"}:
        return count_rows(path)
    return sum(1 for _ in files_of(path)) if path.is_dir() or path.suffix == ".avro" else None


def did_you_mean(path: Path) -> str:
    """A hint at a similarly named file below the nearest folder that exists, or nothing."""
    from difflib import get_close_matches

    folder = next((parent for parent in path.parents if parent.is_dir()), Path())
    near = [found for depth in ("*", "*/*") for found in folder.glob(depth) if not found.name.startswith(".")]
    match = get_close_matches(path.name, [found.name for found in near], n=1, cutoff=0.6)
    return f". Did you mean {next(found for found in near if found.name == match[0])}?" if match else ""


def _file(path: Path, read: Reader[Found]) -> Iterator[Found | Rejected]:
    origin = printable(path)
    try:
        if not path.is_file():  # a pipe would never end
            yield Rejected(origin, "not a regular file")
            return
        with path.open("rb") as file:
            data = file.read(LARGEST_PACKET + 1)
    except OSError as error:
        yield Rejected(origin, f"cannot be read ({error.strerror})")
        return
    if len(data) > LARGEST_PACKET:
        yield Rejected(origin, TOO_LARGE)
    else:
        yield from read(data, origin)


def _folder(folder: Path, read: Reader[Found]) -> Iterator[Found | Rejected]:
    for path in files_of(folder):
        if path.suffix == ".avro":
            yield from _file(path, read)
        else:
            yield Rejected(printable(path), "a folder that cannot be opened" if path.is_dir() else "not an .avro file")
