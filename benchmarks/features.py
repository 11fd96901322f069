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
from collections.abc import Callable
from os import environ
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from alertlab.features.families import MODULES
from alertlab.features.lightcurves import Floats, LightCurves, light_curves
from alertlab.features.maths.periodogram import FEWEST, LONGEST, SHIFT, SHORTEST, SMALLEST_GRID
from alertlab.features.maths.spectrum import Grid, band_of, spectrum_of
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
    rows += beside(kinds)
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


CLOSED = ("order_statistics", "moments", "time_order")  # families of which light-curve has most
THEIRS = (
    *("Amplitude", "AndersonDarlingNormal", "Cusum", "Eta", "EtaE", "ExcessVariance", "InterPercentileRange"),
    *("Kurtosis", "LinearTrend", "MaximumSlope", "Mean", "MeanVariance", "Median", "MedianAbsoluteDeviation"),
    *("MedianBufferRangePercentage", "PercentAmplitude", "ReducedChi2", "Skew", "StandardDeviation", "StetsonK"),
    *("WeightedMean", "BeyondNStd", "MagnitudePercentageRatio", "PercentDifferenceMagnitudePercentile"),
)


def beside(kinds: dict[str, LightCurves]) -> list[tuple[str, ...]]:
    """Rows of what the package light-curve computes too: closed forms of a band, and the powers of a periodogram.

    Its closed forms are not one by one ours, about as many. Its periodogram is its direct sum over the same frequencies
    of one band: its fast one takes none that begin above 0.
    """
    blank = ["-"] * (len(SHOWN) + 1)
    try:
        import light_curve
    except ModuleNotFoundError:
        return [("beside light-curve: pip install light-curve", "-", "-", *blank)]
    closed = light_curve.Extractor(*(getattr(light_curve, name)() for name in THEIRS))
    home = {id(kernel): module.__name__.split(".")[-1] for module in MODULES for kernel in module.KERNELS}
    kernels = dict.fromkeys(each.kernel for each in feature_set("alerce174").features)
    kernels = [each for each in kernels if home[id(each)] in CLOSED]
    rows = []
    for name, curves in kinds.items():
        bands = layout(curves, (1, 2)).bands
        pieces = [[bands[each][k] for each in ("time", "magnitude", "error")] for k in range(len(bands))]
        pieces = [piece for piece in pieces if len(piece[0]) >= 6]
        apart = [[piece[0] + 1e-6 * np.arange(len(piece[0])), *piece[1:]] for piece in pieces]  # it refuses equal times
        with threadpool_limits(1), np.errstate(all="ignore"):
            ours = fastest(lambda bands=bands: [applied(each, bands) for each in kernels])
            theirs = fastest(
                lambda apart=apart: [closed(t, m, e, sorted=True, check=False, fill_value=np.nan) for t, m, e in apart]
            )
            longer = [piece for piece in apart if len(piece[0]) >= FEWEST][:20]
            grids = [grid_of(piece[0]) for piece in longer]
            made = [band_of(*piece) for piece in longer]
            mine = fastest(lambda m=made, g=grids: [spectrum_of(*pair) for pair in zip(m, g, strict=True)])
            periodograms = [
                light_curve.Periodogram(freqs=grid.first + grid.step * np.arange(grid.size), fast=False)
                for grid in grids
            ]
            other = fastest(
                lambda p=periodograms, c=longer: [each.power(t, m) for each, (t, m, _) in zip(p, c, strict=True)]
            )
        for what, count, (our, their) in (
            ("closed forms", len(pieces), (ours, theirs)),
            ("periodogram", len(longer), (mine, other)),
        ):
            pair = f"{1e6 * our / max(count, 1):.0f} us a band, light-curve {1e6 * their / max(count, 1):.0f} us"
            rows.append((f"{name}, {what}: {pair}", "-", f"{1e3 * our / max(count, 1):.3f}", *blank))
    return rows


def grid_of(time: Floats) -> Grid:
    """The frequencies that are searched for a light curve."""
    size = max(int(np.ceil((1 / SHORTEST - 1 / LONGEST) * np.ptp(time) / (2 * SHIFT))), SMALLEST_GRID)
    return Grid(1 / LONGEST, (1 / SHORTEST - 1 / LONGEST) / (size - 1), size)


def fastest(work: Callable[[], object], times: int = 5) -> float:
    """Seconds of the fastest of some runs, after one."""
    work()
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


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
