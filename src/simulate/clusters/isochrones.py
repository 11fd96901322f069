"""A small analytic set of isochrones: main sequence, turn-off, giant branch and clump, in Gaia's bands.

Coarse, and made for this simulation alone: what a colour-magnitude diagram looks like, not what a star of one mass is.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MASS = np.array([0.10, 0.20, 0.35, 0.50, 0.65, 0.80, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0])  # suns
ABSOLUTE = np.array([14.5, 11.7, 10.1, 8.9, 7.5, 6.2, 4.7, 3.8, 2.8, 1.6, 0.2, -1.3, -2.5, -3.5, -4.8])  # G [mag]
COLOUR = np.array([4.6, 3.1, 2.6, 2.1, 1.6, 1.15, 0.82, 0.65, 0.42, 0.12, -0.06, -0.2, -0.3, -0.36, -0.4])  # BP - RP
SLOPE = 2.5  # a star of mass m lives 10 Gyr / m^2.5 on the main sequence
LAST = 1.12  # lives after which a star is gone
SUBGIANT, BRANCH = 1.02, 1.06  # lives after which a star is on the giant branch, and in the clump
CLUMP, CLUMP_COLOUR = 0.5, 1.2  # of old stars [mag]


def turn_off(log_age: Array) -> Array:
    """Mass that leaves the main sequence at an age of so many log years [suns]."""
    turned: Array = 10 ** ((10 - log_age) / SLOPE)
    return turned


def heaviest(log_age: Array) -> Array:
    """Mass of the last star that still shines [suns]."""
    last: Array = np.minimum(turn_off(log_age) * LAST ** (1 / SLOPE), MASS[-1])
    return last


def photometry(mass: Array, log_age: Array) -> tuple[Array, Array]:
    """Absolute G and BP - RP [mag] of stars of a mass [suns] and age [log years]; NaN of those that are gone.

    A star brightens by 1 mag and reddens on the main sequence, crosses to the giant branch, climbs, and ends in the
    clump, whose magnitude is 0.5 below an age of some Gyr and brighter the younger it is.
    """
    lives = (mass / turn_off(log_age)) ** SLOPE
    on = np.minimum(lives, 1.0)
    absolute, colour = _on_sequence(mass)
    absolute, colour = absolute - on**2, colour + 0.15 * on**4
    clump = np.minimum(CLUMP, absolute - 0.5)
    base = np.minimum(absolute, 3.0)
    crossing = np.clip((lives - 1) / (SUBGIANT - 1), 0, 1)
    climbing = np.clip((lives - SUBGIANT) / (BRANCH - SUBGIANT), 0, 1)
    settled = lives >= BRANCH
    crossed = colour + crossing * (1.05 - colour)
    absolute = absolute + crossing * (base - absolute) + climbing * (clump - 1.0 - base)
    colour = np.where(lives > 1, crossed + 0.4 * climbing, colour)
    absolute, colour = np.where(settled, clump, absolute), np.where(settled, CLUMP_COLOUR, colour)
    gone = lives > LAST
    return np.where(gone, np.nan, absolute), np.where(gone, np.nan, colour)


def with_companion(absolute: Array, colour: Array, companion: Array) -> tuple[Array, Array]:
    """The light of two stars in one: G and BP - RP of a star and of a main-sequence companion of that mass.

    The companion's light is kept to that of its primary, so that the pair is 0.75 mag brighter at most; the colour is
    the mean of both by light in G.
    """
    second, its_colour = _on_sequence(companion)
    share = 10 ** (0.4 * (absolute - np.maximum(second, absolute)))
    return absolute - 2.5 * np.log10(1 + share), (colour + share * its_colour) / (1 + share)


def lightest(absolute: Array) -> Array:
    """Mass of the main-sequence star of an absolute G magnitude [suns]."""
    mass: Array = np.interp(-absolute, -ABSOLUTE, MASS)
    return mass


def draw_masses(rng: np.random.Generator, low: Array, high: Array) -> Array:
    """Masses between two bounds by a broken power law: exponent -1.3 below half a sun, -2.3 above (Kroupa 2001)."""
    density = np.where(GRID < 0.5, (GRID / 0.5) ** -1.3, (GRID / 0.5) ** -2.3)
    share = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(GRID))])
    first, last = np.interp(low, GRID, share), np.interp(high, GRID, share)
    mass: Array = np.interp(first + rng.random(np.shape(low)) * (last - first), share, GRID)
    return mass


GRID = np.geomspace(MASS[0], MASS[-1], 2000)  # of the mass function [suns]


def _on_sequence(mass: Array) -> tuple[Array, Array]:
    """Of a star just born."""
    log = np.log(mass)
    return np.interp(log, np.log(MASS), ABSOLUTE), np.interp(log, np.log(MASS), COLOUR)
