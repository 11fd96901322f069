"""Decoded images, in memory or as files: pixels to be memory-mapped, everything else in tables.

``images.npy`` (n, channels, y, x), or (values,) one image after the other where their sizes differ, as uint8 where
all are; ``images.parquet`` with name, origin, shape and place of each; ``rejected.parquet``; and ``index.json``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ...alerts.fingerprint import Digest
from ...door.images import Image, Unreadable
from ...runtime.ragged import Ragged
from ..kept.files import DamagedError, check_index, write_header, write_index

PIXELS, IMAGES, REJECTED = "images.npy", "images.parquet", "rejected.parquet"
BYTES, FLOATS = "|u1", "<f4"
HEADER = 128  # bytes
CHUNK = 1 << 24  # values widened at a time
SIDES = ("channels", "height", "width")
SKY = ("ra", "dec", "pixel_scale")
SCHEMA = pa.schema(
    [("name", pa.string()), ("origin", pa.string())]
    + [(name, pa.int64()) for name in SIDES]
    + [(name, pa.float64()) for name in SKY]
)
UNUSABLE = pa.schema([("name", pa.string()), ("origin", pa.string()), ("reason", pa.string())])


@dataclass(frozen=True)
class Images:
    """Images that were decoded.

    Attributes
    ----------
    names, origins : of each. pixels : (n, channels, y, x) uint8 or float32; Ragged where sizes differ.
    sky : (n, 3) ra, dec and pixel scale, NaN where unknown. rejected : those that could not be decoded.
    """

    names: list[str]
    origins: list[str]
    pixels: NDArray[Any] | Ragged
    sky: NDArray[np.float64]
    rejected: list[Unreadable]


def in_memory(found: Iterable[Image | Unreadable]) -> Images:
    """All of them, in memory."""
    kept: list[Image] = []
    rejected: list[Unreadable] = []
    for each in found:
        if isinstance(each, Image):
            kept.append(each)
        else:
            rejected.append(each)
    arrays = [each.pixels for each in kept]
    same = len({array.shape for array in arrays}) == 1
    pixels: NDArray[Any] | Ragged = np.stack(arrays) if same else Ragged.of(arrays, images=True)
    sky = np.array([[each.ra, each.dec, each.pixel_scale] for each in kept]).reshape(-1, len(SKY))
    return Images([each.name for each in kept], [each.origin for each in kept], pixels, sky, rejected)


def write_images(folder: Path, found: Iterable[Image | Unreadable], digest: Digest, origin: str) -> None:
    """Write images as they come; memory grows with their names alone.

    Parameters
    ----------
    folder : empty. digest : of a file that is complete.
    origin : what the origin of every image begins with; left out, since equal files may lie elsewhere.
    """
    rows: list[dict[str, Any]] = []
    rejected: list[dict[str, str]] = []
    with _PixelFile(folder / PIXELS) as file:
        for each in found:
            said = {"name": each.name, "origin": each.origin.removeprefix(origin)}
            if isinstance(each, Unreadable):
                rejected.append({**said, "reason": each.reason})
                continue
            file.add(each.pixels)
            sides = dict(zip(SIDES, each.pixels.shape, strict=True))
            rows.append({**said, **sides, **{name: getattr(each, name) for name in SKY}})
        shapes = {tuple(row[name] for name in SIDES) for row in rows}
        file.finish((len(rows), *next(iter(shapes))) if len(shapes) == 1 else None)
    for name, table in (
        (IMAGES, pa.Table.from_pylist(rows, SCHEMA)),
        (REJECTED, pa.Table.from_pylist(rejected, UNUSABLE)),
    ):
        with (folder / name).open("wb") as written:
            pq.write_table(table, written)
    write_index(folder, (PIXELS, IMAGES, REJECTED), digest)


def stored_images(folder: Path, digest: Digest, origin: str) -> Images:
    """Images of such a folder, whose pixels stay in their file; see :func:`write_images`.

    Raises
    ------
    DamagedError
        When a file is missing, or is not what was written.
    """
    try:
        check_index(folder, PIXELS, digest)
        values = np.load(folder / PIXELS, mmap_mode="r", allow_pickle=False)
        table = pq.read_table(folder / IMAGES)
        rejected = pq.read_table(folder / REJECTED).to_pylist()
        shapes = np.stack([table[name].to_numpy() for name in SIDES], axis=1)
        if values.ndim == 1:
            offsets = np.concatenate([[0], np.cumsum(shapes.prod(axis=1))])
            values = Ragged(values, offsets, shapes)
        return Images(
            table["name"].to_pylist(),
            [origin + each for each in table["origin"].to_pylist()],
            values,
            np.stack([table[name].to_numpy() for name in SKY], axis=1),
            [Unreadable(**{**row, "origin": origin + row["origin"]}) for row in rejected],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:  # whatever the damage makes of it
        raise DamagedError(f"not readable ({type(error).__name__}: {error})") from error


class _PixelFile:
    """An .npy file that grows: bytes until the first float32 comes, which makes all of it float32."""

    def __init__(self, path: Path) -> None:
        self.path, self.kind, self.values = path, BYTES, 0

    def __enter__(self) -> "_PixelFile":
        self.file = self._begun(self.path)
        return self

    def __exit__(self, *_: Any) -> None:
        self.file.close()

    def add(self, pixels: NDArray[Any]) -> None:
        if pixels.dtype != np.uint8 and self.kind == BYTES:
            self._widen()
        self.file.write(np.ascontiguousarray(pixels, self.kind).data)
        self.values += pixels.size

    def finish(self, shape: tuple[int, ...] | None) -> None:
        self.file.seek(0)
        write_header(self.file, self.kind, shape or (self.values,))

    def _widen(self) -> None:
        self.kind = FLOATS
        self.file.close()
        narrow = self.path.rename(self.path.with_suffix(".bytes"))
        self.file = self._begun(self.path)
        with narrow.open("rb") as file:
            file.seek(HEADER)
            while chunk := file.read(CHUNK):
                self.file.write(np.frombuffer(chunk, np.uint8).astype(FLOATS).data)
        narrow.unlink()

    def _begun(self, path: Path) -> BinaryIO:
        file = path.open("wb")
        write_header(file, self.kind, (0,))
        assert file.tell() == HEADER
        return file
