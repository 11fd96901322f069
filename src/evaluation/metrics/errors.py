"""Scores of values and their deviations against truths: all follow from sums over cells.

What is summed is known before any resample, so a bootstrap adds up and nothing more; and sums
of groups add up to those of their union.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Sums = Mapping[str, NDArray[np.float64]]


def error_terms(
    value: NDArray[np.float64], truth: NDArray[np.float64], deviation: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """What `error_scores` needs the sums of, of each cell; 0 where it is not known.

    Parameters
    ----------
    value, truth, deviation : (...) in one unit. A truth is NaN where unknown; a deviation that is NaN or 0 is none.
    """
    known = np.isfinite(truth)
    given = known & (deviation > 0)
    error = np.where(known, value - truth, 0.0)
    scale = np.where(given, deviation, 1.0)
    pull = np.where(given, error / scale, 0.0)
    return {
        "known": known.astype(np.float64),
        "error": error,
        "absolute": np.abs(error),
        "squared": error**2,
        "given": given.astype(np.float64),
        "pull_squared": pull**2,
        "within_1": (given & (np.abs(pull) <= 1)).astype(np.float64),
        "within_2": (given & (np.abs(pull) <= 2)).astype(np.float64),
        "log_density": np.where(given, -0.5 * (pull**2 + np.log(2 * np.pi * scale**2)), 0.0),
    }


def error_scores(sums: Sums) -> dict[str, NDArray[np.float64]]:
    """Scores of each group of cells, NaN where it has none; the last four are of cells with a deviation.

    ``rmse``, ``mae``, ``bias`` (mean of value minus truth) in the unit of the values;
    ``reduced_chi2``, mean((truth - value)**2 / deviation**2), 1 for honest deviations;
    ``coverage_1_sigma``, ``coverage_2_sigma``, the share within one and two deviations, 0.683 and 0.954 of a Gaussian;
    ``log_likelihood``, mean of the logarithm of the Gaussian density at the truth, in nats.

    Parameters
    ----------
    sums : of each of `error_terms`, (groups...).
    """
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN of an empty group
        return {
            "rmse": np.sqrt(sums["squared"] / sums["known"]),
            "mae": sums["absolute"] / sums["known"],
            "bias": sums["error"] / sums["known"],
            "reduced_chi2": sums["pull_squared"] / sums["given"],
            "coverage_1_sigma": sums["within_1"] / sums["given"],
            "coverage_2_sigma": sums["within_2"] / sums["given"],
            "log_likelihood": sums["log_density"] / sums["given"],
        }
