"""Scores that the field asks of probabilities: PLAsTiCC's loss, and Brier's of each class."""

import numpy as np
from numpy.typing import NDArray

LEAST = 1e-15  # of a probability, as PLAsTiCC clips it


def weighted_log_loss(
    target: NDArray[np.int64],
    probability: NDArray[np.float64],
    class_weight: NDArray[np.float64] | None = None,
    weight: NDArray[np.float64] | NDArray[np.int64] | None = None,
) -> float:
    """The weighted logarithmic loss of PLAsTiCC, in nats (Malz et al. 2019, AJ 158, 171; the challenge's own rules).

    - sum_c W_c / sum W * mean over the rows of class c of ln p(c): a class counts by its weight, however many rows
    it has. Rows are normalised, then clipped to 1e-15. Classes without a row are left out.

    Parameters
    ----------
    target : (n,) class indices. probability : (n, k).
    class_weight : (k,) of each class; all alike by default. weight : (n,) of each row within its class.
    """
    k = probability.shape[1]
    rows = np.ones(len(target)) if weight is None else np.asarray(weight, np.float64)
    own = probability[np.arange(len(target)), target] / probability.sum(axis=1)
    loss = -np.log(np.clip(own, LEAST, 1 - LEAST))
    number = np.bincount(target, rows, k)
    held = number > 0
    mean = np.bincount(target, loss * rows, k)[held] / number[held]
    return float(np.average(mean, weights=None if class_weight is None else class_weight[held]))


def brier_by_class(
    target: NDArray[np.int64],
    probability: NDArray[np.float64],
    weight: NDArray[np.float64] | NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """(k,) mean square of the probability of each class less 1 or 0, over all rows (Brier 1950, one class against all).

    NaN for a class without a row. Their sum is Brier's score of all classes.
    """
    k = probability.shape[1]
    truth = np.zeros(probability.shape)
    truth[np.arange(len(target)), target] = 1
    score: NDArray[np.float64] = np.average((probability - truth) ** 2, axis=0, weights=weight)
    return np.where(np.bincount(target, weight, k) > 0, score, np.nan)
