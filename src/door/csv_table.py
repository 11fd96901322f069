"""CSV tables: the header by hand, the rows by Arrow."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv

from ..runtime.errors import AlertlabError
from ..runtime.table import UNKNOWN
from .words import in_brief

BLOCK = 4 << 20  # bytes at a time
LONGEST_HEADER = 1 << 20  # bytes: comments and names of columns
WORDS = sorted({word for each in UNKNOWN for word in (each, each.upper(), each.capitalize(), each.title())} | {"NaN"})
FRACTION = re.compile(r"[-+]?\d*\.\d+([eE][-+]?\d+)?")
PLACE = re.compile(r"In CSV column #(\d+): (?:Row #(\d+): )?")


class CsvTable:
    """A CSV file with a header; lines that begin with ``#`` are comments.

    Raises
    ------
    AlertlabError
        For a file without a header, or one with another separator.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.delimiter = "\t" if ".tsv" in path.name.lower() else ","
        self.skipped, names = self._header()
        self.schema = pa.schema([(name, pa.null()) for name in names])
        self.rows: int | None = None

    def batches(self, columns: Sequence[str], text: Iterable[str], rows: int) -> Iterator[pa.Table]:
        """Blocks of rows: ``text`` as text, other columns as real numbers."""
        types = {name: pa.string() if name in set(text) else pa.float64() for name in columns}
        with self._placed(), pa.input_stream(self.path) as stream:
            for batch in pacsv.open_csv(stream, self._read(), self._parse(), self._convert(columns, types)):
                yield pa.Table.from_batches([batch])

    def read(self, columns: Sequence[str], text: Iterable[str]) -> pa.Table:
        """All rows: ``text`` as text, the types of other columns follow from their values."""
        types = {name: pa.string() for name in text if name in columns}
        with self._placed(), pa.input_stream(self.path) as stream:
            return pacsv.read_csv(stream, self._read(), self._parse(), self._convert(columns, types))

    def _header(self) -> tuple[int, list[str]]:
        """Lines before the first row, and the names of columns, stripped."""
        with pa.input_stream(self.path) as stream:
            head = stream.read(LONGEST_HEADER)
        try:
            lines = head.decode("utf-8-sig", "strict" if len(head) < LONGEST_HEADER else "ignore").splitlines()
        except UnicodeDecodeError as error:
            raise AlertlabError(f"{self.path}: its text is not UTF-8; save it as CSV in UTF-8") from error
        comments = 0
        while comments < len(lines) and (lines[comments].startswith("#") or not lines[comments].strip()):
            comments += 1
        if comments == len(lines):
            raise AlertlabError(f"{self.path}: holds no header and no rows")
        names = self._cells(lines[comments])
        above = self._cells(lines[comments - 1].lstrip("#")) if comments else []
        if (
            len(above) == len(names) > 1
            and any(map(FRACTION.fullmatch, names))
            and not any(map(FRACTION.fullmatch, above))
        ):
            raise AlertlabError(
                f"{self.path}: line {comments} has the names of its columns; take off the # before them"
            )
        if len(names) == 1 and (other := next((each for each in ";\t|, " if each in names[0]), None)):
            wanted = "commas" if self.delimiter == "," else "tabs"
            raise AlertlabError(f"{self.path}: its columns are parted by {other!r}; write it with {wanted}")
        return comments + 1, names

    def _cells(self, line: str) -> list[str]:
        return [name.strip() for name in next(csv.reader([line], delimiter=self.delimiter), [])]

    def _read(self) -> pacsv.ReadOptions:
        return pacsv.ReadOptions(
            block_size=BLOCK, use_threads=False, column_names=self.schema.names, skip_rows=self.skipped
        )

    def _parse(self) -> pacsv.ParseOptions:
        def row(invalid: pacsv.InvalidRow) -> str:
            return "skip" if invalid.text.startswith("#") else "error"

        return pacsv.ParseOptions(delimiter=self.delimiter, invalid_row_handler=row)

    def _convert(self, columns: Sequence[str], types: dict[str, pa.DataType]) -> pacsv.ConvertOptions:
        return pacsv.ConvertOptions(
            column_types=types,
            include_columns=list(dict.fromkeys(columns)),
            null_values=WORDS,
            strings_can_be_null=True,
        )

    @contextmanager
    def _placed(self) -> Iterator[None]:
        """Arrow counts columns and lines; people know the one by its name, the other as a row."""
        try:
            yield
        except pa.ArrowException as error:
            said = str(error)
            if found := PLACE.match(said):
                row = f", row {int(found[2]) - self.skipped - 1}" if found[2] else ""
                said = f"column {self.schema.names[int(found[1])]}{row}: {said[found.end() :]}"
            raise AlertlabError(
                f"{self.path}: not a readable CSV table ({in_brief(said.replace('Row #', 'line '), 160)})"
            ) from error
