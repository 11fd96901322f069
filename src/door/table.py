"""One reader of tables, whatever their format: Parquet, CSV, FITS, VOTable, ECSV."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from ..runtime.errors import AlertlabError
from .astropy_units import with_units_of_astropy
from .place import CSV, PARQUET, TABLES, did_you_mean
from .words import in_brief

ROWS = 1 << 16  # rows at a time
HEALPIX = {"Norder", "Dir", "Npix"}  # partition keys of HATS
WRITTEN = re.compile(r"__index_level_\d+__|Unnamed: \d+(\.\d+)?|_healpix_\d+|")  # also a column without a name


class Reader(Protocol):
    """What a format must be able to do."""

    @property
    def schema(self) -> pa.Schema:
        """Columns; of CSV without types."""
        ...

    @property
    def rows(self) -> int | None:
        """How many there are, None where only reading tells."""
        ...

    def batches(self, columns: Sequence[str], text: Iterable[str], rows: int) -> Iterator[pa.Table]:
        """Some rows at a time; in a format without types ``text`` is text and all else real numbers."""
        ...

    def read(self, columns: Sequence[str], text: Iterable[str]) -> pa.Table:
        """All rows; in a format without types ``text`` is text and the type of all else follows from the values."""
        ...


@dataclass(frozen=True)
class OpenTable:
    """A table of a file.

    Attributes
    ----------
    path : the file. schema : its columns, those that its writer added too; ``unit`` in a field's metadata.
    added : columns that the writing program added, such as the index of pandas: to be had by name, never data.
    reader : of the format.
    """

    path: Path
    schema: pa.Schema
    added: frozenset[str]
    reader: Reader

    @property
    def rows(self) -> int | None:
        """How many there are, None where only reading tells."""
        return self.reader.rows

    @property
    def names(self) -> list[str]:
        """Columns that somebody meant: all but the added ones."""
        return [name for name in self.schema.names if name not in self.added]

    @property
    def metadata(self) -> Mapping[bytes, bytes]:
        """What the file says of itself."""
        return self.schema.metadata or {}

    def batches(self, columns: Sequence[str], text: Iterable[str] = (), rows: int = ROWS) -> Iterator[pa.Table]:
        """Some rows at a time; memory does not grow with Parquet and CSV.

        Parameters
        ----------
        columns : to read.
        text : those of them that are names or labels: guessed from the first rows, an object 007 would become 7.
            In a format without types all others are read as real numbers.

        Raises
        ------
        AlertlabError
            For a damaged file, or a cell that is no number.
        """
        with readable(self.path):
            yield from self.reader.batches(columns, text, rows)

    def read(self, columns: Sequence[str] | None = None, text: Iterable[str] = ()) -> pa.Table:
        """All rows of some columns; None takes all that somebody meant. See :meth:`batches`."""
        with readable(self.path):
            return self.reader.read(self.names if columns is None else columns, text)


def open_table(path: Path) -> OpenTable:
    """Open the table of a file.

    Raises
    ------
    AlertlabError
        When there is no such file, it is no table or damaged, or two of its columns have one name.
    """
    if not path.is_file():
        what = "is a folder; a table is one file" if path.is_dir() else f"no such file{did_you_mean(path)}"
        raise AlertlabError(f"{path}: {what}")
    with readable(path):
        reader = _reader(path)
        schema = reader.schema
        twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
        if twice:
            raise AlertlabError(f"{path}: column {', '.join(twice)} stands twice; rename one of them")
        return OpenTable(path, schema, _added(path, schema), reader)


def table_in_memory(table: pa.Table, name: str) -> OpenTable:
    """A table that was made, not read, as one of a file; ``name`` is what errors call it."""
    return OpenTable(Path(name), table.schema, frozenset(), _InMemory(table))


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Whatever a damaged file makes of a library is one line that names it."""
    try:
        yield
    except AlertlabError:
        raise
    except Exception as error:
        kind = next((ending for ending in TABLES if path.name.lower().endswith(ending)), "table")
        said = in_brief(error, 200) or type(error).__name__
        raise AlertlabError(f"{path}: not a readable {kind} file ({said})") from error


def _reader(path: Path) -> Reader:
    name = path.name.lower()
    if name.endswith(PARQUET):
        return _Parquet(path)
    if name.endswith(CSV):
        from .csv_table import CsvTable

        return CsvTable(path)
    if name.endswith(TABLES):
        from .astro_table import AstroTable

        return AstroTable(path)
    raise AlertlabError(f"{path}: no table; expected {', '.join(TABLES)}")


def _added(path: Path, schema: pa.Schema) -> frozenset[str]:
    """Columns of the writing program: the index that pandas names, partition keys, what has no name."""
    try:
        index = json.loads((schema.metadata or {}).get(b"pandas", b"{}")).get("index_columns", [])
    except (ValueError, AttributeError):  # somebody else's words under that key
        index = []
    named = {each for each in index if isinstance(each, str)}
    keys = HEALPIX | {part.partition("=")[0] for part in path.parent.parts if "=" in part}
    return frozenset(name for name in schema.names if name in named | keys or WRITTEN.fullmatch(name.strip()))


class _InMemory:
    """Slices of a table; types are its own."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.schema: pa.Schema = table.schema
        self.rows: int | None = table.num_rows

    def batches(self, columns: Sequence[str], text: Iterable[str], rows: int) -> Iterator[pa.Table]:
        chosen = self.read(columns, text)
        return (chosen.slice(start, rows) for start in range(0, chosen.num_rows, rows))

    def read(self, columns: Sequence[str], text: Iterable[str]) -> pa.Table:
        return self.table.select(list(dict.fromkeys(columns)))


class _Parquet:
    """Read row group by row group: Arrow keeps what it has decoded of all it was asked for."""

    def __init__(self, path: Path) -> None:
        self.file = pq.ParquetFile(
            path,
            buffer_size=1 << 20,  # not a whole row group in memory
            page_checksum_verification=True,  # where the writer left any
        )
        self.schema: pa.Schema = with_units_of_astropy(self.file.schema_arrow)
        self.rows: int | None = self.file.metadata.num_rows

    def batches(self, columns: Sequence[str], text: Iterable[str], rows: int) -> Iterator[pa.Table]:
        for group in range(self.file.num_row_groups):
            batches = self.file.iter_batches(rows, row_groups=[group], columns=list(columns), use_threads=False)
            for batch in batches:
                batch.validate(full=True)  # damaged text would fail where nobody knows its file any more
                yield pa.Table.from_batches([batch])

    def read(self, columns: Sequence[str], text: Iterable[str]) -> pa.Table:
        chosen = list(dict.fromkeys(columns))
        table = self.file.read(columns=chosen).select(chosen)  # asked for f, Parquet gives f.1 too
        table.validate(full=True)
        return table
