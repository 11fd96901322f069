"""The flux of a transient in its bands at any time: a Gaussian process over time and band, its hyper-parameters fixed.

A Matérn 3/2 covariance in time, a correlation between bands that falls with each band between them, mean zero: as
Boone (2019), who fits the scales of each object. Flux is relative to the brightest night, so that the same numbers
serve every object.
"""

import math

import numpy as np

from ..feature import kernel_function
from ..lightcurves import Floats, Integers

NIGHT = 0.5  # days within which detections of a band are averaged
# The next four have the highest summed marginal likelihood of twelve choices, over every fourth supernova of the ZTF
# Bright Transient Survey in g and r; their classes were not used.
SCALE = 25.0  # days
AMPLITUDE = 0.5  # standard deviation of the flux before anything is seen
CORRELATION = 0.9  # between neighbouring bands, and to the power of their distance between others
FLOOR = 0.03  # of the flux, in quadrature to its error
FAINTEST = 0.1  # flux below which the floor shrinks no further
BEFORE, AFTER = 60.0, 150.0  # days around the brightest night that are looked at
BEYOND = 5  # days before the first and after the last night to which the flux is followed
PHASES = (-10, -5, 0, 7, 15, 22, 30, 45, 60)  # days from the peak
LEVELS = (80, 50, 25)  # per cent of the peak's flux, whose crossings are timed
VAGUE = 0.2  # standard deviation of a flux, of the brightest night's, from which on it is undefined
SIGNAL = 2.0  # standard deviations that a flux has at least


@kernel_function
def nightly(time: Floats, flux: Floats, error: Floats, band: Integers) -> tuple[Floats, Floats, Floats, Integers]:
    """Weighted means of each band and night: time, flux, its error, band; in order of band and time, as the input."""
    n, nights, start = time.size, 0, 0
    when, mean, spread, of = np.empty(n), np.empty(n), np.empty(n), np.empty(n, np.int64)
    while start < n:
        stop, weights, fluxes, times = start, 0.0, 0.0, 0.0
        while stop < n and band[stop] == band[start] and time[stop] - time[start] < NIGHT:
            weight = error[stop] ** -2
            weights += weight
            fluxes += weight * flux[stop]
            times += weight * (time[stop] - time[start])
            stop += 1
        when[nights], mean[nights] = time[start] + times / weights, fluxes / weights
        spread[nights], of[nights] = weights**-0.5, band[start]
        nights, start = nights + 1, stop
    return when[:nights], mean[:nights], spread[:nights], of[:nights]


@kernel_function
def around_peak(
    time: Floats, flux: Floats, error: Floats, band: Integers, bands: int
) -> tuple[Floats, Floats, Floats, Integers, float]:
    """Days from the brightest night, flux relative to its, errors, rows of bands 1 to ``bands``, and its flux.

    Nothing where no night is brighter than 0.
    """
    when, mean, spread, of = nightly(time, flux, error, band)
    brightest = 0
    for i in range(mean.size):
        if mean[i] - spread[i] > mean[brightest] - spread[brightest]:
            brightest = i
    day, top, near = when[brightest], mean[brightest], 0
    if not top > 0:
        return when[:0], mean[:0], spread[:0], of[:0], top
    for i in range(mean.size):
        if day - BEFORE < when[i] < day + AFTER and 1 <= of[i] <= bands:
            relative = mean[i] / top
            noise = math.sqrt((spread[i] / top) ** 2 + (FLOOR * max(relative, FAINTEST)) ** 2)
            when[near], mean[near], spread[near], of[near] = when[i] - day, relative, noise, of[i] - 1
            near += 1
    return when[:near], mean[:near], spread[:near], of[:near], top


@kernel_function
def covariance(lag: float) -> float:
    """Of two fluxes of one band ``lag`` days apart."""
    x = math.sqrt(3.0) * abs(lag) / SCALE
    return AMPLITUDE**2 * (1 + x) * math.exp(-x)


