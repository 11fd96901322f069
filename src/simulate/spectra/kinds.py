"""Seven ways in which a galaxy is strange. All are orders of magnitude, not fits."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from .light import RICHEST, Galaxies
from .lines import BALMER, EMISSION, LIGHT

Array = NDArray[np.float64]
Generator = np.random.Generator
Change = Callable[[Generator, Galaxies, NDArray[np.int64], float], None]

USUAL = "galaxy"


def sodium(rng: Generator, of: Galaxies, rows: NDArray[np.int64], strength: float) -> None:
    """Na D of 5 to 8 Angstrom: cool gas that flows out."""
    of.sodium[rows] = strength * rng.uniform(5, 8, len(rows)) / (1.8 * (0.25 + 0.75 * of.age[rows]))


def neutral_oxygen(rng: Generator, of: Galaxies, rows: NDArray[np.int64], strength: float) -> None:
    """[O I] as strong as [N II] and more: shocks."""
    of.emission["[O I]"][rows] = strength * rng.uniform(8, 15, len(rows))
    of.emission["[O I] 6364"][rows] = of.emission["[O I]"][rows] / 3


def broad_lines(rng: Generator, of: Galaxies, rows: NDArray[np.int64], strength: float) -> None:
    """Hydrogen lines of a full width at half maximum of 45 Angstrom: an active nucleus."""
    of.balmer_width[rows] = 45 / 2.355 / EMISSION["H alpha"] * LIGHT * rng.uniform(0.9, 1.1, len(rows))
    alpha = strength * rng.uniform(50, 90, len(rows))
    for name in BALMER:
        ratio = of.emission[name][rows] / of.emission["H alpha"][rows]
        of.emission[name][rows] = ratio * np.maximum(alpha, of.emission["H alpha"][rows])


def double_peaked(rng: Generator, of: Galaxies, rows: NDArray[np.int64], strength: float) -> None:
    """Each emission line of gas twice, 500 to 800 km/s apart: two nuclei, or a disc."""
    of.split[rows] = strength * rng.uniform(500, 800, len(rows))
    _gas_rich(rng, of, rows)


def strong_oxygen(rng: Generator, of: Galaxies, rows: NDArray[np.int64], strength: float) -> None:
    """[O III] of 8 to 15 times H beta: a hard radiation field."""
    _gas_rich(rng, of, rows)
    of.emission["[O III]"][rows] = strength * rng.uniform(8, 15, len(rows)) * of.emission["H beta"][rows]


def reddened(rng: Generator, of: Galaxies, rows: NDArray[np.int64], strength: float) -> None:
    """E(B - V) of 0.8 to 1.2 mag, where usual ones have 0.1."""
    of.reddening[rows] = strength * rng.uniform(0.8, 1.2, len(rows))


def supernova(rng: Generator, of: Galaxies, rows: NDArray[np.int64], strength: float) -> None:
    """A third to a half of the light is a supernova's, type Ia."""
    of.supernova[rows] = np.minimum(strength * rng.uniform(0.3, 0.5, len(rows)), 0.9)


def _gas_rich(rng: Generator, of: Galaxies, rows: NDArray[np.int64]) -> None:
    """As much gas as usual galaxies with the more of it, and stars as young as theirs: else there is nothing to see."""
    alpha = rng.uniform(20, 40, len(rows))
    of.age[rows] = 1 - np.sqrt(alpha / RICHEST)
    factor = alpha / of.emission["H alpha"][rows]
    for flux in of.emission.values():
        flux[rows] *= factor


KINDS: Mapping[str, Change] = {
    function.__name__: function
    for function in (sodium, neutral_oxygen, broad_lines, double_peaked, strong_oxygen, reddened, supernova)
}
