"""How near two stars must be to belong together: the published rule for the epsilon of DBSCAN."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Array = NDArray[np.float64]

FIRST = 2000  # stars that give a bound for all others


def standardised(values: Array) -> Array:
    """(n, d) columns of mean 0 and deviation 1; a constant one becomes 0."""
    spread = values.std(0)
    scaled: Array = (values - values.mean(0)) / np.where(spread > 0, spread, 1.0)
    return scaled


def least_neighbour_distances(points: Array, ks: Sequence[int]) -> Array:
    """For each k the distance of the star whose k-th neighbour, itself not counted, is nearest.

    Exact, and for many stars far less than all their neighbours: what some stars near the middle have is a bound
    beyond which no other star's neighbours are looked for.

    Parameters
    ----------
    points : (n, d), more stars than the greatest k. ks : of neighbours, 1 or more.
    """
    tree, most = cKDTree(points), max(ks)
    places = [k - 1 for k in ks]
    some = np.argsort(np.abs(points).sum(1))[:FIRST]
    near = tree.query(points[some], k=range(2, most + 2))[0]
    bound = near[:, most - 1].min()
    beyond = np.nextafter(bound, np.inf)  # the bound itself is within
    distances = tree.query(points, k=range(2, most + 2), distance_upper_bound=beyond)[0]
    least: Array = distances.min(0)[places]
    return least


def shuffled_field(points: Array, rng: np.random.Generator) -> Array:
    """As many stars, each coordinate drawn by itself from a Gaussian kernel estimate of its density (Scott's width)."""
    n, d = points.shape
    width = n**-0.2 * points.std(0, ddof=1)
    drawn = np.take_along_axis(points, rng.integers(0, n, (n, d)), 0)
    return drawn + width * rng.standard_normal((n, d))


def epsilons(points: Array, min_pts: Sequence[int], resamples: int, rng: np.random.Generator) -> Array:
    """Epsilon of DBSCAN for each ``min_pts``, by the rule of Castro-Ginard et al. (2020).

    Half of the sum of the least distance to the k-th neighbour, k = min_pts - 1, among the stars, and of its mean over
    fake fields without clusters (:func:`shuffled_field`, standardised again).

    Parameters
    ----------
    points : (n, d) standardised. resamples : fake fields.
    """
    ks = [each - 1 for each in min_pts]
    fake = [least_neighbour_distances(standardised(shuffled_field(points, rng)), ks) for _ in range(resamples)]
    found: Array = (least_neighbour_distances(points, ks) + np.mean(fake, 0)) / 2
    return found
