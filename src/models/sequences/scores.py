"""From attributes and reconstructions to one score, higher is stranger."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

Floats = NDArray[np.float64]
FOREST, RECONSTRUCTION, EITHER = SCORES = ("forest", "reconstruction", "either")
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


def isolation(forest: IsolationForest, attributes: Floats) -> Floats:
    """(n,) isolation score of float32 attributes (n, latent), 2^(-E(h) / c) (Liu, Ting & Zhou 2008)."""
    if not len(attributes):
        return np.zeros(0)
    found: Floats = -forest.score_samples(attributes.astype(np.float32))
    return found


def strangeness(isolated: Floats, chi_squared: Floats, score: Score) -> Floats:
    """(n,) of isolation score and reduced chi-squared of the reconstruction, (n,) each.

    ``either`` is what the published "flagged by score or chi-squared" is as one number: the larger of the two, on
    scales where the training part has the same median and the same 99th percentile.
    """
    if score.of == FOREST:
        return isolated
    if score.of == RECONSTRUCTION:
        return chi_squared
    pair = ((isolated, score.forest), (np.log1p(chi_squared), score.reconstruction))
    return np.maximum(*((values - tail.middle) / tail.width for values, tail in pair))
