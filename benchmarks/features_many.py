"""Many light curves through ``alertlab features``: objects a second and memory.

    python -m benchmarks.features_many
    python -m benchmarks.features_many --objects 1000 --workers 1

Each row is a new process, which reads a long table whose rows lie in no order.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .light_curves import sinusoids
from .table import Table

PACKAGES = ("numpy", "numba", "pyarrow")
QUICK = ("--objects", "20", "--points", "10", "--workers", "1")
HEADER = ("objects", "points an object", "workers", "objects/s", "peak memory of a process, MB", "rows of the table")
CHUNK = 10_000  # objects made at a time


def options() -> argparse.ArgumentParser:
    """What can be changed."""
    parser = argparse.ArgumentParser("python -m benchmarks.features_many", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--objects", type=int, nargs="+", default=[100, 1000, 10_000, 100_000])
    parser.add_argument("--points", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    return parser


def measure(asked: argparse.Namespace) -> Table:
    """A row for each number of objects."""
    with tempfile.TemporaryDirectory() as folder:
        return Table(HEADER, [row(Path(folder), number, asked.points, asked.workers) for number in asked.objects])


def row(folder: Path, objects: int, points: int, workers: int) -> tuple[str, ...]:
    """One run."""
    table, out = folder / f"{objects}.parquet", folder / f"{objects}.features.parquet"
    write(table, objects, points)
    words = ["features", str(table), "columns=plain", f"workers={workers}", "--out", str(out), "--json"]
    code = "import resource, sys; from alertlab.cli import main; status = main(sys.argv[1:]); "
    code += (
        "peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)); "
    )
    code += "print(peak); sys.exit(status)"
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    told, peak = done.stdout.strip().splitlines()[-2:]
    speed = json.loads(told)["throughput"]
    rows = pq.read_metadata(out).num_rows
    unit = 1 if sys.platform == "darwin" else 1024
    whole = "every one" if rows == objects else str(rows)
    return f"{objects:,}", str(points), str(workers), f"{speed:.0f}", f"{int(peak) * unit / 1e6:.0f}", whole


def write(path: Path, objects: int, points: int) -> None:
    """A long table, shuffled within a few thousand objects at a time."""
    rng = np.random.default_rng(1)
    writer = None
    for start in range(0, objects, CHUNK):
        number = min(CHUNK, objects - start)
        curves = sinusoids(number, points, seed=start)
        order = rng.permutation(len(curves.band))
        names = np.repeat(np.array([f"o{start + each:07d}" for each in range(number)]), points)[order]
        columns = {"object_id": names, "band": curves.band[order]}
        columns |= {name: curves.detections[name][order] for name in ("time", "magnitude", "error")}
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


if __name__ == "__main__":
    print(measure(options().parse_args()))
