"""The flux of a transient in g and r at any time: a Gaussian process over time and band, its hyper-parameters fixed.

A Matérn 3/2 covariance in time, one correlation between the bands, mean zero: as Boone (2019), who fits the scales of
each object. Flux is relative to the brightest night, so that the same numbers serve every object.
"""

import math

import numpy as np

from ..feature import kernel_function
from ..lightcurves import Floats, Integers

NIGHT = 0.5  # days within which detections of a band are averaged
# The next four have the highest summed marginal likelihood of twelve choices, over every fourth supernova of the ZTF
# Bright Transient Survey; their classes were not used.
SCALE = 25.0  # days
AMPLITUDE = 0.5  # standard deviation of the flux before anything is seen
CORRELATION = 0.9  # between the bands
FLOOR = 0.03  # of the flux, in quadrature to its error
FAINTEST = 0.1  # flux below which the floor shrinks no further
TINY = 1e-9  # added to a flux error, which underflows for what is 25 mag below the peak
R = 2  # number of the band in the second row; every other band is taken for g


@kernel_function
def nightly(time: Floats, magnitude: Floats, error: Floats, band: Integers) -> tuple[Floats, Floats, Floats, Integers]:
    """Weighted means of each band and night: time, flux, its error, band.

    The flux of the brightest detection is 1. Input is in order of band and time, and so is what comes out.
    """
    n, nights, start, brightest = time.size, 0, 0, magnitude.min()
    when, flux, spread, of = np.empty(n), np.empty(n), np.empty(n), np.empty(n, np.int64)
    while start < n:
        stop, weights, fluxes, times = start, 0.0, 0.0, 0.0
        while stop < n and band[stop] == band[start] and time[stop] - time[start] < NIGHT:
            one = 10 ** (-0.4 * (magnitude[stop] - brightest))
            weight = (0.4 * math.log(10.0) * one * error[stop] + TINY) ** -2
            weights += weight
            fluxes += weight * one
            times += weight * (time[stop] - time[start])
            stop += 1
        when[nights], flux[nights] = time[start] + times / weights, fluxes / weights
        spread[nights], of[nights] = weights**-0.5, band[start]
        nights, start = nights + 1, stop
    return when[:nights], flux[:nights], spread[:nights], of[:nights]


@kernel_function
def covariance(lag: float) -> float:
    """Of two fluxes of one band ``lag`` days apart."""
    x = math.sqrt(3.0) * abs(lag) / SCALE
    return AMPLITUDE**2 * (1 + x) * math.exp(-x)


@kernel_function
def factor(time: Floats, error: Floats, band: Integers) -> Floats:
    """Lower Cholesky factor of the covariance of what was measured, (n, n)."""
    n = time.size
    lower = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            value = covariance(time[i] - time[j]) * (1.0 if band[i] == band[j] else CORRELATION)
            if i == j:
                value += error[i] ** 2
            for k in range(j):
                value -= lower[i, k] * lower[j, k]
            lower[i, j] = math.sqrt(value) if i == j else value / lower[j, j]
    return lower


@kernel_function
def forward(lower: Floats, right: Floats) -> None:
    """Solve ``lower @ x = right`` in place."""
    for i in range(right.size):
        value = right[i]
        for k in range(i):
            value -= lower[i, k] * right[k]
        right[i] = value / lower[i, i]


@kernel_function
def expected(grid: Floats, time: Floats, flux: Floats, band: Integers, lower: Floats) -> Floats:
    """Posterior mean flux in g and in r, (2, grid)."""
    weight = flux.copy()
    forward(lower, weight)
    for i in range(weight.size - 1, -1, -1):
        weight[i] /= lower[i, i]
        for k in range(i):
            weight[k] -= lower[i, k] * weight[i]
    mean = np.zeros((2, grid.size))
    for i in range(time.size):
        own = 1 if band[i] == R else 0
        for g in range(grid.size):
            share = covariance(grid[g] - time[i]) * weight[i]
            mean[own, g] += share
            mean[1 - own, g] += CORRELATION * share
    return mean


@kernel_function
def uncertainty(when: float, row: int, time: Floats, band: Integers, lower: Floats) -> float:
    """Posterior standard deviation of the flux in g (row 0) or r (row 1) at one time."""
    n, known = time.size, 0.0
    shared = np.empty(n)
    for i in range(n):
        own = 1 if band[i] == R else 0
        shared[i] = covariance(when - time[i]) * (1.0 if own == row else CORRELATION)
    forward(lower, shared)
    for i in range(n):
        known += shared[i] ** 2
    return math.sqrt(max(AMPLITUDE**2 - known, 0.0))
