"""Moments of the magnitudes of one band, with and without their errors; the order in time plays no part."""

import math

import numpy as np
from scipy.special import chdtr

from ..feature import of_band
from ..lightcurves import Floats

EQUAL = "where all magnitudes are equal"


@of_band(("Mean", "mag", "mean m"), minimum=6)
def mean(magnitude: Floats) -> float:
    return magnitude.mean()


@of_band(("Std", "mag", "sqrt(mean (m - mean m)^2)"), minimum=6)
def standard_deviation(magnitude: Floats) -> float:
    return magnitude.std()


@of_band(("Meanvariance", "", "std(m) / mean(m)"), minimum=6)
def relative_deviation(magnitude: Floats) -> float:
    return magnitude.std() / magnitude.mean()


@of_band(("Skew", "", "mean (m - mean m)^3 / std(m)^3"), minimum=6, undefined=EQUAL)
def skewness(magnitude: Floats) -> float:
    centred = magnitude - magnitude.mean()
    variance = np.mean(centred**2)
    if variance <= (1e-15 * magnitude.mean()) ** 2:  # rounding, not variation
        return np.nan
    return np.mean(centred**3) / variance**1.5


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
    fourth = np.sum(((magnitude - magnitude.mean()) / magnitude.std()) ** 4)  # with the deviation over N, not N - 1
    return n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * fourth - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))


@of_band(
    ("Beyond1Std", "", "share of points farther from the error-weighted mean than their deviation from it (N - 1)"),
    minimum=6,
)
def beyond_one_deviation(magnitude: Floats, error: Floats) -> float:
    weight = 1 / error**2
    distance = magnitude - np.sum(weight * magnitude) / np.sum(weight)
    limit = math.sqrt(np.sum(distance**2) / (magnitude.size - 1))
    return np.sum(np.abs(distance) > limit) / magnitude.size


@of_band(
    (
        "StetsonK",
        "",
        "sum |d| / sqrt(N sum d^2), d = sqrt(N / (N-1)) (m - error-weighted mean) / e",
    ),
    minimum=6,
    undefined=EQUAL,
    source="Stetson 1996",
)
def stetson_k(magnitude: Floats, error: Floats) -> float:
    weight = 1 / error**2
    deviation = (magnitude - np.sum(weight * magnitude) / np.sum(weight)) / error
    return np.sum(np.abs(deviation)) / math.sqrt(magnitude.size * np.sum(deviation**2))


@of_band(("ExcessVar", "", "sum ((m - mean m)^2 - e^2) / (N mean(m)^2)"), minimum=6, source="Nandra et al. 1997")
def excess_variance(magnitude: Floats, error: Floats) -> float:
    middle = magnitude.mean()
    return np.sum((magnitude - middle) ** 2 - error**2) / (magnitude.size * middle**2)


@of_band(
    ("Pvar", "", "probability of a smaller sum ((m - mean m) / e)^2 under chi^2 of N - 1 degrees of freedom"),
    minimum=6,
    compiled=False,
)
def variability_probability(magnitude: Floats, error: Floats) -> float:
    return float(chdtr(magnitude.size - 1, np.sum(((magnitude - magnitude.mean()) / error) ** 2)))


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
