"""Long and nested tables, as flat columns with one row a measurement."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...door.astro_table import arrow_of
from ...door.values import Place, is_text, names, numbers, plain
from ...door.words import text_of
from ...runtime.errors import AlertlabError
from ..lightcurves import Floats, Integers
from .bounds import KINDS, Bounds, Mask
from .columns import IDENTITY, Columns, resolve
from .quantities import bounded, measured, split_faults, unit_of
from .values import NOTHING, bands

NAMELESS = "row without the name of an object"
POSSIBLE = Bounds()


def as_table(light_curves: Any) -> pa.Table:
    """An Arrow table of what a person has in memory.

    Parameters
    ----------
    light_curves : Arrow table or record batch, astropy table, pandas or nested-pandas frame, anything with the Arrow
        PyCapsule interface, a structured array, or a mapping of names to arrays (lists of arrays for nested columns),
        quantities or times.

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
        if isinstance(light_curves, np.ndarray) and light_curves.dtype.names:
            light_curves = {name: light_curves[name] for name in light_curves.dtype.names}
        if (table := _astropy_table(light_curves)) is not None:
            return arrow_of(table)
        if isinstance(light_curves, Mapping):
            return pa.table({str(name): _array(each) for name, each in light_curves.items()})
        if hasattr(light_curves, "columns") and hasattr(light_curves, "dtypes"):
            return pa.Table.from_pandas(light_curves, preserve_index=None)
        if hasattr(light_curves, "__arrow_c_stream__"):
            return pa.table(light_curves)
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise AlertlabError(f"light curves: cannot be made a table ({str(error).splitlines()[0]})") from error
    raise AlertlabError(f"light curves: {type(light_curves).__name__} is no Arrow table, data frame or mapping")


def _astropy_table(light_curves: Any) -> Any:
    """An astropy table, or what has to become one, since it has units; None for anything else."""
    if hasattr(light_curves, "colnames"):
        return light_curves
    if isinstance(light_curves, Mapping) and any(
        type(each).__module__.startswith("astropy.") for each in light_curves.values()
    ):
        from astropy.table import Table

        return Table({str(name): each for name, each in light_curves.items()})
    return None


def _array(column: Any) -> Any:
    if isinstance(column, np.ndarray) and not column.dtype.isnative:  # FITS is big-endian, Arrow is not
        column = column.astype(column.dtype.newbyteorder("="))
    return column if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column)


def names_of(schema: pa.Schema) -> list[str]:
    """Columns of a table, fields of nested ones as ``column.field``."""
    found = []
    for field in schema:
        record = field.type.value_type if is_list(field.type) else field.type
        inner = [f"{field.name}.{each.name}" for each in record] if pa.types.is_struct(record) else []
        found += inner or [field.name]
    return found


def top_level(schema: pa.Schema, columns: Sequence[str]) -> list[str]:
    """The columns to read for those names."""
    return list(dict.fromkeys(name if name in schema.names else name.rpartition(".")[0] for name in columns))


def flat(
    table: pa.Table,
    columns: Columns,
    needed: Sequence[str],
    origin: str,
    first_row: int = 0,
    bounds: Bounds = POSSIBLE,
) -> tuple[pa.Table, Counter[str]]:
    """Measurements of a table, long or nested, by quantity.

    Parameters
    ----------
    columns : :func:`known_columns` of the whole file, of which the table may be a part.
    needed : :data:`~.columns.DETECTION` or :data:`~.columns.LIMIT`.
    origin, first_row : file and number of the table's first row in it, for messages.
    bounds : what is possible.

    Returns
    -------
    Table of ``object_id`` (text), ``band`` (int64, also :data:`~.values.NO_BAND` and :data:`~.values.LEFT_OUT`)
    and float64 columns in MJD, magnitudes and degrees; and what is not in it, by reason. An object of which no row is
    left, or that had none, has one row of band :data:`~.values.NOTHING`.

    Raises
    ------
    AlertlabError
        For a missing column, lists of unequal length, an unknown band, or what is not what it was declared to be.
    """
    sources = resolve(columns, names_of(table.schema), needed, origin)
    arrays = {name: _leaf(table, column) for name, column in sources.items()}
    ids = names(arrays.pop("object_id"), Place(origin, sources["object_id"]))
    rows = _rows(arrays, sources, ids, origin)
    empty = ids.filter(pa.array(np.bincount(rows, minlength=len(ids)) == 0)) if rows is not None else ids[:0]

    def words(number: int) -> str:
        row = int(rows[number]) if rows is not None else number
        return f"row {first_row + row} (object {ids[row]})"

    def place(name: str) -> Place:
        return Place(origin, sources[name], words, "" if name in (*IDENTITY, *needed) else f"; or columns.{name}=null")

    if rows is not None:
        taken = pa.array(rows)
        arrays = {
            name: pc.list_flatten(array) if is_list(array.type) else array.take(taken) for name, array in arrays.items()
        }
    band_values = arrays.pop("band", None)
    about = {name: _said_of(table.schema, column) for name, column in sources.items()}
    found, faults = measured(arrays, about, columns, place, bounds, judge=first_row == 0)
    owners = ids.take(taken) if rows is not None else ids
    band = (
        np.ones(len(owners), dtype=np.int64)
        if band_values is None
        else bands(band_values, columns.bands, columns.band_names, place("band"))
    )
    table, dropped = _kept(owners, band, found, faults, empty)
    if "magnitude" in found:
        table = table.replace_schema_metadata(unit_of(about, columns, place))
    return table, dropped


