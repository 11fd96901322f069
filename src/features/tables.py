"""Long and nested tables, as flat columns with one row a measurement."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..runtime.errors import AlertlabError
from . import values
from .columns import Columns, resolve
from .values import Place


def as_table(light_curves: Any) -> pa.Table:
    """An Arrow table of what a person has in memory.

    Parameters
    ----------
    light_curves : Arrow table or record batch, pandas or nested-pandas frame, anything with the Arrow PyCapsule
        interface, or a mapping of names to arrays (lists of arrays for nested columns).

    Raises
    ------
    AlertlabError
        For something else, or arrays of unequal length.
    """
    if isinstance(light_curves, pa.Table):
        return light_curves
    if isinstance(light_curves, pa.RecordBatch):
        return pa.Table.from_batches([light_curves])
    try:
        if isinstance(light_curves, Mapping):
            return pa.table({str(name): _array(each) for name, each in light_curves.items()})
        if hasattr(light_curves, "columns") and hasattr(light_curves, "dtypes"):
            return pa.Table.from_pandas(light_curves, preserve_index=None)
        if hasattr(light_curves, "__arrow_c_stream__"):
            return pa.table(light_curves)
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise AlertlabError(f"light curves: cannot be made a table ({str(error).splitlines()[0]})") from error
    raise AlertlabError(f"light curves: {type(light_curves).__name__} is no Arrow table, data frame or mapping")


def _array(column: Any) -> Any:
    if isinstance(column, np.ndarray) and not column.dtype.isnative:  # FITS is big-endian, Arrow is not
        column = column.astype(column.dtype.newbyteorder("="))
    return column if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column)


def names_of(schema: pa.Schema) -> list[str]:
    """Columns of a table, fields of nested ones as ``column.field``."""
    found = []
    for field in schema:
        record = field.type.value_type if _is_list(field.type) else field.type
        inner = [f"{field.name}.{each.name}" for each in record] if pa.types.is_struct(record) else []
        found += inner or [field.name]
    return found


def top_level(schema: pa.Schema, columns: Sequence[str]) -> list[str]:
    """The columns to read for those names."""
    return list(dict.fromkeys(name if name in schema.names else name.rpartition(".")[0] for name in columns))


def flat(
    table: pa.Table, columns: Columns, needed: Sequence[str], origin: str, first_row: int = 0
) -> tuple[pa.Table, int]:
    """Measurements of a table, long or nested, by quantity.

    Parameters
    ----------
    needed : :data:`~.columns.DETECTION` or :data:`~.columns.LIMIT`.
    origin, first_row : file and number of the table's first row in it, for messages.

    Returns
    -------
    Table of ``object_id`` (text), ``band`` (int64, also :data:`~.values.NO_BAND` and :data:`~.values.LEFT_OUT`)
    and float64 columns; and the number of rows without a name of an object, which are not in it.

    Raises
    ------
    AlertlabError
        For a missing column, lists of unequal length, an unknown band, or what is no number.
    """
    sources = resolve(columns, names_of(table.schema), needed, origin)
    arrays = {name: _leaf(table, column) for name, column in sources.items()}
    ids = values.names(arrays["object_id"], Place(origin, sources["object_id"], lambda number: ""))
    rows = _rows(arrays, sources, ids, origin)

    def words(number: int) -> str:
        row = int(rows[number]) if rows is not None else number
        return f"row {first_row + row} (object {ids[row]})"

    if rows is not None:
        ids = ids.take(pa.array(rows))
    flat_columns: dict[str, Any] = {"object_id": ids}
    for name, array in arrays.items():
        if name == "object_id":
            continue
        place = Place(origin, sources[name], words)
        if _is_list(array.type):
            array = pc.list_flatten(array)
        elif rows is not None:
            array = array.take(pa.array(rows))
        if name == "band":
            flat_columns[name] = values.bands(array, columns.bands, place)
        else:
            convert = values.signs if name in ("positive", "corrected") else values.numbers
            flat_columns[name] = convert(array, place)
    if "band" not in flat_columns:
        flat_columns["band"] = np.full(len(ids), columns.constant_band, dtype=np.int64)
    nameless = ids.null_count
    result = pa.table(flat_columns)
    return (result.filter(ids.is_valid()) if nameless else result), nameless


def _rows(arrays: Mapping[str, pa.Array], sources: Mapping[str, str], ids: pa.Array, origin: str) -> Any:
    """For a nested table the row of each measurement, None for a long one."""
    lists = [name for name, array in arrays.items() if _is_list(array.type)]
    if not lists:
        return None
    for name in ("time", "magnitude", "error", "limit"):
        if name in arrays and name not in lists:
            other = next((each for each in ("time", "magnitude", "limit") if each in lists), lists[0])
            raise AlertlabError(
                f"{origin}: column {sources[name]} holds single values where {sources[other]} holds lists; "
                f"name a column of lists with columns.{name}=COLUMN"
            )
    counts = {name: pc.fill_null(pc.list_value_length(arrays[name]), 0).to_numpy() for name in lists}
    for name in lists[1:]:
        unequal = counts[name] != counts[lists[0]]
        if unequal.any():
            row = int(np.argmax(unequal))
            raise AlertlabError(
                f"{origin}: object {ids[row]} has {counts[lists[0]][row]} values in {sources[lists[0]]} and "
                f"{counts[name][row]} in {sources[name]}; lists of an object are of one length"
            )
    return np.repeat(np.arange(len(ids)), counts[lists[0]])


def _leaf(table: pa.Table, name: str) -> pa.Array:
    """A column, or a field of a column of records of lists or of lists of records."""
    if name in table.schema.names:
        return _one(table.column(name))
    outer, _, inner = name.rpartition(".")
    column = _one(table.column(outer))
    if not _is_list(column.type):
        return pc.struct_field(column, inner)
    # the lists' own offsets, so that what is cut off or null stays out
    counts = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    values_of = pc.struct_field(pc.list_flatten(column), inner)
    return pa.LargeListArray.from_arrays(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), values_of)


def _one(column: pa.ChunkedArray) -> pa.Array:
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    return array.storage if isinstance(array, pa.ExtensionArray) else array


def _is_list(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_list_view(kind)
        or pa.types.is_large_list_view(kind)
    )
