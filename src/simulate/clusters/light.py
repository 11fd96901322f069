"""What is seen of a star's light: distance, extinction, unresolved companions, and errors that grow with G."""

import numpy as np
from numpy.typing import NDArray

from .isochrones import CLUMP, draw_masses, heaviest, lightest, photometry, turn_off, with_companion

Array = NDArray[np.float64]

BINARIES = 0.3  # share of unresolved pairs
GREEN, RED = 0.84, 0.42  # extinction in G, and reddening of BP - RP, for 1 mag in V
BRIGHTEST = 5.0  # G [mag]


def modulus(distance: Array) -> Array:
    """Distance modulus [mag] of a distance [kpc]."""
    return 10 + 5 * np.log10(distance)


def draw_light(
    rng: np.random.Generator, log_age: Array, distance: Array, extinction: Array, faintest: float
) -> tuple[Array, Array]:
    """G and BP - RP [mag] of one star each, without noise; NaN where no star so bright was met.

    Parameters
    ----------
    log_age : [log years]. distance : [kpc]. extinction : in V [mag]. faintest : G of the faintest star seen [mag].
    """
    dimmed = modulus(distance) + GREEN * extinction
    low, high = lightest(faintest - dimmed + 1.0), heaviest(log_age)
    low = np.where(faintest - dimmed > CLUMP, np.minimum(low, turn_off(log_age)), low)  # giants at the least
    possible = low < high
    mass = draw_masses(rng, np.where(possible, low, high), high)
    absolute, colour = photometry(mass, log_age)
    paired = rng.random(mass.shape) < BINARIES
    ratio = rng.uniform(0.1, 1.0, mass.shape)
    both = with_companion(absolute, colour, ratio * mass)
    absolute, colour = np.where(paired, both[0], absolute), np.where(paired, both[1], colour)
    seen = absolute + dimmed
    kept = possible & (seen < faintest) & (seen > BRIGHTEST)
    return np.where(kept, seen, np.nan), np.where(kept, colour + RED * extinction, np.nan)


def parallax_error(rng: np.random.Generator, magnitude: Array) -> Array:
    """Of a star of G magnitude [mas]: 7 microarcseconds where bright, 30 at 15, 0.07 mas at 17, 0.5 at 20.

    The law that Gaia's performance page gives for five years' data less a half, with 12 % scatter.
    """
    z = 10 ** (0.4 * (np.maximum(magnitude, 13.0) - 15))
    error: Array = np.sqrt(40 + 800 * z + 30 * z**2) / 1000 * 10 ** rng.normal(0, 0.05, magnitude.shape)
    return error


def colour_error(magnitude: Array) -> Array:
    """Of BP - RP [mag]: 4 mmag where bright, 0.03 at 17, 0.07 at 18."""
    return 0.004 + 0.07 * 10 ** (0.4 * (magnitude - 18))
