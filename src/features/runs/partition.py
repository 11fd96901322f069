"""Rows of objects brought together on disk: one pass over a table of any order, in bounded memory.

The rows go into runs, Arrow files of some tens of megabytes, in each of which
they are sorted by bucket: a bucket is the objects of one range of hash. So one
file at a time is open, and a bucket is a record batch of every run.
"""

import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..lightcurves import Integers

RUN = 32 << 20  # bytes of rows in memory before they are written
BUCKET = 16 << 20  # bytes of rows that are cleaned together; the cleaning takes some times that
MOST_BUCKETS = 4096


def buckets_for(size: int) -> int:
    """How many buckets for so many bytes of rows."""
    return min(max(-(-size // BUCKET), 1), MOST_BUCKETS)


class Partition:
    """One kind of rows, by bucket of their object.

    Parameters
    ----------
    folder : of the runs.
    buckets : how many.
    """

    def __init__(self, folder: Path, buckets: int) -> None:
        self.folder, self.buckets = folder, buckets
        self.waiting: list[pa.Table] = []
        self.runs = 0

    def add(self, table: pa.Table) -> None:
        """Add rows with a column ``object_id``."""
        self.waiting.append(table)
        if sum(each.nbytes for each in self.waiting) >= RUN:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if not self.waiting:
            return
        table = pa.concat_tables(self.waiting, promote_options="default")
        self.waiting = []
        bucket = bucket_of(table.column("object_id"), self.buckets)
        order = np.argsort(bucket, kind="stable")
        edges = np.searchsorted(bucket[order], np.arange(self.buckets + 1))
        (rows,) = table.take(pa.array(order)).combine_chunks().to_batches()
        self.folder.mkdir(parents=True, exist_ok=True)
        options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
        with pa.ipc.new_file(self.folder / f"{self.runs:06}.arrow", rows.schema, options=options) as file:
            for start, stop in pairwise(edges):
                file.write_batch(rows.slice(start, stop - start))  # an empty one too: its place is its bucket
        self.runs += 1


def read_bucket(folder: Path, bucket: int) -> pa.Table | None:
    """All rows of a bucket; None where there are no runs."""
    tables = [pa.Table.from_batches([batch]) for batch in _batches(folder, bucket)]
    return pa.concat_tables(tables, promote_options="default") if tables else None


def _batches(folder: Path, bucket: int) -> Iterator[pa.RecordBatch]:
    for run in sorted(folder.glob("*.arrow")):
        with pa.OSFile(str(run)) as file:
            yield pa.ipc.open_file(file).get_batch(bucket)


def bucket_of(ids: pa.ChunkedArray, buckets: int) -> Integers:
    """(n,) bucket of each row, from the CRC-32 of its object's name: the same on every machine."""
    encoded = pc.dictionary_encode(ids.combine_chunks())
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    values = [zlib.crc32(str(name).encode()) * buckets >> 32 for name in encoded.dictionary.to_pylist()]
    place: Integers = encoded.indices.to_numpy(zero_copy_only=False)
    return np.array(values, dtype=np.int64)[place]
