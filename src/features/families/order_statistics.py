"""Features of the sorted magnitudes of one band: widths and tails that few outliers do not move."""

import math

import numpy as np

from ..feature import kernel_function, of_band
from ..lightcurves import Floats
from .moments import EQUAL, average


@kernel_function
def median(ordered: Floats) -> float:
    """The median of ascending values."""
    middle = ordered.size // 2
    return ordered[middle] if ordered.size % 2 else 0.5 * (ordered[middle - 1] + ordered[middle])


@kernel_function
def percentile(ordered: Floats, percent: float) -> float:
    """The percentile of ascending values, linear between two of them, as numpy's default."""
    place = (ordered.size - 1) * percent / 100
    below = min(int(place), ordered.size - 1)
    above = min(below + 1, ordered.size - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


@of_band(("Amplitude", "mag", "(median of the faintest 5 % - median of the brightest 5 %) / 2"), minimum=6)
def amplitude(ordered: Floats) -> float:
    end = math.ceil(0.05 * ordered.size)
    return 0.5 * (median(ordered[-end:]) - median(ordered[:end]))


@of_band(("Q31", "mag", "75th - 25th percentile of m"), minimum=6)
def quartile_range(ordered: Floats) -> float:
    return percentile(ordered, 75) - percentile(ordered, 25)


@of_band(("iqr", "mag", "75th - 25th percentile of m, of any number of points"), minimum=1)
def interquartile_range(ordered: Floats) -> float:
    return percentile(ordered, 75) - percentile(ordered, 25)


@of_band(("Gskew", "mag", "median(m <= 3rd percentile) + median(m >= 97th percentile) - 2 median(m)"), minimum=6)
def median_skew(ordered: Floats) -> float:
    low, high = percentile(ordered, 3), percentile(ordered, 97)
    bright, faint = 0, ordered.size
    while bright < ordered.size and ordered[bright] <= low:
        bright += 1
    while faint > 0 and ordered[faint - 1] >= high:
        faint -= 1
    return median(ordered[:bright]) + median(ordered[faint:]) - 2 * median(ordered)


@of_band(("MedianAbsDev", "mag", "median |m - median(m)|"), minimum=6)
def median_absolute_deviation(ordered: Floats) -> float:
    middle, n = median(ordered), ordered.size
    right = n // 2
    left = right - 1
    distance = np.empty(n)  # ascending: the points are taken outwards from the median
    for k in range(n):
        if left < 0 or (right < n and ordered[right] - middle < middle - ordered[left]):
            distance[k] = ordered[right] - middle
            right += 1
        else:
            distance[k] = middle - ordered[left]
            left -= 1
    return median(distance)


@of_band(("MedianBRP", "", "share of points with |m - median(m)| < (max m - min m) / 10"), minimum=6)
def median_buffer_range(ordered: Floats) -> float:
    middle, width = median(ordered), (ordered[-1] - ordered[0]) / 10
    inside = 0
    for m in ordered:
        inside += middle - width < m < middle + width
    return inside / ordered.size


@of_band(
    ("PercentAmplitude", "", "max |m - median(m)| / median(m)"),
    minimum=6,
    undefined="where the median is 0",
    on="magnitude",
)
def percent_amplitude(ordered: Floats) -> float:
    middle = median(ordered)
    return max(ordered[-1] - middle, middle - ordered[0]) / middle


@of_band(
    (
        "AndersonDarling",
        "",
        "1 / (1 + exp(-10 (A2 - 0.3))), A2 the Anderson-Darling statistic of a normal distribution",
    ),
    minimum=6,
    undefined=EQUAL,
)
def anderson_darling(ordered: Floats) -> float:
    n = ordered.size
    mean, squares = average(ordered), 0.0
    for m in ordered:
        squares += (m - mean) ** 2
    scale = math.sqrt(2 * squares / (n - 1))
    total = 0.0
    for i in range(n):
        below = 0.5 * math.erfc((mean - ordered[i]) / scale)
        above = 0.5 * math.erfc((ordered[n - 1 - i] - mean) / scale)
        total += (2 * i + 1) * (math.log(below) + math.log(above))
    statistic = -n - total / n
    return 1 / (1 + math.exp(-10 * (statistic - 0.3)))


KERNELS = (
    amplitude,
    anderson_darling,
    median_skew,
    median_absolute_deviation,
    median_buffer_range,
    percent_amplitude,
    quartile_range,
    interquartile_range,
)
