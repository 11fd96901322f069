"""The Parquet form of alerts: candidate fields and cut-outs as raw float32 bytes."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..door.words import in_brief, printable
from .alert import BANDS, STAMP_SIDE, Alert, AlertError, Rejected
from .build import build_alert, reject
from .cutout import finite_or_nan

SHAPES = {"science": ("ny", "nx"), "template": ("ny_t", "nx_t"), "difference": ("ny_d", "nx_d")}
NEEDED = ("candid", "objectId", *BANDS, *(name for pair in SHAPES.values() for name in pair))


def read_stamp_table(path: Path, rows: int = 512) -> Iterator[Alert | Rejected]:
    """Rows of a Parquet file of stamps, a few hundred in memory at a time.

    Columns: candid, objectId, the candidate fields, ``science``, ``template``
    and ``difference`` (little-endian float32 bytes) with their shapes in
    ``ny``/``nx``, ``ny_t``/``nx_t``, ``ny_d``/``nx_d``.

    Raises
    ------
    AlertError
        When the file is not Parquet or lacks one of these columns.
    """
    origin = printable(path)
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise AlertError(f"{path}: not a readable Parquet file ({in_brief(error)})") from error
    absent = [name for name in NEEDED if name not in file.schema_arrow.names]
    if absent:
        raise AlertError(f"{path}: no column {', '.join(absent)}; a table of stamps needs {', '.join(NEEDED)}")
    number = 0
    try:
        for batch in file.iter_batches(rows):
            for row in batch.to_pylist():
                yield _read_row(row, f"{origin}:row {number}")
                number += 1
    except (pa.ArrowException, OSError, ValueError) as error:  # ValueError: a date that Python does not have
        yield Rejected(origin, f"the table is damaged from row {number} on ({in_brief(error)})")


def count_rows(path: Path) -> int | None:
    """Rows of a Parquet file, None where it is not readable."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowInvalid, OSError):
        return None


def _read_row(row: Mapping[str, Any], origin: str) -> Alert | Rejected:
    candidate = {name: value for name, value in row.items() if name not in BANDS}
    try:
        images = [_image(row, band) for band in BANDS]
        return build_alert(row["candid"], row["objectId"], candidate, images, origin)
    except AlertError as error:
        return reject(origin, str(error), row["candid"], row["objectId"])


def _image(row: Mapping[str, Any], band: str) -> NDArray[np.float32]:
    data, shape = row[band], [row[name] for name in SHAPES[band]]
    if data is None or None in shape:
        raise AlertError(f"no {band} cut-out")
    if not isinstance(data, bytes) or not all(isinstance(side, int) for side in shape):
        raise AlertError(f"the {band} cut-out is not bytes with a shape of integers")
    ny, nx = shape
    if not (1 <= ny <= STAMP_SIDE and 1 <= nx <= STAMP_SIDE) or len(data) != 4 * ny * nx:
        raise AlertError(f"the {band} cut-out has {len(data)} bytes for {ny}x{nx} pixels")
    return finite_or_nan(np.frombuffer(data, "<f4").reshape(ny, nx))
