"""Class shares of rows without labels, and probabilities for other shares (Saerens, Latinne & Decaestecker 2002).

A classifier that learnt one mix of classes is asked about another: by Bayes' rule its probabilities are multiplied by
the ratio of the shares, and where these are not known, expectation and maximisation finds the most likely ones
(Neural Computation 14, 21, eqs. 2.4 and 2.9). Both hold as far as the probabilities are calibrated for the shares
``prior``, and as far as only the shares of classes have changed, not what a class looks like.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import AlertlabError

TOLERANCE = 1e-7  # of the largest change of a share in one step
MOST = 20_000  # steps; the last ones of a share that goes to 0 are slow


@dataclass(frozen=True)
class Shares:
    """Estimated class shares.

    Attributes
    ----------
    share : (k,) sums to 1. steps : of expectation and maximisation. converged : whether the last was small enough.
    gain : mean log-likelihood of a row above that of the prior, nats; 0 for no shift.
    """

    share: NDArray[np.float64]
    steps: int
    converged: bool
    gain: float


def adjusted(
    probability: NDArray[np.float64], prior: NDArray[np.float64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n, k) probabilities for other class shares.

    Parameters
    ----------
    probability : (n, k), calibrated for ``prior``. prior, share : (k,).

    Raises
    ------
    AlertlabError
        For a class that has a share and no prior: nothing says what its probability would be.
    """
    ratio = _ratio(prior, share)
    weighed = probability * ratio
    total = weighed.sum(axis=1, keepdims=True)
    if (total <= 0).any():
        row = int(np.argmax(total[:, 0] <= 0))
        raise AlertlabError(f"predictions: row {row} is only of classes that the other mix has no share of")
    found: NDArray[np.float64] = weighed / total
    return found


def estimate_shares(
    probability: NDArray[np.float64],
    prior: NDArray[np.float64],
    weight: NDArray[np.float64] | None = None,
    start: NDArray[np.float64] | None = None,
    tolerance: float = TOLERANCE,
    most: int = MOST,
) -> Shares:
    """The class shares that make unlabelled rows most likely.

    Parameters
    ----------
    probability : (n, k), calibrated for ``prior``. prior : (k,).
    weight : (n,) how often each row counts; once by default.
    start : (k,) where to begin; the prior by default. It changes the number of steps, not the result: the
        likelihood has one maximum.
    """
    ratio = probability / np.where(prior > 0, prior, 1)
    ratio[:, prior <= 0] = 0
    rows = np.ones(len(ratio)) if weight is None else np.asarray(weight, np.float64)
    rows = rows / rows.sum()
    share = prior / prior.sum() if start is None else start
    steps, change = 0, np.inf
    while change > tolerance and steps < most:
        likelihood = ratio @ share
        updated = share * (ratio.T @ (rows / np.where(likelihood > 0, likelihood, 1)))
        updated /= updated.sum()
        change, share, steps = float(np.abs(updated - share).max()), updated, steps + 1
    with np.errstate(divide="ignore"):
        gain = rows @ (np.log(ratio @ share) - np.log(ratio @ (prior / prior.sum())))
    return Shares(share, steps, change <= tolerance, float(gain))


def share_intervals(
    probability: NDArray[np.float64],
    prior: NDArray[np.float64],
    object_id: NDArray[np.str_],
    resamples: int,
    confidence: float,
    seed: int = 0,
) -> NDArray[np.float64]:
    """(k, 2) percentile intervals of estimated shares, over resamples of whole objects; NaN for a single object.

    They hold the scatter of the rows, not what is wrong with the probabilities.
    """
    objects, owner = np.unique(object_id, return_inverse=True)
    if len(objects) < 2:
        return np.full((len(prior), 2), np.nan)
    start = np.maximum(estimate_shares(probability, prior, tolerance=1e-5).share, 1e-6)  # 0 would stay 0
    random = np.random.default_rng(seed)
    found = []
    for _ in range(resamples):
        drawn = np.bincount(random.integers(len(objects), size=len(objects)), minlength=len(objects))
        weight = drawn[owner].astype(np.float64)
        found.append(estimate_shares(probability, prior, weight, start / start.sum(), 1e-5).share)
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    bounds: NDArray[np.float64] = np.quantile(np.stack(found), tails, axis=0).T
    return bounds


def _ratio(prior: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    if ((prior <= 0) & (share > 0)).any():
        raise AlertlabError("a class of the other mix has no share in that of the training; --prior names them")
    ratio: NDArray[np.float64] = np.where(prior > 0, share / np.where(prior > 0, prior, 1), 0)
    return ratio
