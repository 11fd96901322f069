"""Alerts from wherever they lie: packet files, folders, tar archives, Parquet tables."""

from collections.abc import Iterator
from pathlib import Path

from ..door.place import ARCHIVES, PARQUET, Found, look
from ..door.words import printable
from ..runtime.errors import AlertlabError
from .alert import Alert, Rejected
from .archive import Found as Item
from .archive import Reader, read_archive
from .packets import LARGEST_PACKET, TOO_LARGE, read_packets
from .table import count_rows, read_stamp_table

DECODER_VERSION = 2  # raise it when the same bytes give other pixels, fields or rejections: caches are then made anew


def read_alerts(path: Path | str | Found) -> Iterator[Alert | Rejected]:
    """Stream alerts, in the order in which they lie; memory does not grow.

    Parameters
    ----------
    path : an ``.avro`` file, a ``.tar`` or ``.tar.gz`` such as ZTF's nightly archive, a folder of them (searched
        through), a ``.parquet`` table of stamps or a folder of such tables.

    Yields
    ------
    Alert, or Rejected with its reason: everything found is one of the two.

    Raises
    ------
    AlertlabError
        When there is nothing at ``path``, or it is none of these kinds.
    """
    found = look(path)
    if found.packets:
        return read_with(found, read_packets)
    files = list(found.files())
    for file in files:
        if not file.name.lower().endswith(PARQUET):
            raise AlertlabError(f"{file}: no alerts; expected .avro, .tar, .tar.gz, or .parquet for a table of stamps")
    return (each for file in files for each in read_stamp_table(file))


def read_with(path: Path | Found, read: Reader[Item]) -> Iterator[Item | Rejected]:
    """What ``read`` makes of every packet at a path: an ``.avro`` file, a ``.tar`` or ``.tar.gz``, a folder of them.

    Raises
    ------
    AlertlabError
        When there is nothing at ``path``, or no packets.
    """
    found = look(path)
    if not found.packets:
        raise AlertlabError(f"{found.path}: holds {found.kind.value}, where alert packets are needed")
    return (each for file in found.files() for each in _read(file, read))


def count_alerts(found: Found) -> int | None:
    """About how many alerts there are; None where only reading them tells, as for an archive."""
    if not found.packets:
        counts = [count_rows(file) for file in found.files()]
        return None if None in counts else sum(count for count in counts if count is not None)
    total = 0
    for file in found.files():
        if file.name.endswith(ARCHIVES):
            return None
        total += 1
    return total


def _read(path: Path, read: Reader[Item]) -> Iterator[Item | Rejected]:
    if path.name.endswith(ARCHIVES) and path.is_file():
        yield from read_archive(path, read)
    elif path.suffix == ".avro":
        yield from _file(path, read)
    else:
        yield Rejected(printable(path), "a folder that cannot be opened" if path.is_dir() else "not an .avro file")


def _file(path: Path, read: Reader[Item]) -> Iterator[Item | Rejected]:
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
