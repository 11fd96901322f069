"""Features of the order of the magnitudes of one band in time: trends, slopes, memory."""

import math

import numpy as np

from ..feature import kernel_function, of_band
from ..lightcurves import Floats
from .moments import EQUAL, average, central


@kernel_function
def cumulative_range(magnitude: Floats) -> float:
    """Range of the cumulative sum of (m - mean m) / (N std(m)), in the order given."""
    total, low, high, middle = 0.0, np.inf, -np.inf, average(magnitude)
    for m in magnitude:
        total += m - middle
        low, high = min(low, total), max(high, total)
    return (high - low) / (magnitude.size * math.sqrt(central(magnitude, 2)))


@of_band(("Rcs", "", "range of the cumulative sum of (m - mean m) / (N std(m))"), minimum=6, undefined=EQUAL)
def range_of_cumulative_sum(magnitude: Floats) -> float:
    return cumulative_range(magnitude)


@of_band(
    ("Autocor_length", "", "first lag, in points, at which the autocorrelation of m is below 1/e"),
    minimum=6,
    undefined=EQUAL,
)
def autocorrelation_length(magnitude: Floats) -> float:
    middle, n, limit = average(magnitude), magnitude.size, 0.0
    for lag in range(n):
        product = 0.0
        for i in range(n - lag):
            product += (magnitude[i] - middle) * (magnitude[i + lag] - middle)
        if lag == 0:
            limit = product / math.e
            if limit <= 0:
                return np.nan
        elif product < limit:
            return float(lag)
    return float(magnitude.size)


@of_band(("Con", "", "share of runs of 3 points that are all farther than 2 std(m) from mean m"), minimum=6)
def consecutive_outliers(magnitude: Floats) -> float:
    limit, middle = 2 * math.sqrt(central(magnitude, 2)), average(magnitude)
    run, found = 0, 0
    for m in magnitude:
        run = run + 1 if abs(m - middle) > limit else 0
        found += run >= 3
    return found / (magnitude.size - 2)


@of_band(
    ("Eta_e", "", "sum w (m_i+1 - m_i)^2 / (sum w var(m)), w = 1 / (t_i+1 - t_i)^2"),
    minimum=6,
    undefined="where all magnitudes or two times are equal",
    source="Kim et al. 2014, with the weights of lc_classifier 2.1.0",
)
def von_neumann(time: Floats, magnitude: Floats) -> float:
    squares, weights = 0.0, 0.0
    for i in range(1, time.size):
        weight = 1 / (time[i] - time[i - 1]) ** 2
        squares += weight * (magnitude[i] - magnitude[i - 1]) ** 2
        weights += weight
    return squares / (weights * central(magnitude, 2))


@of_band(("LinearTrend", "mag/d", "slope of the least-squares line m(t)"), minimum=6, undefined="for one time only")
def linear_trend(time: Floats, magnitude: Floats) -> float:
    middle, middle_time, products = average(magnitude), average(time), 0.0
    for i in range(time.size):
        products += (time[i] - middle_time) * (magnitude[i] - middle)
    return products / (time.size * central(time, 2))


@of_band(("MaxSlope", "mag/d", "max |m_i+1 - m_i| / (t_i+1 - t_i)"), minimum=6, undefined="where two times are equal")
def maximum_slope(time: Floats, magnitude: Floats) -> float:
    steepest = 0.0
    for i in range(1, time.size):
        if time[i] == time[i - 1]:
            return np.nan
        steepest = max(steepest, abs(magnitude[i] - magnitude[i - 1]) / (time[i] - time[i - 1]))
    return steepest


@of_band(("PairSlopeTrend", "", "(pairs getting fainter - other pairs) / 30, pairs of the last 30 points"), minimum=6)
def pair_slope_trend(magnitude: Floats) -> float:
    fainter, pairs = 0, 0
    for i in range(max(magnitude.size - 29, 1), magnitude.size):
        fainter += magnitude[i] > magnitude[i - 1]
        pairs += 1
    return (2 * fainter - pairs) / 30


KERNELS = (
    autocorrelation_length,
    consecutive_outliers,
    von_neumann,
    linear_trend,
    maximum_slope,
    pair_slope_trend,
    range_of_cumulative_sum,
)
