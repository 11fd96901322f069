"""Alerts from wherever they lie: packet files, folders, tar archives, Parquet tables."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

from ..runtime.errors import AlertlabError
from .alert import Alert, Rejected
from .packets import read_packets
from .table import count_rows, read_stamp_table

DECODER_VERSION = 1  # raise it when the same bytes give other pixels, fields or rejections: caches are then made anew
LARGEST_PACKET = 16 << 20  # bytes; ZTF's packets are some 70 kB, with long histories under 1 MB


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
        return _archive(path)
    raise AlertlabError(f"{path}: not alerts; expected .avro, .tar, .tar.gz, .parquet or a folder of .avro files")


def files_of(path: Path) -> list[Path]:
    """The file itself, or all files below a folder, hidden ones left out, in the order of reading."""
    if not path.is_dir():
        return [path]
    return [file for file in sorted(path.rglob("*")) if not (file.is_dir() or file.name.startswith("."))]


def count_alerts(path: Path) -> int | None:
    """About how many alerts are at ``path``; None where only reading them tells, as for an archive."""
    if path.suffix in {".parquet", ".pq"}:
        return count_rows(path)
    return len(files_of(path)) if path.is_dir() or path.suffix == ".avro" else None


def did_you_mean(path: Path) -> str:
    """A hint at a similarly named file below the nearest folder that exists, or nothing."""
    from difflib import get_close_matches

    folder = next((parent for parent in path.parents if parent.is_dir()), Path())
    near = [found for depth in ("*", "*/*") for found in folder.glob(depth) if not found.name.startswith(".")]
    match = get_close_matches(path.name, [found.name for found in near], n=1, cutoff=0.6)
    return f". Did you mean {next(found for found in near if found.name == match[0])}?" if match else ""


def _file(path: Path) -> Iterator[Alert | Rejected]:
    if path.stat().st_size > LARGEST_PACKET:
        yield Rejected(str(path), f"larger than {LARGEST_PACKET} bytes, not one alert packet")
        return
    yield from read_packets(path.read_bytes(), str(path))


def _folder(folder: Path) -> Iterator[Alert | Rejected]:
    for path in files_of(folder):
        if path.suffix == ".avro":
            yield from _file(path)
        else:
            yield Rejected(str(path), "not an .avro file")


def _archive(path: Path) -> Iterator[Alert | Rejected]:
    """Members of a tar, read as a stream, so that a night of 100 GB needs no room."""
    try:
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                archive.members = []  # type: ignore[attr-defined]  # tarfile keeps every header otherwise
                if member.isdir():
                    continue
                origin = f"{path}:{member.name}"
                if not member.isfile() or not member.name.endswith(".avro"):
                    yield Rejected(origin, "not an .avro file")
                elif member.size > LARGEST_PACKET:
                    yield Rejected(origin, f"larger than {LARGEST_PACKET} bytes, not one alert packet")
                else:
                    stream = archive.extractfile(member)
                    yield from read_packets(stream.read() if stream else b"", origin)
    except (tarfile.TarError, EOFError, OSError) as error:
        yield Rejected(str(path), f"the archive is damaged from here on ({error})")
