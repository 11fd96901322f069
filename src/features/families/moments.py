"""Moments of the magnitudes of one band, with and without their errors; the order in time plays no part."""

import math

import numpy as np
from scipy.special import chdtr

from ..feature import kernel_function, of_band
from ..lightcurves import Floats

EQUAL = "where all magnitudes are equal"


@kernel_function
def average(values: Floats) -> float:
    """Mean; that of equal values is their value to the last bit, so that their deviations are 0, not rounding."""
    total = 0.0
    for value in values:
        total += value - values[0]
    return values[0] + total / values.size


@kernel_function
def central(magnitude: Floats, power: int) -> float:
    """Mean of (m - mean m)^power. Loops and not array expressions here: they compile in a third of the time."""
    middle, total = average(magnitude), 0.0
    for m in magnitude:
        total += (m - middle) ** power
    return total / magnitude.size


@kernel_function
def weighted_mean(magnitude: Floats, error: Floats) -> float:
    """Mean with weights 1 / e^2."""
    total, weights = 0.0, 0.0
    for i in range(magnitude.size):
        weight = 1 / error[i] ** 2
        total += weight * (magnitude[i] - magnitude[0])  # as in average
        weights += weight
    return magnitude[0] + total / weights


@of_band(("Mean", "mag", "mean m"), minimum=6)
def mean(magnitude: Floats) -> float:
    return average(magnitude)


@of_band(("Std", "mag", "sqrt(mean (m - mean m)^2)"), minimum=6)
def standard_deviation(magnitude: Floats) -> float:
    return math.sqrt(central(magnitude, 2))


@of_band(("Meanvariance", "", "std(m) / mean(m)"), minimum=6, undefined="where the mean is 0", on="magnitude")
def relative_deviation(magnitude: Floats) -> float:
    return math.sqrt(central(magnitude, 2)) / average(magnitude)


@of_band(("Skew", "", "mean (m - mean m)^3 / std(m)^3"), minimum=6, undefined=EQUAL)
def skewness(magnitude: Floats) -> float:
    return central(magnitude, 3) / central(magnitude, 2) ** 1.5


@of_band(
    (
        "SmallKurtosis",
        "",
        "N (N+1) / ((N-1) (N-2) (N-3)) sum ((m - mean m) / std(m))^4 - 3 (N-1)^2 / ((N-2) (N-3))",
    ),
    minimum=6,
    undefined=EQUAL,
)
def small_kurtosis(magnitude: Floats) -> float:
    n = magnitude.size
    fourth = n * central(magnitude, 4) / central(magnitude, 2) ** 2  # with the deviation over N, not N - 1
    return n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * fourth - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))


@of_band(
    ("Beyond1Std", "", "share of points farther from the error-weighted mean than their deviation from it (N - 1)"),
    minimum=6,
)
def beyond_one_deviation(magnitude: Floats, error: Floats) -> float:
    middle, squares, far = weighted_mean(magnitude, error), 0.0, 0
    for m in magnitude:
        squares += (m - middle) ** 2
    limit = math.sqrt(squares / (magnitude.size - 1))
    for m in magnitude:
        far += abs(m - middle) > limit
    return far / magnitude.size


@of_band(
    ("StetsonK", "", "sum |d| / sqrt(N sum d^2), d = (m - error-weighted mean) / e"),
    minimum=6,
    undefined=EQUAL,
    source="Stetson 1996",
)
def stetson_k(magnitude: Floats, error: Floats) -> float:
    middle, absolute, squares = weighted_mean(magnitude, error), 0.0, 0.0
    for i in range(magnitude.size):
        deviation = (magnitude[i] - middle) / error[i]
        absolute += abs(deviation)
        squares += deviation**2
    return absolute / math.sqrt(magnitude.size * squares)


@of_band(
    ("ExcessVar", "", "sum ((m - mean m)^2 - e^2) / (N mean(m)^2)"),
    minimum=6,
    undefined="where the mean is 0",
    source="Nandra et al. 1997",
    on="magnitude",
)
def excess_variance(magnitude: Floats, error: Floats) -> float:
    noise = 0.0
    for e in error:
        noise += e**2
    return (central(magnitude, 2) - noise / error.size) / average(magnitude) ** 2


@of_band(
    ("Pvar", "", "probability of a smaller sum ((m - mean m) / e)^2 under chi^2 of N - 1 degrees of freedom"),
    minimum=6,
    compiled=False,
)
def variability_probability(magnitude: Floats, error: Floats) -> float:
    return float(chdtr(magnitude.size - 1, np.sum(((magnitude - average(magnitude)) / error) ** 2)))


KERNELS = (
    mean,
    standard_deviation,
    relative_deviation,
    skewness,
    small_kurtosis,
    beyond_one_deviation,
    stetson_k,
    excess_variance,
    variability_probability,
)
