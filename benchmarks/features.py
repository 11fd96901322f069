"""Feature extraction in one process: milliseconds an object, by family and by number of points.

    python -m benchmarks.features
    python -m benchmarks.features --points 10 100 --real ../shared/data

After warm-up. The real light curves are those that the published implementation was timed on.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from os import environ
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from alertlab.features.families import MODULES
from alertlab.features.lightcurves import LightCurves, light_curves
from alertlab.features.runs.apply import applied
from alertlab.features.runs.batch import extract_batch
from alertlab.features.runs.layout import layout
from alertlab.features.sets import feature_set
from threadpoolctl import threadpool_limits

from .light_curves import sinusoids
from .table import Table

PACKAGES = ("numpy", "numba", "finufft")
QUICK = ("--points", "10", "30", "--objects", "2", "--rounds", "1", "--real", "")
SHOWN = ("periods", "supernova", "random_walk", "harmonics", "structure_function", "mexican_hat", "autoregression")
HEADER = ("light curves", "points", "ms an object", *(name.replace("_", " ") for name in SHOWN), "others and overhead")
REAL = Path(__file__).parents[2] / "shared" / "data"
PUBLISHED = {"ZTF": "32", "ZTF, the ten with 60 points and more": "130 to 210", "Catalina": "1,100"}


def options() -> argparse.ArgumentParser:
    """What can be changed."""
    parser = argparse.ArgumentParser("python -m benchmarks.features", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--points", type=int, nargs="+", default=[10, 30, 100, 300, 1000, 3000])
    parser.add_argument("--objects", type=int, default=20, help="of each number of points")
    parser.add_argument("--rounds", type=int, default=5, help="the median of as many is told")
    parser.add_argument("--real", default=str(REAL), help="folder of ztf_lightcurves and catalina_sss; empty for none")
    return parser


def measure(asked: argparse.Namespace) -> Table:
    """A row for each kind of light curves."""
    extract_batch(sinusoids(2, 60), feature_set("alerce174"))  # compiled, or read from the cache
    kinds = {f"sinusoids, {points} points": sinusoids(asked.objects, points) for points in asked.points}
    if asked.real and Path(asked.real).is_dir():
        kinds |= real(Path(asked.real))
    rows = [row(name, curves, asked.rounds) for name, curves in kinds.items()]
    first = cold_start()
    return Table(HEADER, [*rows, ("first object, empty cache", "60", f"{first * 1000:.0f}", *["-"] * (len(SHOWN) + 1))])


def row(name: str, curves: LightCurves, rounds: int) -> tuple[str, ...]:
    """One row: the whole by itself, then each family by itself."""
    chosen = feature_set("alerce174")
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        extract_batch(curves, chosen)
        seconds.append((time.perf_counter() - started) / len(curves))
    whole = 1000 * statistics.median(seconds)
    families = by_family(curves)
    shown = [families[family] for family in SHOWN]
    published = f" (published code: {PUBLISHED[name]} ms)" if name in PUBLISHED else ""
    cells = [f"{each:.2f}" for each in (whole, *shown, max(whole - sum(shown), 0))]
    return name + published, f"{curves.offsets[-1] / len(curves):.0f}", *cells


def by_family(curves: LightCurves) -> Counter[str]:
    """Milliseconds an object of each family; what a family shares with others is that of the first."""
    home = {id(kernel): module.__name__.split(".")[-1] for module in MODULES for kernel in module.KERNELS}
    spent: Counter[str] = Counter()
    parts = layout(curves, (1, 2))
    with threadpool_limits(1), np.errstate(all="ignore"):
        for kernel in dict.fromkeys(each.kernel for each in feature_set("alerce174").features):
            started = time.perf_counter()
            applied(kernel, parts.bands if kernel.per == "band" else parts.whole)
            spent[home[id(kernel)]] += 1000 * (time.perf_counter() - started) / len(curves)
    return spent


def real(folder: Path) -> dict[str, LightCurves]:
    """ZTF and Catalina light curves, a hundred of the latter."""
    table = pq.read_table(folder / "ztf_lightcurves" / "detections.parquet").to_pandas()
    names = {"difference": "magpsf", "difference_error": "sigmapsf", "positive": "isdiffpos"}
    same = ("rb", "ra", "dec", "sgscore1")
    detections = table.groupby("oid")["oid"].transform("size")
    kinds = {}
    for name, rows in (("ZTF", table), ("ZTF, the ten with 60 points and more", table[detections >= 60])):
        optional = {key: rows[column] for key, column in (names | dict(zip(same, same, strict=True))).items()}
        kinds[name] = light_curves(
            rows["oid"], rows["time"], rows["magnitude"], rows["error"], rows["band"], optional=optional
        )
    nested = pq.read_table(folder / "catalina_sss" / "catalina_sss.parquet").to_pandas().iloc[::40]
    columns = [np.concatenate(nested[name].to_list()) for name in ("mjd_minus_53000", "mag", "magerr")]
    known = np.repeat(nested["id"].astype(str), nested["mag"].map(len))
    good = columns[2] < 1
    kinds["Catalina"] = light_curves(known[good], *(column[good] for column in columns), np.ones(good.sum(), int))
    return kinds


def cold_start() -> float:
    """Seconds of a new process with an empty cache, from its start to the features of one object."""
    code = (
        "from benchmarks.light_curves import sinusoids\n"
        "from alertlab.features.runs.batch import extract_batch\n"
        "from alertlab.features.sets import feature_set\n"
        "extract_batch(sinusoids(1, 60), feature_set('alerce174'))\n"
    )
    with tempfile.TemporaryDirectory() as empty:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], env={**environ, "NUMBA_CACHE_DIR": empty}, check=True)
        return time.perf_counter() - started


if __name__ == "__main__":
    print(measure(options().parse_args()))
