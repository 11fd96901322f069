"""Light curves from wherever they lie: Parquet and CSV tables, folders of them, alert packets."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from ..door.place import ARCHIVES, did_you_mean
from ..door.place import walk as files_of
from ..door.words import in_brief
from ..runtime.errors import AlertlabError
from .columns import DETECTION, LIMIT, Columns, resolve
from .packets import packet_tables
from .tables import flat, names_of, top_level

PARQUET = (".parquet", ".pq")
CSV = (".csv", ".csv.gz")
LONG, NESTED = 1 << 16, 1 << 11  # rows at a time
BLOCK = 4 << 20  # bytes of CSV at a time
TEXT = ("object_id", "band", "positive", "corrected")  # quantities that may be text in a CSV
NAMELESS = "row without the name of an object"


@dataclass(frozen=True)
class Chunk:
    """Some of the measurements, in no order, by quantity as :func:`~.tables.flat` gives them.

    Attributes
    ----------
    refused : what could not be read, by reason.
    """

    detections: pa.Table | None = None
    limits: pa.Table | None = None
    refused: Counter[str] = field(default_factory=Counter)


def read_light_curves(path: Path, non_detections: Path | None, columns: Columns) -> Iterator[Chunk]:
    """Stream the measurements at a path; memory does not grow.

    Parameters
    ----------
    path : table (``.parquet``, ``.csv``), packets (``.avro``, ``.tar``, ``.tar.gz``), or a folder of either.
    non_detections : table or folder of upper limits; packets have their own.

    Raises
    ------
    AlertlabError
        When there is nothing at a path, a file is damaged, empty, or not as ``columns`` say.
    """
    if is_packets(path):
        if non_detections is not None:
            raise AlertlabError(f"--non-detections {non_detections}: packets have their own upper limits; leave it out")
        for detections, limits, refused in packet_tables(path):
            yield Chunk(detections, limits, refused)
        return
    for table, nameless in _tables(path, columns, DETECTION):
        yield Chunk(detections=table, refused=Counter({NAMELESS: nameless}))
    if non_detections is not None:
        for table, nameless in _tables(non_detections, columns, LIMIT):
            yield Chunk(limits=table, refused=Counter({NAMELESS: nameless}))


def is_packets(path: Path) -> bool:
    """Whether alert packets lie there, by the names of files; of a folder, by the first one that is known.

    Raises
    ------
    AlertlabError
        When there is nothing there, or nothing that can be read.
    """
    if path.is_dir():
        for file in files_of(path):
            if file.name.endswith((".avro", *PARQUET, *CSV)):
                return file.suffix == ".avro"
        raise AlertlabError(f"{path}: holds no .parquet, .csv or .avro file")
    if not path.is_file():
        raise AlertlabError(f"{path}: no such file or folder{did_you_mean(path)}")
    if not path.name.endswith((".avro", *ARCHIVES, *PARQUET, *CSV)):
        raise AlertlabError(f"{path}: not light curves; expected .parquet, .csv, .avro, .tar, .tar.gz or a folder")
    return path.name.endswith((".avro", *ARCHIVES))


def size_of(path: Path) -> int:
    """About how many bytes the measurements at a path take in memory."""
    total = 0
    for file in files_of(path):
        total += file.stat().st_size
        if file.name.endswith(PARQUET):
            meta = _parquet(file).metadata
            total += sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups))
    return total


def _tables(path: Path, columns: Columns, needed: Sequence[str]) -> Iterator[tuple[pa.Table, int]]:
    if is_packets(path):
        raise AlertlabError(f"{path}: packets, where a table is needed")
    files = [each for each in files_of(path) if path.is_file() or each.name.endswith((*PARQUET, *CSV))]
    empty = True
    for file in files:
        row = 0
        for table in (_read_parquet if file.name.endswith(PARQUET) else _read_csv)(file, columns, needed):
            yield flat(table, columns, needed, str(file), row)
            row += table.num_rows
        empty = empty and not row
    if empty:
        raise AlertlabError(f"{path}: holds no rows")


def _parquet(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path, buffer_size=1 << 20)  # buffered: not a whole row group in memory
    except (pa.ArrowException, OSError) as error:
        raise AlertlabError(f"{path}: not a readable Parquet file ({in_brief(error)})") from error


def _read_parquet(path: Path, columns: Columns, needed: Sequence[str]) -> Iterator[pa.Table]:
    file = _parquet(path)
    schema = file.schema_arrow
    found = resolve(columns, names_of(schema), needed, str(path))
    wanted = top_level(schema, list(found.values()))
    nested = any(pa.types.is_nested(schema.field(name).type) for name in wanted)
    try:
        for group in range(
            file.num_row_groups
        ):  # one at a time: Arrow keeps what it has decoded of all it was asked for
            rows = NESTED if nested else LONG
            for batch in file.iter_batches(rows, row_groups=[group], columns=wanted, use_threads=False):
                yield pa.Table.from_batches([batch])
    except (pa.ArrowException, OSError) as error:
        raise AlertlabError(f"{path}: damaged ({in_brief(error)})") from error


def _read_csv(path: Path, columns: Columns, needed: Sequence[str]) -> Iterator[pa.Table]:
    """Types are fixed beforehand: guessed from the first rows, an object named 007 would become 7."""
    block = pacsv.ReadOptions(block_size=BLOCK, use_threads=False)
    try:
        found = resolve(columns, pacsv.open_csv(path, read_options=block).schema.names, needed, str(path))
        types = {column: pa.string() if name in TEXT else pa.float64() for name, column in found.items()}
        convert = pacsv.ConvertOptions(
            column_types=types, include_columns=list(dict.fromkeys(found.values())), strings_can_be_null=True
        )
        for batch in pacsv.open_csv(path, read_options=block, convert_options=convert):
            yield pa.Table.from_batches([batch])
    except (pa.ArrowException, OSError) as error:
        raise AlertlabError(f"{path}: not a readable CSV table ({in_brief(error, 160)})") from error
