"""Eclipsing binaries, detached to contact: two discs that pass before each other, and tides."""

import numpy as np
from numpy.typing import NDArray

from .light import Bands, Generator, Light, by_band, log_normal, quantiles, reddening, star

Array = NDArray[np.floating]


def overlap(distance: Array, one: float, other: float) -> Array:
    """Area that two discs of radii ``one`` and ``other`` share when their centres are ``distance`` apart."""
    small, large = sorted((one, other))
    d = np.clip(distance, large - small + 1e-12, large + small)
    first = one**2 * np.arccos(np.clip((d**2 + one**2 - other**2) / (2 * d * one), -1, 1))
    second = other**2 * np.arccos(np.clip((d**2 + other**2 - one**2) / (2 * d * other), -1, 1))
    kite = (-d + one + other) * (d + one - other) * (d - one + other) * (d + one + other)
    lens = first + second - 0.5 * np.sqrt(np.maximum(kite, 0))
    inside = np.pi * small**2
    return np.where(distance >= one + other, 0.0, np.where(distance <= large - small, inside, lens))


def eclipses(phase: Array, one: float, other: float, inclination: float, bright: float) -> Array:
    """Light of two uniform discs on a circular orbit, 1 outside eclipse.

    Parameters
    ----------
    phase : in turns, 0 when star 2 stands before star 1. one, other : radii over the separation.
    inclination : [rad]. bright : surface brightness of star 2 over that of star 1.
    """
    turn = 2 * np.pi * phase
    distance = np.sqrt(np.sin(turn) ** 2 + (np.cos(inclination) * np.cos(turn)) ** 2)
    hidden = overlap(distance, one, other) * np.where(np.cos(turn) > 0, 1.0, bright)
    return np.asarray(1 - hidden / (np.pi * (one**2 + bright * other**2)))


def eclipsing(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """Contact (0.55), close (0.2) and detached (0.25) pairs; the cooler star is darker in g than in r.

    Periods and magnitudes as in Catalina (Drake et al. 2017): 0.25 to 0.73 d for EW and EB, 0.43 to 4 d for EA.
    """
    red = quantiles(rng, 12.7, 13.2, 14.3, 15.3, 16.4, 17.8, 19.5)
    kind = rng.random()
    if kind < 0.55:
        period = quantiles(rng, 0.21, 0.25, 0.29, 0.34, 0.41, 0.60, 1.2)
        mass = rng.uniform(0.15, 0.9)
        one = (
            0.49 / (0.6 + mass ** (2 / 3) * np.log(1 + mass ** (-1 / 3))) * mass ** (2 / 3)
        )  # of the lighter: Eggleton
        other = one * mass**-0.46  # contact: radii follow the masses so
        bright, tide = rng.uniform(0.85, 1.0), rng.uniform(0.08, 0.2)
    elif kind < 0.75:
        period = float(np.clip(log_normal(rng, 0.55, 0.2, spread), 0.28, 3))
        one, other = rng.uniform(0.25, 0.38), rng.uniform(0.22, 0.36)
        bright, tide = rng.uniform(0.25, 0.85), rng.uniform(0.03, 0.12)
    else:
        period = float(np.clip(log_normal(rng, 1.1, 0.35, spread), 0.4, 40))
        size = 0.26 * min((period / 0.7) ** -0.5, 1.3)
        one, other = size * rng.uniform(0.75, 1.15), size * rng.uniform(0.5, 1.1)
        bright, tide = rng.uniform(0.08, 1.0), rng.uniform(0, 0.02)
    # The more inclined, the less is hidden: only pairs that do eclipse are known as such.
    steepest = np.arccos(min(0.85 * (one + other), 0.9))
    inclination = np.arccos(rng.uniform(0, np.cos(steepest)))
    phase = time / period + rng.random()
    tides = tide * np.sin(inclination) ** 2 * (0.5 - 0.5 * np.cos(4 * np.pi * phase))
    spots = rng.normal(0, 0.012) * np.sin(2 * np.pi * phase)  # O'Connell effect
    light = [
        eclipses(phase, one, other, inclination, bright**power) * (1 - tide + tides + spots) for power in (1.35, 1.0)
    ]
    dust = reddening(rng, 0.2)
    colour = rng.normal(0.55, 0.25) + dust[0] - dust[1]
    dimmer = -2.5 * np.log10(np.maximum(by_band(band, light[0], light[1]), 1e-3))
    return star(by_band(band, red + colour, red) + dimmer, period=period)
