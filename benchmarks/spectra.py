"""Weirdness of many spectra: growing the forests, scoring, and the bundle in the bare runtime; time and memory.

    python -m benchmarks.spectra
    python -m benchmarks.spectra --spectra 10000 --pixels 1000 --threads 1

`unsupervised_forest` as `conf/model/unsupervised_forest.yaml` has it, on drawn spectra: eight shapes in random shares,
and noise. All of them are the reference, so that each is compared with all others; nothing is sampled. Every row is a
process of its own. The goal is 20 minutes and 8 GiB for 100,000 spectra of 1,000 pixels on two cores.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from alertlab import runtime
from alertlab.bundle import BundleDetails, write_bundle
from alertlab.config import compose, instantiate
from numpy.typing import NDArray

from .feature_data import TableData
from .forest import BareRun
from .table import Table

PACKAGES = ("scikit-learn", "onnxruntime", "numpy")
QUICK = ("--spectra", "300", "--pixels", "30", "--forests", "2")
HEADER = ("spectra", "pixels", "trees", "grown and counted, s", "scored, s", "bundle, MB", "bundle scored, s")
HEADER += ("peak memory, GiB",)
BATCH = 4096  # rows that the bundle is asked about at once


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spectra", type=int, nargs="+", default=[10_000, 100_000], help="(default 10000 100000)")
    parser.add_argument("--pixels", type=int, default=1000, help="(default 1000)")
    parser.add_argument("--forests", type=int, default=50, help="of 20 trees each (default 50)")
    parser.add_argument("--threads", type=int, default=2, help="(default 2)")
    parser.add_argument("--inside", action="store_true", help="measure here, and print the cells as JSON")
    return parser


def measure(asked: argparse.Namespace) -> Table:
    """A row a number of spectra."""
    rows = []
    for spectra in asked.spectra:
        words = ["--spectra", spectra, "--pixels", asked.pixels, "--forests", asked.forests, "--threads", asked.threads]
        command = [sys.executable, "-m", "benchmarks.spectra", "--inside", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
        rows.append(json.loads(done.stdout.splitlines()[-1]))
    return Table(HEADER, rows)


def drawn(spectra: int, pixels: int) -> NDArray[np.float32]:
    """(spectra, pixels), some at a time."""
    rng = np.random.default_rng(1)
    shapes = np.cumsum(rng.normal(size=(8, pixels)), axis=1) / np.sqrt(pixels)
    made = np.empty((spectra, pixels), np.float32)
    for start in range(0, spectra, BATCH):
        rows = made[start : start + BATCH]
        rows[:] = 1 + rng.dirichlet(np.ones(8), len(rows)) @ shapes + 0.03 * rng.standard_normal(rows.shape)
    return made


def inside(spectra: int, asked: argparse.Namespace) -> list[str]:
    """The cells of a row, measured in this process."""
    features = drawn(spectra, asked.pixels)
    data = TableData(features, np.full(spectra, "galaxy"), {"all": ("galaxy",)}, share=1.0)
    words = ["model=unsupervised_forest", f"model.forests={asked.forests}", f"model.n_jobs={asked.threads}"]
    model = instantiate(compose("train", words).model)
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        run = BareRun(Path(folder))
        for step in (lambda: model.fit(data, run), lambda: model.predict(data.samples())):
            started = time.perf_counter()
            step()
            seconds.append(time.perf_counter() - started)
        details = BundleDetails("spectra", "1", "", "BSD-3-Clause", "text")
        path = write_bundle(Path(folder) / "spectra-1.bundle", model, data.samples(), details)
        size = sum(file.stat().st_size for file in path.iterdir()) / 1e6
        bundle = runtime.load(path, threads=asked.threads)
        started = time.perf_counter()
        for start in range(0, spectra, BATCH):
            bundle.answers({"features": features[start : start + BATCH]})
        seconds.append(time.perf_counter() - started)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30
    trees = asked.forests * model.arguments["n_estimators"]
    grown, scored, by_bundle = (f"{each:.0f}" if each >= 1 else f"{each:.2f}" for each in seconds)
    counts = [f"{spectra:,}", f"{asked.pixels:,}", f"{trees:,}"]
    return [*counts, grown, scored, f"{size:.1f}", by_bundle, f"{peak:.2f}"]


def main() -> None:
    """Measure, in processes of their own or, for one number of spectra, in this one."""
    asked = options().parse_args()
    if asked.inside:
        (spectra,) = asked.spectra
        print(json.dumps(inside(spectra, asked)))
    else:
        print(measure(asked))


if __name__ == "__main__":
    main()