def within(table: pa.Table, bounds: Bounds) -> tuple[pa.Table, Counter[str]]:
    """As :func:`flat`, of measurements that are by quantity already; other columns stay."""
    found, faults = bounded(table, bounds)
    rest = {name: table.column(name) for name in table.column_names if name not in (*found, "object_id", "band")}
    ids, band = plain(table.column("object_id")), table.column("band").to_numpy()
    return _kept(ids, band, found, faults, ids[:0], rest)


def known_columns(
    tables: Iterable[pa.Table], columns: Columns, optional: Mapping[str, str], origin: str, bounds: Bounds = POSSIBLE
) -> Columns:
    """The columns without those optional ones that hold no value in the whole of a file: they count as absent.

    Parameters
    ----------
    tables : parts of the file with the optional columns; no more of them are taken than it needs.
    optional : quantity -> column, of :func:`~.columns.optional`.
    """
    left = dict(optional)
    for table in tables if left else ():
        for name, column in list(left.items()):
            if _has_value(_leaf(table, column), bounds.sentinels.get(KINDS.get(name, ""), ()), Place(origin, column)):
                del left[name]
        if not left:
            break
    return replace(columns, **dict.fromkeys(left)) if left else columns  # type: ignore[arg-type]


def _has_value(array: pa.Array, sentinels: Sequence[float], place: Place) -> bool:
    values = plain(pc.list_flatten(array) if is_list(array.type) else array)
    if is_text(values.type):
        return any(text_of(each) is not None for each in pc.unique(values).to_pylist())
    floats = numbers(values, place)
    return bool((np.isfinite(floats) & ~np.isin(floats, sentinels)).any())


def _kept(
    ids: pa.Array,
    band: Integers,
    found: Mapping[str, Floats],
    faults: Mapping[str, Mask],
    empty: pa.Array,
    rest: Mapping[str, Any] | None = None,
) -> tuple[pa.Table, Counter[str]]:
    """The measurements that are not dropped, a row for each object that has none, and what was dropped."""
    nameless = ids.null_count + empty.null_count
    result = pa.table({"object_id": ids, "band": band, **found, **(rest or {})})
    if not (nameless or faults or len(empty)):
        return result, Counter()
    named = np.asarray(ids.is_valid().to_numpy(zero_copy_only=False))
    bad, counts = split_faults({reason: rows & named for reason, rows in faults.items()}, len(ids))
    lost = pc.unique(pa.concat_arrays([ids.filter(pa.array(named & bad)), empty.drop_null()]))
    result = result.filter(pa.array(named & ~bad))
    gone = lost.filter(pc.invert(pc.is_in(lost, value_set=plain(result.column("object_id")))))
    if len(gone):
        nothing = {
            name: pa.nulls(len(gone), field.type)
            for name, field in zip(result.column_names, result.schema, strict=True)
        }
        nothing |= {name: pa.array(np.full(len(gone), np.nan)) for name in found}
        nothing |= {"object_id": gone, "band": pa.array(np.full(len(gone), NOTHING, dtype=np.int64))}
        result = pa.concat_tables([result, pa.table(nothing, schema=result.schema)])
    return result, counts + Counter({NAMELESS: nameless})


def _said_of(schema: pa.Schema, name: str) -> dict[str, str]:
    """What a file says of a column: its unit, and format and scale of a time."""
    field = schema.field(name if name in schema.names else name.rpartition(".")[0])
    about = {key.decode(): value.decode().strip() for key, value in (field.metadata or {}).items()}
    return {key: value for key, value in about.items() if key in ("unit", "format", "scale") and value}


def _rows(arrays: Mapping[str, pa.Array], sources: Mapping[str, str], ids: pa.Array, origin: str) -> Any:
    """For a nested table the row of each measurement, None for a long one."""
    lists = [name for name, array in arrays.items() if is_list(array.type)]
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
        return plain(table.column(name))
    outer, _, inner = name.rpartition(".")
    column = plain(table.column(outer))
    if not is_list(column.type):
        return pc.struct_field(column, inner)
    # the lists' own offsets, so that what is cut off or null stays out
    counts = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    values_of = pc.struct_field(pc.list_flatten(column), inner)
    return pa.LargeListArray.from_arrays(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), values_of)


def is_list(kind: pa.DataType) -> bool:
    """Whether values are lists of one kind or another."""
    return bool(
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_list_view(kind)
        or pa.types.is_large_list_view(kind)
    )
