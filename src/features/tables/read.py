"""Light curves from wherever they lie: tables of every format, folders and catalogues of them, alert packets."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from ...door.place import PARQUET, Found
from ...door.table import OpenTable, open_table, readable
from ...runtime.errors import AlertlabError
from .bounds import Bounds
from .columns import DETECTION, LIMIT, Columns, optional, resolve
from .flat import flat, known_columns, names_of, top_level, within
from .packets import BANDS, packet_tables
from .times import DATE, ISO

LONG, NESTED = 1 << 16, 1 << 11  # rows at a time
FIRST = 1 << 12  # rows of optional columns, to see whether they hold anything
TEXT = ("object_id", "band", "positive", "corrected")  # quantities that may be text in a table without types
NO_TABLE = "file that is no table"


@dataclass(frozen=True)
class Chunk:
    """Some of the measurements, in no order, by quantity as :func:`~.tables.flat` gives them.

    Attributes
    ----------
    refused : what could not be read or used, by reason.
    """

    detections: pa.Table | None = None
    limits: pa.Table | None = None
    refused: Counter[str] = field(default_factory=Counter)


def read_light_curves(found: Found, limits: Found | None, columns: Columns, bounds: Bounds) -> Iterator[Chunk]:
    """Stream the measurements at a path; memory does not grow with Parquet, CSV and packets.

    Parameters
    ----------
    found : table, folder of tables, HATS catalogue, or packets.
    limits : tables of upper limits; packets have their own.
    bounds : what is possible.

    Raises
    ------
    AlertlabError
        When a file is damaged, empty, or not as ``columns`` say.
    """
    if found.packets:
        if limits is not None:
            raise AlertlabError(f"--non-detections {limits.path}: packets have their own upper limits; leave it out")
        for detections, upper, refused in packet_tables(found.path):
            detections, impossible = within(detections, bounds)
            upper, more = within(upper, bounds)
            yield Chunk(detections, upper, refused + impossible + more)
        return
    if limits is not None and limits.packets:
        raise AlertlabError(f"--non-detections {limits.path}: packets, where a table is needed")
    for table, refused in _tables(found, columns, DETECTION, bounds):
        yield Chunk(detections=table, refused=refused)
    if limits is not None:
        for table, refused in _tables(limits, columns, LIMIT, bounds):
            yield Chunk(limits=table, refused=refused)
    yield Chunk(refused=+Counter({NO_TABLE: sum(each.passed_over() for each in (found, limits) if each)}))


def bands_of(found: Found, columns: Columns) -> tuple[str, ...]:
    """Names of the bands 1, 2, ... of what is read at a place."""
    return BANDS if found.packets else columns.band_names


def size_of(found: Found) -> int:
    """About how many bytes the measurements at a path take in memory."""
    total = 0
    for file in found.files():
        total += file.stat().st_size
        if file.name.lower().endswith(PARQUET):
            with readable(file):
                meta = pq.read_metadata(file)
            total += sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups))
    return total


def _tables(
    found: Found, columns: Columns, needed: Sequence[str], bounds: Bounds
) -> Iterator[tuple[pa.Table, Counter[str]]]:
    empty = True
    for file in found.files():
        row = 0
        opened = open_table(file)
        with _dates_told(columns):
            present = _present(opened, columns, needed, bounds)
            for table in _rows(opened, present, needed, LONG):
                yield flat(table, present, needed, str(file), row, bounds)
                row += table.num_rows
        empty = empty and not row
    if empty:
        raise AlertlabError(f"{found.path}: holds no rows")


def _present(opened: OpenTable, columns: Columns, needed: Sequence[str], bounds: Bounds) -> Columns:
    """The columns without those that hold nothing in this file."""
    names = optional(resolve(columns, names_of(opened.schema), needed, str(opened.path)))
    return known_columns(_rows(opened, columns, needed, FIRST, list(names)), columns, names, str(opened.path), bounds)


def _rows(
    opened: OpenTable, columns: Columns, needed: Sequence[str], rows: int, only: Sequence[str] | None = None
) -> Iterator[pa.Table]:
    """Parts of a file as they are, with the columns of all quantities or of some."""
    found = resolve(columns, names_of(opened.schema), needed, str(opened.path))
    wanted = {name: column for name, column in found.items() if only is None or name in only}
    texts = (*TEXT, "time") if columns.time_format == ISO else TEXT
    names = top_level(opened.schema, list(wanted.values()))
    nested = any(pa.types.is_nested(opened.schema.field(name).type) for name in names)
    text = [column for name, column in wanted.items() if name in texts]
    return opened.batches(names, text, min(rows, NESTED) if nested else rows)


@contextmanager
def _dates_told(columns: Columns) -> Iterator[None]:
    """A date where a number was declared, in a table whose reader looks for numbers, is told with its remedy."""
    try:
        yield
    except AlertlabError as error:
        said = str(error)
        if columns.time_format == ISO or f"column {columns.time}" not in said or "time_format" in said:
            raise
        if not DATE.search(said):
            raise
        raise AlertlabError(f"{said}; dates need columns.time_format=iso") from error
