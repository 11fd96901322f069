"""Features of the order of the magnitudes of one band in time: trends, slopes, memory."""

import math

import numpy as np

from ..feature import kernel_function, of_band
from ..lightcurves import Floats
from .moments import EQUAL


@kernel_function
def cumulative_range(magnitude: Floats) -> float:
    """Range of the cumulative sum of (m - mean m) / (N std(m)), in the order given."""
    total, low, high, middle = 0.0, np.inf, -np.inf, magnitude.mean()
    for m in magnitude:
        total += m - middle
        low, high = min(low, total), max(high, total)
    return (high - low) / (magnitude.size * magnitude.std())


@of_band(("Rcs", "", "range of the cumulative sum of (m - mean m) / (N std(m))"), minimum=6, undefined=EQUAL)
def range_of_cumulative_sum(magnitude: Floats) -> float:
    return cumulative_range(magnitude)


@of_band(
    ("Autocor_length", "", "first lag, in points, at which the autocorrelation of m is below 1/e"),
    minimum=6,
    undefined=EQUAL,
)
def autocorrelation_length(magnitude: Floats) -> float:
    centred = magnitude - magnitude.mean()
    limit = np.sum(centred**2) / math.e
    if limit <= 0:
        return np.nan
    for lag in range(1, magnitude.size):
        if np.sum(centred[lag:] * centred[:-lag]) < limit:
            return float(lag)
    return float(magnitude.size)


@of_band(("Con", "", "share of runs of 3 points that are all farther than 2 std(m) from mean m"), minimum=6)
def consecutive_outliers(magnitude: Floats) -> float:
    limit, middle = 2 * magnitude.std(), magnitude.mean()
    far = np.abs(magnitude - middle) > limit
    return np.sum(far[2:] & far[1:-1] & far[:-2]) / (magnitude.size - 2)


@of_band(
    ("Eta_e", "", "sum w (m_i+1 - m_i)^2 / (sum w var(m)), w = 1 / (t_i+1 - t_i)^2"),
    minimum=6,
    undefined="where all magnitudes or two times are equal",
    source="Kim et al. 2014, with the weights of lc_classifier 2.1.0",
)
def von_neumann(time: Floats, magnitude: Floats) -> float:
    weight = 1 / np.diff(time) ** 2
    return np.sum(weight * np.diff(magnitude) ** 2) / (np.sum(weight) * magnitude.var())


@of_band(("LinearTrend", "mag/d", "slope of the least-squares line m(t)"), minimum=6, undefined="for one time only")
def linear_trend(time: Floats, magnitude: Floats) -> float:
    centred = time - time.mean()
    return np.sum(centred * (magnitude - magnitude.mean())) / np.sum(centred**2)


@of_band(("MaxSlope", "mag/d", "max |m_i+1 - m_i| / (t_i+1 - t_i)"), minimum=6, undefined="where two times are equal")
def maximum_slope(time: Floats, magnitude: Floats) -> float:
    return np.max(np.abs(np.diff(magnitude)) / np.diff(time))


@of_band(("PairSlopeTrend", "", "(pairs getting fainter - other pairs) / 30, pairs of the last 30 points"), minimum=6)
def pair_slope_trend(magnitude: Floats) -> float:
    steps = np.diff(magnitude[-30:])
    return (2 * np.sum(steps > 0) - steps.size) / 30


KERNELS = (
    autocorrelation_length,
    consecutive_outliers,
    von_neumann,
    linear_trend,
    maximum_slope,
    pair_slope_trend,
    range_of_cumulative_sum,
)
