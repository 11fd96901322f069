"""Tests of paired differences: p-values, and what many of them are worth together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEW = 25  # discordant objects, below which McNemar's test is exact


@dataclass(frozen=True)
class McNemar:
    """McNemar's test of the decisions of two classifiers on the same objects.

    Attributes
    ----------
    first_only, second_only : objects that the first alone, or the second alone, decides rightly.
    p : two-sided.
    exact : binomial, of fewer than :data:`FEW` discordant objects; else chi-squared without correction for continuity.
    """

    first_only: int
    second_only: int
    p: float
    exact: bool


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> McNemar:
    """McNemar's test, statsmodels'.

    Parameters
    ----------
    first, second : (n,) whether each decides an object rightly; objects are independent, rows of one are not.
    """
    from statsmodels.stats.contingency_tables import mcnemar as test  # here: its import takes a second

    table = [
        [int((first & second).sum()), int((first & ~second).sum())],
        [int((~first & second).sum()), int((~first & ~second).sum())],
    ]
    discordant = table[0][1] + table[1][0]
    exact = discordant < FEW
    p = float(test(table, exact=exact, correction=False).pvalue) if discordant else 1.0
    return McNemar(table[0][1], table[1][0], p, exact)


def permutation_p(difference: float, swapped: Floats) -> float:
    """Two-sided p-value of a difference among those of random swaps, itself counted (Phipson & Smyth 2010).

    Parameters
    ----------
    difference : as the swapped ones are reckoned. swapped : (permutations,) NaN where undefined.
    """
    known = swapped[np.isfinite(swapped)]
    if not len(known) or not np.isfinite(difference):
        return float("nan")
    as_large = np.abs(known) >= abs(difference) * (1 - 1e-9) - 1e-12
    return float((as_large.sum() + 1) / (len(known) + 1))


def corrected_t(difference: Floats, test_over_train: float) -> tuple[float, float]:
    """Standard error and two-sided p-value of a mean over repeats (Nadeau & Bengio 2003, Machine Learning 52, 239).

    Repeats share training samples, so their differences are not independent; the variance of the mean is
    (1/r + n_test/n_train) s**2, not s**2 / r, with r - 1 degrees of freedom.

    Parameters
    ----------
    difference : (r,) of each repeat, r of 2 or more. test_over_train : n_test / n_train.
    """
    from scipy.stats import t  # here: its import takes half a second

    r = len(difference)
    error = float(np.sqrt((1 / r + test_over_train) * np.var(difference, ddof=1)))
    mean = abs(float(np.mean(difference)))
    if error <= 1e-14 * max(mean, 1.0):  # equal in every repeat
        return error, 1.0 if mean <= 1e-14 else 0.0
    return error, float(2 * t.sf(mean / error, r - 1))


def holm(p: Sequence[float]) -> list[float]:
    """Holm's correction of p-values that are read together (Holm 1979); NaN stays and counts for nothing.

    That of statsmodels, to which the tests hold this, collects all garbage of the process at each call.
    """
    values = np.array(p, np.float64)
    known = np.flatnonzero(np.isfinite(values))
    order = known[np.argsort(values[known], kind="stable")]
    stepped = values[order] * np.arange(len(order), 0, -1)
    values[order] = np.minimum(np.maximum.accumulate(stepped), 1)
    return [float(each) for each in values]