@kernel_function
def factor(time: Floats, error: Floats, row: Integers) -> Floats:
    """Lower Cholesky factor of the covariance of what was measured, (n, n)."""
    n = time.size
    lower = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            value = covariance(time[i] - time[j]) * CORRELATION ** abs(row[i] - row[j])
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
def expected(grid: Floats, time: Floats, flux: Floats, row: Integers, lower: Floats, bands: int) -> Floats:
    """Posterior mean flux in each band, (bands, grid)."""
    weight = flux.copy()
    forward(lower, weight)
    for i in range(weight.size - 1, -1, -1):
        weight[i] /= lower[i, i]
        for k in range(i):
            weight[k] -= lower[i, k] * weight[i]
    mean = np.zeros((bands, grid.size))
    for i in range(time.size):
        for g in range(grid.size):
            share = covariance(grid[g] - time[i]) * weight[i]
            for b in range(bands):
                mean[b, g] += CORRELATION ** abs(b - row[i]) * share
    return mean


@kernel_function
def uncertainty(when: float, of: int, time: Floats, row: Integers, lower: Floats) -> float:
    """Posterior standard deviation of the flux in one band at one time."""
    n, known = time.size, 0.0
    shared = np.empty(n)
    for i in range(n):
        shared[i] = covariance(when - time[i]) * CORRELATION ** abs(row[i] - of)
    forward(lower, shared)
    for i in range(n):
        known += shared[i] ** 2
    return math.sqrt(max(AMPLITUDE**2 - known, 0.0))


@kernel_function
def crossing(flux: Floats, peak: int, step: int, level: float) -> float:
    """Days from the peak to where the daily flux falls below ``level``, NaN where it never does; step is -1 or 1."""
    day = peak
    while 0 <= day + step < flux.size:
        if flux[day + step] < level:
            return abs(day - peak) + (flux[day] - level) / (flux[day] - flux[day + step])
        day += step
    return np.nan


@kernel_function
def followed(
    time: Floats, flux: Floats, error: Floats, band: Integers, bands: int
) -> tuple[Floats, Floats, Floats, Floats, float]:
    """What a transient does in each of its bands; all NaN where nothing is brighter than 0.

    Parameters
    ----------
    time, flux, error, band : (n,) in order of band and time; bands count from 1, others than ``bands`` are left out.

    Returns
    -------
    (bands, phases) magnitudes relative to the brightest night at :data:`PHASES` days from the largest sum of fluxes;
    (bands,) day of the largest flux of each band; (bands,) that flux relative to the brightest night's; (bands,
    2 levels) days to it from each of :data:`LEVELS` and from it to that; the flux of the brightest night. NaN where the
    flux is uncertain by :data:`VAGUE` or by half of itself, or the light curve is more than :data:`BEYOND` days away.
    """
    shape = np.full((bands, len(PHASES)), np.nan)
    peaks, heights, widths = np.full(bands, np.nan), np.full(bands, np.nan), np.full((bands, 2 * len(LEVELS)), np.nan)
    when, relative, noise, row, top = around_peak(time, flux, error, band, bands)
    if when.size == 0:
        return shape, peaks, heights, widths, top
    lower = factor(when, noise, row)
    first, last = when[0], when[0]
    for each in when:
        first, last = min(first, each), max(last, each)
    days = math.ceil(last - first) + 1
    grid = first - BEYOND + np.arange(days + 2 * BEYOND)
    mean = expected(grid, when, relative, row, lower, bands)
    peak, highest = BEYOND, -np.inf
    for day in range(BEYOND, BEYOND + days):
        total = mean[0, day]
        for b in range(1, bands):
            total += mean[b, day]
        if total > highest:
            peak, highest = day, total
    for b in range(bands):
        for k in range(len(PHASES)):
            day = peak + PHASES[k]
            if 0 <= day < grid.size:
                doubt = uncertainty(grid[day], b, when, row, lower)
                if doubt < VAGUE and mean[b, day] > SIGNAL * doubt:
                    shape[b, k] = -2.5 * math.log10(mean[b, day])
        best = BEYOND
        for day in range(BEYOND, BEYOND + days):
            if mean[b, day] > mean[b, best]:
                best = day
        if uncertainty(grid[best], b, when, row, lower) < VAGUE and mean[b, best] > 0:
            peaks[b], heights[b] = best, mean[b, best]
            for k in range(len(LEVELS)):
                level = LEVELS[k] / 100 * mean[b, best]
                widths[b, 2 * k] = crossing(mean[b], best, -1, level)
                widths[b, 2 * k + 1] = crossing(mean[b], best, 1, level)
    return shape, peaks, heights, widths, top
