"""Scores of the probabilities themselves: of how they rank samples, and of how far off they are.

One sort a class serves both rank scores: with twenty repeats of fifteen classes
scikit-learn's, to which the tests hold these, take most of an evaluation's time.
"""

import numpy as np
from numpy.typing import NDArray

from .scores import Scores


def ranking_scores(target: NDArray[np.int64], probability: NDArray[np.float64]) -> Scores:
    """One-vs-rest ROC AUC and average precision: (k,), NaN where undefined.

    Parameters
    ----------
    target : (n,) class indices, none negative.
    probability : (n, k).
    """
    classes = probability.shape[1]
    area, precision = np.full(classes, np.nan), np.full(classes, np.nan)
    for index in np.unique(target):
        own = target == index
        area[index], precision[index] = _area_and_precision(own, probability[:, index])
    return {"roc_auc": area, "average_precision": precision}


def _area_and_precision(own: NDArray[np.bool_], score: NDArray[np.float64]) -> tuple[float, float]:
    """Area under the ROC curve (trapezia; NaN when all are own) and average precision (steps)."""
    order = np.argsort(-score)
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)  # of samples with equal scores
    hits = np.cumsum(own[order])[last]
    misses = last + 1 - hits
    new_hits, new_misses = np.diff(hits, prepend=0), np.diff(misses, prepend=0)
    precision = float(np.sum(new_hits * hits / (last + 1)) / hits[-1])
    if misses[-1] == 0:
        return float("nan"), precision
    return float(np.sum(new_misses * (hits - new_hits / 2)) / (hits[-1] * misses[-1])), precision


def log_losses(target: NDArray[np.int64], probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) minus the logarithm of the probability of the true class, in nats.

    Probabilities are normalised, for a float32 softmax misses one by 1e-7, and
    no smaller than the float64 epsilon, as scikit-learn has it.
    """
    epsilon = np.finfo(np.float64).eps
    own = probability[np.arange(len(target)), target] / probability.sum(axis=1)
    losses: NDArray[np.float64] = -np.log(np.clip(own, epsilon, 1 - epsilon))
    return losses
