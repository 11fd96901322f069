"""Decoded alerts as files: stamps to be memory-mapped, everything else in tables.

``stamps.npy`` (n, 3, 63, 63) float32; ``alerts.parquet`` with candid,
object_id, origin and the candidate fields as JSON, which keeps them exactly,
whatever a survey's columns; ``rejected.parquet``; and ``index.json``, written
last, with size and digest of the others: without it the rest is half-written.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ...alerts import BANDS, STAMP_SIDE, Alert, Rejected
from ...alerts.fingerprint import Digest, content_digest
from ...alerts.plain import native
from ...alerts.rejected import rejected_table

STAMPS, ALERTS, REJECTED, INDEX = "stamps.npy", "alerts.parquet", "rejected.parquet", "index.json"
STAMP_SHAPE = (len(BANDS), STAMP_SIDE, STAMP_SIDE)
STAMP_BYTES = 4 * len(BANDS) * STAMP_SIDE**2
SCHEMA = pa.schema(
    [("candid", pa.int64()), ("object_id", pa.string()), ("origin", pa.string()), ("candidate", pa.string())]
)
ROWS = 1024  # alerts in memory at a time


class DamagedError(Exception):
    """What lies in the folder is not what was written there; the message says what is wrong."""


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
        _write_header(stamps, 0)
        for found in alerts:
            if isinstance(found, Rejected):
                rejected.append(replace(found, origin=found.origin.removeprefix(origin)))
                continue
            stamps.write(np.ascontiguousarray(found.stamp, "<f4").data)
            rows.append(_row(found, origin))
            count += 1
            if len(rows) == ROWS:
                table.write_table(pa.Table.from_pylist(rows, SCHEMA))
                rows.clear()
        table.write_table(pa.Table.from_pylist(rows, SCHEMA))
        stamps.seek(0)
        _write_header(stamps, count)
    with (folder / REJECTED).open("wb") as file:
        pq.write_table(rejected_table(rejected), file)
    index = {}
    for name in (STAMPS, ALERTS, REJECTED):
        with (folder / name).open("rb") as written:
            os.fsync(written.fileno())  # a power cut must not leave an index of what never reached the disk
        index[name] = {"bytes": (folder / name).stat().st_size, "sha256": digest(folder / name)}
    (folder / INDEX).write_text(json.dumps(index, indent=1))


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
            for name, written in json.loads((folder / INDEX).read_text()).items():
                size = (folder / name).stat().st_size
                if size != written["bytes"]:
                    raise DamagedError(f"{name} has {size} bytes instead of {written['bytes']}")
                if (digest if name == STAMPS else content_digest)(folder / name) != written["sha256"]:
                    raise DamagedError(f"{name} is not what was written")
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


def _write_header(file: BinaryIO, count: int) -> None:
    """Of the same length whatever the count: numpy leaves room for the first axis to grow."""
    header = {"descr": "<f4", "fortran_order": False, "shape": (count, *STAMP_SHAPE)}
    np.lib.format.write_array_header_1_0(file, header)
