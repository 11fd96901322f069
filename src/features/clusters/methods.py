"""From points to groups of points: three methods behind one signature."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .epsilon import epsilons

if TYPE_CHECKING:
    from sklearn.mixture import GaussianMixture

Array = NDArray[np.float64]
Labels = NDArray[np.int64]

NOISE = -1
A_COMPONENT = 200  # stars of the field for each component of the mixture
FEWEST, MOST = 12, 300  # components


def dbscan(points: Array, min_pts: Sequence[int], resamples: int, rng: np.random.Generator) -> list[Labels]:
    """Label of each point for each ``min_pts``, by DBSCAN with the published epsilon; -1 of none."""
    from sklearn.cluster import DBSCAN  # here, as all that follows: every training imports this file

    radii = epsilons(points, min_pts, resamples, rng)
    return [
        DBSCAN(eps=radius, min_samples=least).fit_predict(points) for radius, least in zip(radii, min_pts, strict=True)
    ]


def hdbscan(points: Array, min_pts: Sequence[int], resamples: int, rng: np.random.Generator) -> list[Labels]:
    """Likewise by HDBSCAN, leaves of its tree; its time grows with the square of the number of points."""
    from sklearn.cluster import HDBSCAN

    return [
        HDBSCAN(min_cluster_size=2 * least, min_samples=least, cluster_selection_method="leaf", copy=True).fit_predict(
            points
        )
        for least in min_pts
    ]


def gaussian_mixture(points: Array, min_pts: Sequence[int], resamples: int, rng: np.random.Generator) -> list[Labels]:
    """By a mixture of Gaussians: a component is a group where it is denser at its centre than all others together."""
    from sklearn.mixture import GaussianMixture

    labels = []
    for _ in min_pts:
        number = int(np.clip(len(points) // A_COMPONENT, FEWEST, MOST))
        mixture = GaussianMixture(
            number, init_params="k-means++", reg_covar=1e-5, max_iter=60, random_state=int(rng.integers(2**31))
        )
        owner = mixture.fit_predict(points)
        labels.append(np.where(standing_out(mixture)[owner], owner, NOISE))
    return labels


def standing_out(mixture: "GaussianMixture") -> NDArray[np.bool_]:
    """Components that are denser at their centre than all others of a mixture together."""
    from scipy.stats import multivariate_normal

    each = np.array(
        [
            weight * multivariate_normal.pdf(mixture.means_, mean, covariance)
            for weight, mean, covariance in zip(mixture.weights_, mixture.means_, mixture.covariances_, strict=True)
        ]
    )
    own = np.diag(each)
    alone: NDArray[np.bool_] = own > each.sum(0) - own
    return alone


METHODS: dict[str, Callable[[Array, Sequence[int], int, np.random.Generator], list[Labels]]] = {
    "dbscan": dbscan,
    "hdbscan": hdbscan,
    "gaussian_mixture": gaussian_mixture,
}
