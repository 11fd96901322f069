"""The Parquet form of alerts: candidate fields and cut-outs as raw float32 bytes."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..door.table import open_table
from ..door.values import is_number
from ..door.words import in_brief, printable, text_of
from ..runtime.errors import AlertlabError
from .alert import BANDS, STAMP_SIDE, Alert, AlertError, Rejected
from .build import build_alert, reject
from .cutout import finite_or_nan
from .metadata import NUMBERS
from .plain import native, whole

SHAPES = {"science": ("ny", "nx"), "template": ("ny_t", "nx_t"), "difference": ("ny_d", "nx_d")}
PLACE = ("xpos", "ypos")  # on the chip
NEEDED = ("candid", "objectId", *BANDS, *(name for pair in SHAPES.values() for name in pair))


def read_stamp_table(path: Path, rows: int = 512) -> Iterator[Alert | Rejected]:
    """Rows of a Parquet file of stamps, a few hundred in memory at a time.

    Columns: candid, objectId, the candidate fields, ``science``, ``template``
    and ``difference`` (little-endian float32 bytes) with their shapes in
    ``ny``/``nx``, ``ny_t``/``nx_t``, ``ny_d``/``nx_d``.

    Raises
    ------
    AlertlabError
        When the file is not readable, lacks one of these columns, or has text
        or dates where metadata are numbers.
    """
    origin = printable(path)
    table = open_table(path)
    absent = [name for name in NEEDED if name not in table.schema.names]
    if absent:
        raise AlertError(f"{path}: no column {', '.join(absent)}; a table of stamps needs {', '.join(NEEDED)}")
    kinds = {each.name: _stored(each.type) for each in table.schema}
    texts = [name for name in (*NUMBERS, *PLACE) if name in kinds and not is_number(kinds[name])]
    odd = [name for name, kind in kinds.items() if name not in BANDS and _needs_care(kind)]
    row = 0
    try:
        for batch in table.batches(table.schema.names, rows=rows):
            _refuse_text(batch, {name: kinds[name] for name in texts}, path, row)
            for record in batch.to_pylist():
                yield _read_row(record, odd, f"{origin}:row {row}")
                row += 1
    except AlertError:
        raise
    except (AlertlabError, ValueError) as error:  # ValueError: a date that Python does not have
        yield Rejected(origin, f"the table is damaged from row {row} on ({in_brief(error.__cause__ or error)})")


def _stored(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _refuse_text(batch: pa.Table, texts: Mapping[str, pa.DataType], path: Path, first: int) -> None:
    """One damaged packet may lack a field; a column that is no number throughout is a mistake to be told."""
    for name, kind in texts.items():
        for row, value in enumerate(batch.column(name).to_pylist(), first):
            if text_of(value) is not None:
                raise AlertError(
                    f"{path}: column {name} is {kind}, not numbers (row {row}: {in_brief(repr(value), 40)}); "
                    "convert it and write the table anew"
                )


def _needs_care(kind: pa.DataType) -> bool:
    """Whether values of this type are, in Python, none that a packet or a cache has."""
    return bool(
        pa.types.is_decimal(kind)
        or pa.types.is_float16(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def count_rows(path: Path) -> int | None:
    """Rows of a Parquet file, None where it is not readable."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowInvalid, OSError):
        return None


def _read_row(row: Mapping[str, Any], odd: list[str], origin: str) -> Alert | Rejected:
    candidate = {name: value for name, value in row.items() if name not in BANDS}
    candidate.update({name: native(row[name]) for name in odd})
    try:
        images = [_image(row, band) for band in BANDS]
        return build_alert(row["candid"], row["objectId"], candidate, images, origin)
    except AlertError as error:
        return reject(origin, str(error), row["candid"], row["objectId"])


def _image(row: Mapping[str, Any], band: str) -> NDArray[np.float32]:
    data, shape = row[band], [row[name] for name in SHAPES[band]]
    if data is None or None in shape:
        raise AlertError(f"no {band} cut-out")
    ny, nx = (whole(side) for side in shape)  # one null makes a column of integers real numbers
    if not isinstance(data, bytes) or ny is None or nx is None:
        raise AlertError(f"the {band} cut-out is not bytes with a shape of integers")
    if not (1 <= ny <= STAMP_SIDE and 1 <= nx <= STAMP_SIDE) or len(data) != 4 * ny * nx:
        raise AlertError(f"the {band} cut-out has {len(data)} bytes for {ny}x{nx} pixels")
    return finite_or_nan(np.frombuffer(data, "<f4").reshape(ny, nx))
