"""Distances to neighbours on the sky: a million sources, the five of Gaia's fidelity.

    python -m benchmarks.neighbours
    python -m benchmarks.neighbours --sources 1000000 --densities 40000 1000000

Sources are spread evenly over a square of the sky as large as the density asks for, with magnitudes as in Gaia (20.7
less an exponential of scale 1.2 mag). Distances are those to the nearest source that is 0, 2, 4, 6 and 10 mag brighter,
or more. Clipped at 5" no pair beyond that is looked at; unclipped, all within 30".
"""

import argparse
import time

import numpy as np
from alertlab.features.catalogue.neighbours import nearest_brighter

from .table import Table

PACKAGES = ("scipy", "numpy")
QUICK = ("--sources", "2000", "--densities", "40000")
BY = (0.0, 2.0, 4.0, 6.0, 10.0)
HEADER = ("sources a square degree", "sources", 'clipped at 5", s', 'within 30", s', 'nearest within 5"')


def sources(n: int, density: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Right ascension, declination, magnitude."""
    random, side = np.random.default_rng(1), np.sqrt(n / density)
    ra, dec = random.uniform(0, side, (2, n))
    return ra, dec - side / 2, 20.7 - random.exponential(1.2, n)


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=1_000_000, help="(default 1000000)")
    densities = (44_000, 200_000, 1_000_000)  # the mean of Gaia DR3; a crowded field; about its most crowded ones
    parser.add_argument("--densities", nargs="+", type=float, default=densities, help="a square degree")
    return parser


def measure(asked: argparse.Namespace) -> Table:
    """A row a density."""
    rows = []
    for density in asked.densities:
        ra, dec, magnitude = sources(asked.sources, density)
        seconds = {}
        for within in (5.0, 30.0):
            started = time.perf_counter()
            found = nearest_brighter(ra, dec, magnitude, BY, within)
            seconds[within] = time.perf_counter() - started
        near = float((found[:, 0] <= 5).mean())
        cells = (f"{seconds[within]:.1f}" for within in (5.0, 30.0))
        rows.append([f"{density:,.0f}", f"{asked.sources:,}", *cells, f"{near:.1%}"])
    return Table(HEADER, rows)


if __name__ == "__main__":
    print(measure(options().parse_args()))
