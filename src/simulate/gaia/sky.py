"""Where stars are: fields of unequal density, each small beside a cell of the sky, and what is nearby."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

Array = NDArray[np.float64]
BASE = 0.0278  # sources a square arcsec at a crowding of 1: the nearest neighbour is 3" away on average
FULL, FEWEST = 3000, 12  # sources of a field, or so; fields, for parts of the sky to be drawn
NEAR = 0.7  # arcsec: two images that Gaia takes for one another
FAINTER = 1.0  # mag that the other may be fainter
APART = 5.0  # deg between the middles of fields


def draw_fields(n: int, random: np.random.Generator) -> tuple[Array, Array, Array]:
    """Right ascension and declination [deg] and crowding of n sources, even within each field.

    The crowding of a field is log-normal, of median 1 and a dispersion of e.
    """
    count = max(FEWEST, round(n / FULL))
    field = np.sort(random.integers(count, size=n))
    crowding = random.lognormal(0, 1, count)
    side = np.sqrt(np.bincount(field, minlength=count) / (BASE * crowding)) / 3600
    ra, dec = _middles(count, random)
    across, up = random.uniform(-0.5, 0.5, (2, n)) * side[field]
    place = dec[field] + up
    return (ra[field] + across / np.cos(np.radians(place))) % 360, place, crowding[field]


def _middles(count: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Middles of fields on rings about the poles, in random order: none near another, none at a pole."""
    rings = np.arange(-80.0, 80.1, APART)
    rounds = [int(360 * np.cos(np.radians(dec)) / APART) for dec in rings]
    places = [(360 * k / each, dec) for dec, each in zip(rings, rounds, strict=True) for k in range(each)]
    chosen = np.array(places)[random.permutation(len(places))[np.arange(count) % len(places)]]
    return chosen[:, 0], chosen[:, 1]


def has_companion(ra: Array, dec: Array, magnitude: Array) -> NDArray[np.bool_]:
    """(n,) whether another source of the catalogue is so near, and not much fainter, that images are mixed up."""
    alpha, delta = np.radians(ra), np.radians(dec)
    points = np.column_stack([np.cos(delta) * np.cos(alpha), np.cos(delta) * np.sin(alpha), np.sin(delta)])
    pairs = KDTree(points).query_pairs(np.radians(NEAR / 3600), output_type="ndarray")
    found = np.zeros(len(ra), bool)
    for one, other in (pairs.T, pairs.T[::-1]):
        found[one[magnitude[other] < magnitude[one] + FAINTER]] = True
    return found
