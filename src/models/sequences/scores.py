"""From attributes and reconstructions to one score, higher is stranger."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import LedoitWolf
from sklearn.ensemble import IsolationForest

Floats = NDArray[np.float64]
FOREST, DISTANCE, RECONSTRUCTION, EITHER = SCORES = ("forest", "distance", "reconstruction", "either")
TAIL = 0.99  # quantile of the train part that is 1 where scores are put side by side


@dataclass(frozen=True)
class Tail:
    """A scale on which the training part's median is 0 and its 99th percentile 1."""

    middle: float
    width: float

    @staticmethod
    def of(values: Floats) -> "Tail":
        """From the training part."""
        middle, high = np.quantile(values, [0.5, TAIL])
        return Tail(float(middle), float(high - middle) or 1.0)


@dataclass(frozen=True)
class Score:
    """How a score is made.

    Attributes
    ----------
    of : one of :data:`SCORES`.
    forest, reconstruction : scales of isolation and of log(1 + chi-squared), for ``either``.
    """

    of: str
    forest: Tail
    reconstruction: Tail


@dataclass(frozen=True)
class Cloud:
    """Where the attributes of the training part lie: their mean (latent,), and a matrix (latent, latent).

    |(x - mean) whitening| is the Mahalanobis distance, with a covariance shrunk as Ledoit & Wolf (2004) have it. A
    forest cuts along one attribute at a time; attributes that go together usually and do not once lie close to all.
    """

    mean: Floats
    whitening: Floats

    @staticmethod
    def of(attributes: Floats) -> "Cloud":
        """From the training part."""
        found = LedoitWolf().fit(attributes)
        return Cloud(found.location_, np.linalg.cholesky(found.get_precision()))

    def distance(self, attributes: Floats) -> Floats:
        """(n,) of attributes (n, latent)."""
        white = (attributes - self.mean).astype(np.float32) @ self.whitening.astype(np.float32)
        found: Floats = np.sqrt(np.square(white).sum(axis=1)).astype(np.float64)
        return found


def isolation(forest: IsolationForest, attributes: Floats) -> Floats:
    """(n,) isolation score of float32 attributes (n, latent), 2^(-E(h) / c) (Liu, Ting & Zhou 2008)."""
    if not len(attributes):
        return np.zeros(0)
    found: Floats = -forest.score_samples(attributes.astype(np.float32))
    return found


def strangeness(isolated: Floats, distance: Floats, chi_squared: Floats, score: Score) -> Floats:
    """(n,) of isolation score, distance and reduced chi-squared of the reconstruction, (n,) each.

    ``either`` is what the published "flagged by score or chi-squared" is as one number: the larger of the two, on
    scales where the training part has the same median and the same 99th percentile.
    """
    if score.of == FOREST:
        return isolated
    if score.of == DISTANCE:
        return distance
    if score.of == RECONSTRUCTION:
        return chi_squared
    pair = ((isolated, score.forest), (np.log1p(chi_squared), score.reconstruction))
    return np.maximum(*((values - tail.middle) / tail.width for values, tail in pair))
