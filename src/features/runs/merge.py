"""Sorted parts to one sorted table, as a stream."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

KEY = "object_id"


def merged(streams: Sequence[Sequence[Path]], schema: pa.Schema) -> Iterator[pa.Table]:
    """Rows of Parquet files in the order of their objects' names; every object is in one row.

    Parameters
    ----------
    streams : each a list of files that, one after another, are in that order already; one file of each is in memory.

    Yields
    ------
    Tables, each in order and after the one before it.
    """
    waiting = [list(files)[::-1] for files in streams]
    heads = [schema.empty_table() for _ in streams]
    while True:
        for number, files in enumerate(waiting):
            while files and not heads[number].num_rows:
                heads[number] = pq.read_table(files.pop(), schema=schema)
        # nothing that is still to come is before the smallest of the last names of the streams that go on
        limits = [head.column(KEY)[-1].as_py() for head, files in zip(heads, waiting, strict=True) if files]
        ready = heads
        if limits:
            counts = [pc.sum(pc.less_equal(head.column(KEY), min(limits))).as_py() or 0 for head in heads]
            ready = [head.slice(0, count) for head, count in zip(heads, counts, strict=True)]
            heads = [head.slice(count) for head, count in zip(heads, counts, strict=True)]
        table = pa.concat_tables([schema.empty_table(), *ready])
        if table.num_rows:
            yield table.take(pc.sort_indices(table, sort_keys=[(KEY, "ascending")])).combine_chunks()
        if not limits:
            return
