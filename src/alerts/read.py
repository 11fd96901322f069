"""Alerts from wherever they lie: packet files, folders, tar archives, Parquet tables."""

import os
from collections.abc import Iterator
from pathlib import Path

from ..runtime.errors import AlertlabError
from .alert import Alert, Rejected
from .archive import read_archive
from .packets import LARGEST_PACKET, TOO_LARGE, read_packets
from .plain import printable
from .table import read_stamp_table


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
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise AlertlabError(f"{path}: no such file or folder{did_you_mean(path)}")
    if path.suffix in {".parquet", ".pq"}:
        return read_stamp_table(path)
    if path.suffix == ".avro":
        return _file(path)
    if path.name.endswith((".tar", ".tar.gz", ".tgz")):
        return read_archive(path)
    raise AlertlabError(f"{path}: not alerts; expected .avro, .tar, .tar.gz, .parquet or a folder of .avro files")


def did_you_mean(path: Path) -> str:
    """A hint at a similarly named file below the nearest folder that exists, or nothing."""
    from difflib import get_close_matches

    folder = next((parent for parent in path.parents if parent.is_dir()), Path())
    near = [found for depth in ("*", "*/*") for found in folder.glob(depth) if not found.name.startswith(".")]
    match = get_close_matches(path.name, [found.name for found in near], n=1, cutoff=0.6)
    return f". Did you mean {next(found for found in near if found.name == match[0])}?" if match else ""


def _file(path: Path) -> Iterator[Alert | Rejected]:
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
        yield from read_packets(data, origin)


def _folder(folder: Path | str) -> Iterator[Alert | Rejected]:
    """Sorted, one folder's names in memory at a time; a link to a folder is not followed."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name, reverse=True)
    except OSError as error:
        yield Rejected(printable(folder), f"cannot be read ({error.strerror})")
        return
    while entries:
        entry = entries.pop()  # let go of what is done
        if entry.is_dir():
            if not entry.is_symlink():
                yield from _folder(entry.path)
        elif entry.name.startswith("."):
            continue
        elif entry.name.endswith(".avro"):
            yield from _file(Path(entry.path))
        else:
            yield Rejected(printable(entry.path), "not an .avro file")
