"""From the start of `alertlab train` to the loss of its first batch, each time in a fresh process.

    python -m benchmarks.first_batch
    python -m benchmarks.first_batch --rounds 3 --rows 50000

Data are simulated alerts, or a Parquet table of stamps. "imports" is their
share of that time, as python's -X importtime counts it in one more run.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from alertlab.simulate import SimulatedStamps

from .table import Table

PACKAGES = ("torch", "pytorch-lightning", "mlflow", "hydra-core")
QUICK = ("--rounds", "1", "--rows", "0", "--alerts", "100")
HEADER = ("data", "to the first batch, s", "range", "imports")
ROOT = Path(__file__).parents[1]


def train(folder: Path, overrides: list[str], *python: str) -> tuple[float, str]:
    """Seconds to the first batch, and what python wrote on standard error."""
    noted = folder / "first_batch"
    noted.unlink(missing_ok=True)
    stopwatch = ["--allow", "benchmarks", "model._target_=benchmarks.stopwatch.Stopwatch"]
    command = [sys.executable, *python, "-m", "alertlab", "train", *stopwatch, *overrides]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FIRST_BATCH": str(noted)}
    started = time.monotonic()  # of the machine, not of the process
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if not noted.is_file():
        raise SystemExit(f"{' '.join(command)} came to no batch:\n{done.stderr}")
    return float(noted.read_text()) - started, done.stderr


def imports(errors: str) -> float:
    """Seconds that -X importtime counted."""
    lines = (line.removeprefix("import time:") for line in errors.splitlines() if line.startswith("import time:"))
    own = (line.split("|")[0].strip() for line in lines)
    return sum(int(each) for each in own if each.isdigit()) / 1e6


def write_table(path: Path, rows: int) -> None:
    """A table of ``rows`` stamps, a hundred simulated ones repeated under new names."""
    source = SimulatedStamps(100, seed=1, difficulty=0.5)
    alerts = [found for found in source if isinstance(found, tuple)]
    writer = None
    for start in range(0, rows, len(alerts)):
        records = []
        for number, (alert, label) in enumerate(alerts[: rows - start], start):
            science, template, difference = (image.astype("<f4").tobytes() for image in alert.stamp)
            sides = dict.fromkeys(("ny", "nx", "ny_t", "nx_t", "ny_d", "nx_d"), alert.stamp.shape[-1])
            images = {"science": science, "template": template, "difference": difference, **sides}
            names = {"candid": number, "objectId": f"SIM{number}", "label_catalogue": label, "label": label}
            records.append({**alert.candidate, **images, **names})
        table = pa.Table.from_pylist(records, schema=writer.schema if writer else None)
        writer = writer or pq.ParquetWriter(path, table.schema, compression="none")
        writer.write_table(table)
    if writer:
        writer.close()


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alerts", type=int, nargs="+", default=[200, 2000], help="simulated (default 200 2000)")
    parser.add_argument("--rows", type=int, default=20_000, help="of the Parquet table; 0 is none (default 20,000)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (default 3)")
    return parser


def measure(asked: argparse.Namespace) -> Table:
    """A row a set of data."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cases = {f"{n:,} simulated alerts": [f"datamodule.source.n={n}"] for n in asked.alerts}
        if asked.rows:
            write_table(folder / "stamps.parquet", asked.rows)
            from_table = ["datamodule=ztf_stamps", f"datamodule.path={folder}/stamps.parquet"]
            cases[f"table of {asked.rows:,} stamps"] = from_table
        for what, overrides in cases.items():
            seconds = [train(folder, overrides)[0] for _ in range(asked.rounds)]
            whole, errors = train(folder, overrides, "-X", "importtime")
            share = f"{imports(errors) / whole:.0%}"
            rows.append((what, f"{statistics.median(seconds):.1f}", f"{min(seconds):.1f} to {max(seconds):.1f}", share))
    return Table(HEADER, rows)


if __name__ == "__main__":
    print(measure(options().parse_args()))
