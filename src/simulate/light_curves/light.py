"""The light of an object before anybody measures it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Bands = NDArray[np.int64]
Generator = np.random.Generator

LEVELS = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True)
class Light:
    """What an object shines with at m epochs.

    Attributes
    ----------
    magnitude : (m,) AB magnitude of what varies; inf where it is dark.
    host : magnitudes in g and r of the steady light within the PSF, or None.
    star : whether the nearest catalogued source is a star.
    corrected : whether a source of the reference lies at the very position, so that magnitudes can be corrected.
    truth : what it was made with, for tests: period [d], tau [d], time of peak [MJD], ...
    """

    magnitude: Array
    host: tuple[float, float] | None
    star: bool
    corrected: bool
    truth: dict[str, float]

    def fainter(self, by: float) -> "Light":
        """The same object, dimmed by magnitudes."""
        host = None if self.host is None else (self.host[0] + by, self.host[1] + by)
        return replace(self, magnitude=self.magnitude + by, host=host)


Shine = Callable[[Generator, Array, Bands, float], Light]
"""From random numbers, times [MJD, in order], bands and ``spread`` to the light of one object.

``spread`` widens the ranges of a class about their middle: 1 is true to the class, more makes classes overlap.
"""


def star(magnitude: Array, **truth: float) -> Light:
    """A star of the reference image."""
    return Light(magnitude, host=None, star=True, corrected=True, truth=truth)


def quantiles(rng: Generator, *values: float) -> float:
    """A draw from a distribution given by its quantiles at ``LEVELS``."""
    return float(np.interp(rng.random(), LEVELS, values))


def log_normal(rng: Generator, median: float, dex: float, spread: float = 1.0) -> float:
    """A log-normal draw; ``dex`` is the standard deviation of the decimal logarithm."""
    return float(median * 10 ** (dex * spread * rng.standard_normal()))


def by_band(band: Bands, green: float | Array, red: float | Array) -> Array:
    """The value of each epoch's band."""
    return np.where(band == 1, green, red)


def reddening(rng: Generator, mean: float) -> tuple[float, float]:
    """Galactic extinction in g and r [mag]: E(B-V) is exponential; 3.3 and 2.3 a unit (Schlafly & Finkbeiner 2011)."""
    colour_excess = min(rng.exponential(mean), 1.5)
    return 3.303 * colour_excess, 2.285 * colour_excess
