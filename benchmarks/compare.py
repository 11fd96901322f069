"""Ten runs of a million predictions each through `alertlab compare`: seconds, and the most memory it held.

    python -m benchmarks.compare
    python -m benchmarks.compare --runs 4 --rows 200000

Tables of a classifier of five classes, two rows in three of another object, written as Parquet, are compared by the
command as a user calls it, each with each, in a process of its own. The goal is 120 s and 4 GiB on two cores.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .table import Table

PACKAGES = ("numpy", "scipy", "pyarrow", "scikit-posthocs")
QUICK = ("--runs", "3", "--rows", "3000")
HEADER = ("runs", "rows each", "objects", "pairs", "s", "processor, s", "peak, GiB")
CLASSES = ("AGN", "SN", "VS", "asteroid", "bogus")


def write_tables(folder: Path, runs: int, rows: int) -> list[Path]:
    """Tables of the same rows, as any program may write them; later runs are worse."""
    random = np.random.default_rng(0)
    target = random.choice(len(CLASSES), size=rows, p=(0.3, 0.05, 0.4, 0.15, 0.1))
    owner = np.arange(rows) * 2 // 3
    shared = random.normal(0, 1, (rows, len(CLASSES))).astype(np.float32)
    shared[np.arange(rows), target] += 2
    names = {"sample_id": np.arange(rows), "object_id": [f"ZTF21{number:07}" for number in owner]}
    names["target"] = np.array(CLASSES)[target].tolist()
    paths = []
    for run in range(runs):
        logit = shared + (0.3 + 0.02 * run) * random.normal(0, 1, shared.shape).astype(np.float32)
        p = np.exp(logit.astype(np.float64))
        p /= p.sum(axis=1, keepdims=True)
        columns = {f"probability_{name}": p[:, place] for place, name in enumerate(CLASSES)}
        paths.append(folder / f"run{run}.parquet")
        pq.write_table(pa.table({**names, **columns}), paths[-1])
    return paths


def measure(asked: argparse.Namespace) -> Table:
    """One comparison."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = write_tables(folder, asked.runs, asked.rows)
        command = [
            sys.executable,
            "-m",
            "alertlab",
            "compare",
            *map(str, paths),
            "--out",
            str(folder / "out"),
            "--json",
        ]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)
        seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = after.ru_maxrss / 2**20  # the largest child there was, in GiB
    objects = (asked.rows - 1) * 2 // 3 + 1
    cells = (asked.runs, asked.rows, objects, asked.runs * (asked.runs - 1) // 2)
    return Table(HEADER, [(*map(str, cells), f"{seconds:.0f}", f"{processor:.0f}", f"{peak:.2f}")])


def options() -> argparse.ArgumentParser:
    """What can be chosen."""
    parser = argparse.ArgumentParser("python -m benchmarks.compare", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--rows", type=int, default=1_000_000)
    return parser


if __name__ == "__main__":
    print(measure(options().parse_args()))
