"""The period of an object from all its bands together, and what its periodogram looks like."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from ..feature import kernel_function
from ..lightcurves import Floats, Integers
from .spectrum import ROUGH, Band, Grid, band_of, explained_near, spectrum_of

SHORTEST, LONGEST = 0.045, 500.0  # days, the periods that are searched
FEWEST = 11  # points that a band must have to take part
WINDOW = 3000.0  # days, the densest part of a longer light curve is searched
SHIFT = 0.2  # cycles between two frequencies of the grid over half the light curve
SMALLEST_GRID = 1000
PEAKS, FINER = 10, 20  # highest peaks that are refined, and into how many frequencies
EXTRA = 3  # times that the best one is refined again: a long period is not known better than the steps are
TOP = 100  # powers whose entropy says how much the best one stands out
FACTORS = (1 / 4, 1 / 3, 1 / 2, 2.0, 3.0, 4.0)  # of the period


@dataclass(frozen=True)
class Found:
    """What a periodogram says.

    Attributes
    ----------
    period : days; NaN where no band has enough points or no peak was found.
    entropy : 1 - H / ln 100 of the 100 highest powers: 0 where all are alike.
    rates : power at each of :data:`FACTORS` times the period over the power at the period.
    band_period : best period in days of each band that took part.
    """

    period: float
    entropy: float
    rates: Floats
    band_period: Mapping[int, float]


NOTHING = Found(np.nan, np.nan, np.full(len(FACTORS), np.nan), {})


def search(time: Floats, magnitude: Floats, error: Floats, band: Integers) -> Found:
    """Search all bands together for a period.

    The statistic is the analysis of variance of one harmonic, its numerator and denominator summed over bands:
    D sum P / (2 sum (V - P)), P what a sinusoid explains of chi^2 V in a band, D = sum (N - 3). The grid has steps of
    0.4 cycles over the light curve; the ten highest peaks are refined twentyfold between their neighbours, and the best
    of them three times more.
    Schwarzenberg-Czerny 1996, Mondrik et al. 2015; grid and combination as in lc_classifier 2.1.0 with P4J.

    Parameters
    ----------
    time, magnitude, error, band : (n,) days, magnitudes, magnitudes, numbers of bands.
    """
    bands = _bands(time, magnitude, error, band)
    if not bands:
        return NOTHING
    seen = np.concatenate([each.time for each in bands.values()])
    span = seen.max() - seen.min()
    low, high = 1 / LONGEST, 1 / SHORTEST
    size = max(int(np.ceil((high - low) * span / (2 * SHIFT))), SMALLEST_GRID)
    grid = Grid(low, (high - low) / (size - 1), size)
    freedom = float(sum(each.time.size - 3 for each in bands.values()))
    variance = sum(each.variance for each in bands.values())
    if not np.isfinite(variance):
        return NOTHING
    spectra = {name: spectrum_of(each, grid) for name, each in bands.items()}
    parts = {name: each.rough for name, each in spectra.items()}
    total = reduce(np.add, parts.values())

    def again(places: Integers) -> None:
        for name, each in spectra.items():
            parts[name][places] = each.at(places)
        total[places] = reduce(np.add, [part[places] for part in parts.values()])

    marked = np.zeros(size, dtype=np.bool_)
    margin, top, highest = 2 * ROUGH * variance, _highest(total, TOP), highest_peaks(total, PEAKS)
    floor = top.min(initial=np.inf) - margin
    lowest = total[highest].min() - margin if highest.size == PEAKS else -np.inf
    mark_high(total, margin, floor, lowest, marked)
    if len(bands) > 1:
        for name, part in parts.items():
            mark_highest(part, 2 * ROUGH * bands[name].variance, marked)
    again(np.flatnonzero(marked))
    power = combined(total, freedom, variance)
    peaks = highest_peaks(power, PEAKS)
    if not peaks.size:
        return NOTHING
    frequency = grid.frequency(peaks)
    _refine(bands, parts, power, peaks, frequency, grid.step, freedom, variance)
    best = int(np.argmax(power[peaks]))
    for finer in range(1, EXTRA + 1):
        step = grid.step * (2 / (FINER - 1)) ** finer
        _refine(bands, parts, power, peaks[best : best + 1], frequency[best : best + 1], step, freedom, variance)
    refined = dict(zip(peaks.tolist(), frequency.tolist(), strict=True))

    def at(index: int) -> float:
        return refined.get(index, grid.first + grid.step * index)

    best = int(peaks[best])
    others = np.array([_nearest(at(best) / factor, grid, at) for factor in FACTORS])
    unrefined = np.setdiff1d(others, peaks)
    again(unrefined)
    power[unrefined] = combined(total[unrefined], freedom, variance)
    return Found(
        1 / at(best),
        _entropy(power[marked]),
        power[others] / power[best],
        {name: 1 / at(int(np.argmax(part))) for name, part in parts.items()},
    )


def _refine(
    bands: Mapping[int, Band],
    parts: Mapping[int, Floats],
    power: Floats,
    peaks: Integers,
    frequency: Floats,
    step: float,
    freedom: float,
    variance: float,
) -> None:
    """Move each peak to the best of :data:`FINER` frequencies within a step of it, where that is better."""
    fine = frequency[:, None] + step * np.linspace(-1, 1, FINER)
    fine_parts = {
        name: explained_near(each.time, each.residual, each.weight, frequency - step, 2 * step / (FINER - 1), FINER)
        for name, each in bands.items()
    }
    fine_power = combined(reduce(np.add, fine_parts.values()).ravel(), freedom, variance).reshape(fine.shape)
    for row, peak in enumerate(peaks):
        best = int(np.argmax(fine_power[row]))
        if fine_power[row, best] > power[peak]:
            frequency[row], power[peak] = fine[row, best], fine_power[row, best]
            for name, part in parts.items():
                part[peak] = fine_parts[name][row, best]


def fold(time: Floats, magnitude: Floats, period: float) -> Floats:
    """Magnitudes in order of the phase of twice the period, 0 at time 0; in the order given where it is NaN."""
    if np.isnan(period):
        return magnitude
    return magnitude[np.argsort((time / (2 * period)) % 1, kind="stable")]


def _bands(time: Floats, magnitude: Floats, error: Floats, band: Integers) -> dict[int, Band]:
    inside = slice(None) if np.ptp(time) <= WINDOW else _densest(time)
    start = time.min()
    bands = {}
    for name in np.unique(band[inside]).tolist():
        of = np.flatnonzero(band[inside] == name)
        if of.size >= FEWEST:
            made = band_of(time[inside][of] - start, magnitude[inside][of], error[inside][of])
            if made.variance > 0:
                bands[name] = made
    return bands


def _densest(time: Floats) -> Integers:
    """Places of the points in the window of :data:`WINDOW` days with the most points, the first of several."""
    order = np.argsort(time, kind="stable")
    ahead = np.searchsorted(time[order], time[order] + WINDOW, "right") - np.arange(time.size)
    start = int(np.argmax(ahead))
    return np.sort(order[start : start + ahead[start]])


@kernel_function
def combined(total: Floats, freedom: float, variance: float) -> Floats:
    """The statistic of all bands, from the sum of what a sinusoid explains in each."""
    power, smallest = np.empty(total.size), 1e-9 * variance
    for k in range(total.size):
        power[k] = freedom * total[k] / (2 * max(variance - total[k], smallest))
    return power


@kernel_function
def highest_peaks(power: Floats, most: int) -> Integers:
    """Places of the highest local maxima, in order of place."""
    places, heights, found = np.empty(most, dtype=np.int64), np.empty(most), 0
    for k in range(1, power.size - 1):
        if (found < most or power[k] > heights[0]) and power[k] > power[k - 1] and power[k] > power[k + 1]:
            _insert(heights, places, found, power[k], k)
            found = min(found + 1, most)
    for k in range(most - found + 1, most):  # few: numba compiles its own sort for seconds
        j = k
        while j > most - found and places[j] < places[j - 1]:
            places[j], places[j - 1] = places[j - 1], places[j]
            j -= 1
    return places[most - found :]


@kernel_function
def _highest(power: Floats, most: int) -> Floats:
    """The highest finite values, ascending."""
    heights, places, found = np.empty(most), np.empty(most, dtype=np.int64), 0
    for k in range(power.size):
        if (found < most or power[k] > heights[0]) and power[k] < np.inf:
            _insert(heights, places, found, power[k], k)
            found = min(found + 1, most)
    return heights[most - found :]


@kernel_function
def mark_high(total: Floats, margin: float, top: float, lowest: float, marked: NDArray[np.bool_]) -> None:
    """Mark what may be among the highest values, from ``top`` on, or be or stand beside a peak, from ``lowest`` on.

    ``margin`` is twice the error of a value; one that is infinite may be anything.
    """
    n = total.size
    for k in range(n):
        value = total[k]
        if value < lowest and value < top:
            continue
        if value >= top:
            marked[k] = True
        if 0 < k < n - 1 and (value == np.inf or (value >= total[k - 1] - margin and value >= total[k + 1] - margin)):
            marked[k - 1] = marked[k] = marked[k + 1] = True
        elif 0 < k < n - 1 and (total[k - 1] == np.inf or total[k + 1] == np.inf):
            marked[k] = True


@kernel_function
def mark_highest(part: Floats, margin: float, marked: NDArray[np.bool_]) -> None:
    """Mark what may be the highest value."""
    highest = -np.inf
    for value in part:
        if highest < value < np.inf:
            highest = value
    for k in range(part.size):
        if part[k] >= highest - margin:
            marked[k] = True


@kernel_function
def _insert(heights: Floats, places: Integers, found: int, height: float, place: int) -> None:
    """Keep the highest in ascending order at the end of two arrays; the lowest of all falls out."""
    hole = max(heights.size - found - 1, 0)
    while hole < heights.size - 1 and heights[hole + 1] < height:
        heights[hole], places[hole] = heights[hole + 1], places[hole + 1]
        hole += 1
    heights[hole], places[hole] = height, place


def _entropy(power: Floats) -> float:
    share = _highest(power, TOP) + 1e-2
    share /= share.sum()
    return float(1 + np.sum(share * np.log(share)) / np.log(TOP))


def _nearest(wanted: float, grid: Grid, at: Callable[[int], float]) -> int:
    """Place of the frequency nearest to one; refined peaks may lie up to a step beside their place."""
    middle = round((wanted - grid.first) / grid.step)
    near = [min(max(middle + k, 0), grid.size - 1) for k in (-1, 0, 1)]
    return min(near, key=lambda place: abs(at(place) - wanted))
