"""Distances to neighbours on the sky, by a k-d tree of unit vectors: chords order as angles do."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

Floats = NDArray[np.float64]
ARCSEC = np.pi / 180 / 3600  # rad
AT_ONCE = 1 << 14  # sources whose pairs are in memory together


def kth_neighbour(ra: Floats, dec: Floats, k: int, within: float) -> Floats:
    """Distance to the k-th nearest other source.

    Parameters
    ----------
    ra, dec : (n,) degrees. k : 1 for the nearest. within : how far to look, arcsec.

    Returns
    -------
    (n,) arcsec; infinite where there are fewer within that distance, NaN where a position is unknown.
    """
    known = np.isfinite(ra) & np.isfinite(dec)
    found = np.full(len(ra), np.nan)
    points = unit_vectors(ra[known], dec[known])
    if len(points):  # the source itself is the first of k + 1
        chord, _ = KDTree(points).query(points, k=[k + 1], distance_upper_bound=_reach(within), workers=-1)
        found[known] = angle(chord[:, 0])
    found[found > within] = np.inf
    return found


def nearest_brighter(
    ra: Floats, dec: Floats, magnitude: Floats, by: Sequence[float], within: float
) -> NDArray[np.float64]:
    """Distance to the nearest other source that is brighter by so many magnitudes or more.

    Parameters
    ----------
    ra, dec : (n,) degrees. magnitude : (n,). by : (m,) least differences. within : how far to look, arcsec.

    Returns
    -------
    (n, m) arcsec; infinite where there is none within that distance, NaN where position or magnitude are unknown.
    """
    known = np.isfinite(ra) & np.isfinite(dec) & np.isfinite(magnitude)
    found = np.full((len(ra), len(by)), np.nan)
    if known.any():
        found[known] = _brighter(unit_vectors(ra[known], dec[known]), magnitude[known], by, within)
    return found


def _brighter(points: Floats, magnitude: Floats, by: Sequence[float], within: float) -> Floats:
    nearest = np.full((len(points), len(by)), np.inf)
    for one, other, distance in _pairs(points, within):
        fainter = magnitude[one] - magnitude[other]
        for place, least in enumerate(by):
            counts = fainter >= least
            np.minimum.at(nearest[:, place], one[counts], distance[counts])
    return nearest


def _pairs(points: Floats, within: float) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Floats]]:
    """(one, other, arcsec) of all ordered pairs of two sources, those of some sources at a time."""
    tree = KDTree(points)
    for start in range(0, len(points), AT_ONCE):
        some = tree.indices[start : start + AT_ONCE]  # neighbours in the tree are neighbours on the sky
        pairs = KDTree(points[some]).sparse_distance_matrix(tree, _reach(within), output_type="ndarray")
        one, other, distance = some[pairs["i"]], pairs["j"], angle(pairs["v"])
        use = (one != other) & (distance <= within)
        yield one[use], other[use], distance[use]


def unit_vectors(ra: Floats, dec: Floats) -> Floats:
    """(n, 3) directions of degrees."""
    alpha, delta = np.radians(ra), np.radians(dec)
    return np.column_stack([np.cos(delta) * np.cos(alpha), np.cos(delta) * np.sin(alpha), np.sin(delta)])


def angle(chord: Floats) -> Floats:
    """Arcsec between directions whose vectors are so far apart; infinite stays so."""
    return np.where(np.isfinite(chord), 2 * np.arcsin(np.minimum(chord, 2) / 2) / ARCSEC, np.inf)


def _reach(within: float) -> float:
    """The chord of an angle, a hair longer, so that rounding loses none at its end."""
    return float(2 * np.sin(min(within * ARCSEC, np.pi) / 2)) * (1 + 1e-9) + 1e-15
