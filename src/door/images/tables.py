"""Images in a table: Parquet with their bytes, HDF5 with their pixels."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ...runtime.errors import AlertlabError
from ..table import open_table
from ..values import Place, labels, names, numbers
from .image import Encoded, ImageForm, Plane, Unreadable

ROWS = 256  # of a table in memory at a time
CHUNK = 64  # images of HDF5 in memory at a time
KEY = "datamodule.columns"  # of the config
EXTRA = "pip install 'alertlab[hdf5]'"


def in_parquet(path: Path, form: ImageForm) -> Iterator[Encoded | Unreadable]:
    """Images of a Parquet table: a row each, or with ``form.band`` a row for each channel, in any order.

    Rows of bands that are no channel are passed over.

    Raises
    ------
    AlertlabError
        For a column that is not there, or a name that is none.
    """
    opened = open_table(path)
    sides = [each for each in (form.height, form.width) if each is not None]
    if len(sides) == 1:
        raise AlertlabError(f"{KEY}: height and width go together; only {sides[0]} is given")
    name = form.name or ""
    asked = {"name": name, "image": form.image, "band": form.band, "height": form.height, "width": form.width}
    for key, column in asked.items():
        if column is not None and column not in opened.schema.names:
            raise AlertlabError(
                f"{KEY}.{key}: {path} has no column {column or '(null)'}; it has {', '.join(opened.names)}"
            )
    wanted = [column for column in asked.values() if column]
    text = [each for each in (name, form.band) if each]
    expected = _rows_of(path, form)
    waiting: dict[str, dict[str, Plane]] = {}
    refused: dict[str, str] = {}
    row = 0
    for batch in opened.batches(wanted, text, rows=ROWS):
        keys = names(batch.column(name), Place(str(path), name)).to_pylist()
        bands = labels(batch.column(form.band), Place(str(path), form.band)) if form.band else None
        channels = [""] * len(keys) if bands is None else bands.to_pylist()
        shapes = np.stack([numbers(batch.column(each), Place(str(path), each)) for each in sides], 1) if sides else None
        for place, (key, channel, content) in enumerate(
            zip(keys, channels, batch.column(form.image).to_pylist(), strict=True)
        ):
            origin = f"{path}: row {row + place}"
            if key is None:
                yield Unreadable("", origin, f"no name in column {name}")
                continue
            if form.band and channel not in form.channels:
                continue
            planes = waiting.setdefault(key, {})
            if channel in planes:
                refused[key] = f"a second row named {key}" + (f", {form.band} {channel}" if channel else "")
            plane = _plane(content, None if shapes is None else shapes[place])
            if isinstance(plane, str):
                refused.setdefault(key, plane)
            else:
                planes[channel] = plane
            expected[key] -= 1
            if not expected[key]:
                yield _made(key, origin, waiting.pop(key), refused.pop(key, ""), form)
        row += len(keys)


def _rows_of(path: Path, form: ImageForm) -> Counter[str]:
    """Name -> rows of it that are wanted: names are small, images are not."""
    opened, name = open_table(path), form.name or ""
    found: Counter[str] = Counter()
    columns = [name, *([form.band] if form.band else [])]
    for batch in opened.batches(columns, columns):
        keys = names(batch.column(name), Place(str(path), name)).to_pylist()
        if form.band:
            bands = labels(batch.column(form.band), Place(str(path), form.band)).to_pylist()
            keys = [key for key, band in zip(keys, bands, strict=True) if band in form.channels]
        found.update(key for key in keys if key is not None)
    return found


def _plane(content: Any, shape: Any) -> Plane | str:
    """The bytes of a row, or why there are none."""
    if isinstance(content, dict):  # as Hugging Face's datasets write images
        content = content.get("bytes")
    if not isinstance(content, bytes):
        return "no image" if content is None else f"the image is {type(content).__name__}, not bytes"
    if shape is None:
        return Plane(content, ".fits" if content[:6] == b"SIMPLE" else "")
    if not np.isfinite(shape).all():
        return "no height or width"
    return Plane(content, "", (int(shape[0]), int(shape[1])))


def _made(name: str, origin: str, planes: dict[str, Plane], refused: str, form: ImageForm) -> Encoded | Unreadable:
    wanted = form.channels if form.band else ("",)
    lacking = [channel for channel in wanted if channel not in planes]
    if refused or lacking:
        return Unreadable(name, origin, refused or f"{form.band} {', '.join(lacking)} is not there")
    return Encoded(name, origin, tuple(planes[channel] for channel in wanted))


def in_hdf5(path: Path, form: ImageForm) -> Iterator[Encoded | Unreadable]:
    """Images of an HDF5 file in the form of Galaxy10: ``form.image`` (n, y, x, channels).

    Raises
    ------
    AlertlabError
        Without h5py, for a data set that is not there, or is none of images.
    """
    with _opened(path) as file:
        images = _data_set(file, form.image, path)
        if images.ndim not in (3, 4):
            raise AlertlabError(f"{path}: {form.image} has shape {images.shape}; (n, y, x, channels) is needed")
        keys = _names(file, form, path)
        seen: set[str] = set()
        for start in range(0, len(images), CHUNK):
            for place, pixels in enumerate(images[start : start + CHUNK], start):
                origin, name = f"{path}: row {place}", keys[place]
                if name is None or name in seen:
                    reason = f"no name in {form.name}" if name is None else f"a second row named {name}"
                    yield Unreadable(name or "", origin, reason)
                    continue
                seen.add(name)
                yield Encoded(name, origin, (Plane(pixels if pixels.ndim == 3 else pixels[..., None]),))


def hdf5_columns(path: Path, columns: Sequence[str], form: ImageForm) -> pa.Table:
    """Data sets (n,) of an HDF5 file as a table, names first as ``form.name`` or by the number of the row."""
    with _opened(path) as file:
        keys = _names(file, form, path)
        found: dict[str, Any] = {form.name or "row": keys}
        for name in columns:
            values = _data_set(file, name, path)
            if values.shape != (len(keys),):
                raise AlertlabError(f"{path}: {name} has shape {values.shape}, for {len(keys)} images")
            array = values[:]
            found[name] = array.tolist() if array.dtype.kind in "OS" else array.astype(array.dtype.newbyteorder("="))
    return pa.table(found)


def _names(file: Any, form: ImageForm, path: Path) -> list[str | None]:
    """Of all images: a data set of them, or the numbers of the rows."""
    if form.name is None:
        return [str(row) for row in range(len(_data_set(file, form.image, path)))]
    values = _data_set(file, form.name, path)[:]
    array = values.tolist() if values.dtype.kind in "OS" else values.astype(values.dtype.newbyteorder("="))
    found: list[str | None] = names(pa.array(array), Place(str(path), form.name)).to_pylist()
    return found


def _data_set(file: Any, name: str, path: Path) -> Any:
    if name not in file or not hasattr(file[name], "dtype"):
        raise AlertlabError(f"{path}: has no data set {name}; it has {', '.join(file)} ({KEY})")
    return file[name]


def _opened(path: Path) -> Any:
    try:
        import h5py
    except ImportError as error:
        raise AlertlabError(f"{path}: HDF5 is read by h5py, which is not there ({error}); {EXTRA}") from error
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise AlertlabError(f"{path}: not a readable HDF5 file ({error})") from error
