"""Scores of the probabilities themselves: of how they rank samples, and of how far off they are.

One sort a class serves both rank scores: with twenty repeats of fifteen classes
scikit-learn's, to which the tests hold these, take most of an evaluation's time.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .scores import Scores


def ranking_scores(
    target: NDArray[np.int64], probability: NDArray[np.float64], weight: NDArray[Any] | None = None
) -> Scores:
    """One-vs-rest ROC AUC and average precision: (k,), NaN where undefined.

    Parameters
    ----------
    target : (n,) class indices, none negative.
    probability : (n, k).
    weight : (n,) how often each row counts, or its share of another mix; once by default.
    """
    classes = probability.shape[1]
    area, precision = np.full(classes, np.nan), np.full(classes, np.nan)
    for index in np.unique(target):
        own, place = target == index, places(probability[:, index])
        hits, misses = (counts(place, rows if weight is None else rows * weight) for rows in (own, ~own))
        area[index], precision[index] = area_and_precision(hits, misses)
    return {"roc_auc": area, "average_precision": precision}


def places(score: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n,) place of each row among the distinct scores, 0 for the highest; equal scores share one."""
    place: NDArray[np.int64] = np.unique(-score, return_inverse=True)[1]
    return place


def counts(place: NDArray[np.int64], rows: NDArray[Any]) -> NDArray[np.float64]:
    """(p,) how many rows have each of the distinct scores, highest first.

    Parameters
    ----------
    place : (n,) see `places`. rows : (n,) how often each counts.
    """
    return np.bincount(place, rows, int(place.max()) + 1).astype(np.float64)


def area_and_precision(hits: NDArray[np.float64], misses: NDArray[np.float64]) -> tuple[float, float]:
    """Area under the ROC curve (trapezia; NaN without either) and average precision (steps; NaN without hits).

    Parameters
    ----------
    hits, misses : (p,) how many rows of each sort have each of the distinct scores, highest first.
    """
    found, wrong = np.cumsum(hits), np.cumsum(misses)
    if found[-1] == 0:
        return float("nan"), float("nan")
    rows = found + wrong
    precision = float(np.sum(hits * found / np.where(rows > 0, rows, 1)) / found[-1])  # no row, no hit
    if wrong[-1] == 0:
        return float("nan"), precision
    return float(np.sum(misses * (found - hits / 2)) / (found[-1] * wrong[-1])), precision


def hits_at(
    rank: NDArray[np.float64] | float, hits: NDArray[np.float64], rows: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Hits among so many rows of the highest scores; of equal scores the mean over all orders, a straight line.

    Parameters
    ----------
    rank : of 0 to all rows.
    hits, rows : (p,) how many hits, and rows of any sort, have each of the distinct scores, highest first.
    """
    found: NDArray[np.float64] = np.interp(rank, np.append(0, np.cumsum(rows)), np.append(0, np.cumsum(hits)))
    return found


def log_losses(target: NDArray[np.int64], probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) minus the logarithm of the probability of the true class, in nats.

    Probabilities are normalised, for a float32 softmax misses one by 1e-7, and
    no smaller than the float64 epsilon, as scikit-learn has it.
    """
    epsilon = np.finfo(np.float64).eps
    own = probability[np.arange(len(target)), target] / probability.sum(axis=1)
    losses: NDArray[np.float64] = -np.log(np.clip(own, epsilon, 1 - epsilon))
    return losses
