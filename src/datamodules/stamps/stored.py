"""Decoded alerts as files: stamps to be memory-mapped, everything else in tables.

``stamps.npy`` (n, 3, 63, 63) float32; ``alerts.parquet`` with candid,
object_id, origin and the candidate fields as JSON, which keeps them exactly,
whatever a survey's columns; ``rejected.parquet``; and ``index.json``, written
last, with size and digest of the others: without it the rest is half-written.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ...alerts import BANDS, STAMP_SIDE, Alert, Rejected
from ...alerts.fingerprint import Digest
from ...alerts.plain import native
from ...alerts.rejected import rejected_table
from ..kept.files import DamagedError, check_index, write_header, write_index

STAMPS, ALERTS, REJECTED = "stamps.npy", "alerts.parquet", "rejected.parquet"
FLOAT32 = "<f4"
STAMP_SHAPE = (len(BANDS), STAMP_SIDE, STAMP_SIDE)
STAMP_BYTES = 4 * len(BANDS) * STAMP_SIDE**2
SCHEMA = pa.schema(
    [("candid", pa.int64()), ("object_id", pa.string()), ("origin", pa.string()), ("candidate", pa.string())]
)
ROWS = 1024  # alerts in memory at a time


def write_alerts(folder: Path, alerts: Iterable[Alert | Rejected], digest: Digest, origin: str = "") -> None:
    """Write alerts as they come; memory grows with the rejected ones alone.

    Parameters
    ----------
    folder : empty.
    digest : of a file that is complete.
    origin : what the origin of every alert begins with; left out, since equal files may lie elsewhere.
    """
    rejected: list[Rejected] = []
    rows: list[dict[str, Any]] = []
    count = 0
    with (
        (folder / STAMPS).open("wb") as stamps,
        (folder / ALERTS).open("wb") as file,
        pq.ParquetWriter(file, SCHEMA, compression="zstd") as table,
    ):
        write_header(stamps, FLOAT32, (0, *STAMP_SHAPE))
        for found in alerts:
            if isinstance(found, Rejected):
                rejected.append(replace(found, origin=found.origin.removeprefix(origin)))
                continue
            stamps.write(np.ascontiguousarray(found.stamp, FLOAT32).data)
            rows.append(_row(found, origin))
            count += 1
            if len(rows) == ROWS:
                table.write_table(pa.Table.from_pylist(rows, SCHEMA))
                rows.clear()
        table.write_table(pa.Table.from_pylist(rows, SCHEMA))
        stamps.seek(0)
        write_header(stamps, FLOAT32, (count, *STAMP_SHAPE))
    with (folder / REJECTED).open("wb") as file:
        pq.write_table(rejected_table(rejected), file)
    write_index(folder, (STAMPS, ALERTS, REJECTED), digest)


class StoredAlerts:
    """Alerts of such a folder; iterates over Rejected, then over Alert, whose stamps are views of the file.

    Files are opened at once: what happens to the folder later does not matter.

    Parameters
    ----------
    digest : of the stamps; the tables, which are small, are read in full for theirs.
    origin : what the origin of every alert begins with.

    Raises
    ------
    DamagedError
        When a file is missing, or is not what was written.
    """

    def __init__(self, folder: Path, digest: Digest, origin: str = "") -> None:
        self.origin = origin
        try:
            check_index(folder, STAMPS, digest)
            self.stamps: NDArray[np.float32] = np.load(folder / STAMPS, mmap_mode="r", allow_pickle=False)
            rejected = pq.read_table(folder / REJECTED).to_pylist()
            self.rejected = [Rejected(**{**row, "origin": origin + row["origin"]}) for row in rejected]
            self.table = pq.ParquetFile(folder / ALERTS)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:  # whatever the damage makes of it
            raise DamagedError(f"not readable ({type(error).__name__}: {error})") from error

    def __len__(self) -> int:
        return len(self.stamps) + len(self.rejected)

    def __iter__(self) -> Iterator[Alert | Rejected]:
        yield from self.rejected
        number = 0
        for batch in self.table.iter_batches(ROWS):
            for row in batch.to_pylist():
                candidate = json.loads(row["candidate"])
                yield Alert(
                    row["candid"], row["object_id"], candidate, self.stamps[number], self.origin + row["origin"]
                )
                number += 1


def _row(alert: Alert, origin: str) -> dict[str, Any]:
    return {
        "candid": alert.candid,
        "object_id": alert.object_id,
        "origin": alert.origin.removeprefix(origin),
        "candidate": json.dumps(dict(alert.candidate), default=native),  # dates and the like become text
    }
