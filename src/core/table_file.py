"""A Parquet file that is written as a stream."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..files import replacing

ROW_GROUP = 16_384  # rows written together: Parquet keeps some kB of every group, and reads few large ones faster


class TableFile:
    """A Parquet file written in groups of rows, whole or not at all."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path, self.schema = path, schema
        self.stack = ExitStack()
        self.waiting: list[pa.Table] = []

    def __enter__(self) -> "TableFile":
        partial = self.stack.enter_context(replacing(self.path))
        self.writer = self.stack.enter_context(pq.ParquetWriter(partial, self.schema, write_page_checksum=True))
        self.stack.push(self._finish)
        return self

    def __exit__(self, *error: Any) -> bool | None:
        return self.stack.__exit__(*error)

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        self.waiting.append(table)
        rows = sum(each.num_rows for each in self.waiting)
        if rows >= ROW_GROUP:
            self._flush(rows - rows % ROW_GROUP)

    def _finish(self, kind: type[BaseException] | None, *_: Any) -> None:
        if kind is None:
            self._flush(sum(each.num_rows for each in self.waiting))

    def _flush(self, rows: int) -> None:
        """Write that many rows; groups are full but for the last, however the rows came: equal tables, equal files."""
        table = pa.concat_tables([self.schema.empty_table(), *self.waiting])
        if rows:
            self.writer.write_table(table.slice(0, rows).combine_chunks(), row_group_size=ROW_GROUP)
        self.waiting = [table.slice(rows)]
