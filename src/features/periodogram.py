"""The period of an object from all its bands together, and what its periodogram looks like."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .lightcurves import Floats, Integers
from .spectrum import Band, Grid, band_of, explained, explained_at

SHORTEST, LONGEST = 0.045, 500.0  # days, the periods that are searched
FEWEST = 11  # points that a band must have to take part
WINDOW = 3000.0  # days, the densest part of a longer light curve is searched
SHIFT = 0.2  # cycles between two frequencies of the grid over half the light curve
SMALLEST_GRID = 1000
PEAKS, FINER = 10, 20  # highest peaks that are refined, and into how many frequencies
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
    0.4 cycles over the light curve; the ten highest peaks are refined twentyfold between their neighbours.
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
    parts = {name: explained(each, grid) for name, each in bands.items()}
    power = _combined(bands, parts)
    peaks = _highest_peaks(power)
    if not peaks.size:
        return NOTHING
    frequency = grid.frequencies()
    for peak in peaks:
        fine = np.linspace(frequency[peak - 1], frequency[peak + 1], FINER)
        fine_parts = {name: explained_at(each, fine) for name, each in bands.items()}
        fine_power = _combined(bands, fine_parts)
        best = int(np.argmax(fine_power))
        if fine_power[best] > power[peak]:
            frequency[peak], power[peak] = fine[best], fine_power[best]
            for name, part in parts.items():
                part[peak] = fine_parts[name][best]
    best = int(peaks[np.argmax(power[peaks])])
    return Found(
        1 / frequency[best],
        _entropy(power),
        _rates(frequency, power, best),
        {name: float(1 / frequency[np.argmax(part)]) for name, part in parts.items()},
    )


def fold(time: Floats, magnitude: Floats, period: float) -> Floats:
    """Magnitudes in order of the phase of twice the period; in the order given where it is NaN."""
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


def _combined(bands: Mapping[int, Band], parts: Mapping[int, Floats]) -> Floats:
    freedom = sum(each.time.size - 3 for each in bands.values())
    variance = sum(each.variance for each in bands.values())
    total = np.sum(list(parts.values()), axis=0)
    power: Floats = freedom * total / (2 * np.maximum(variance - total, 1e-9 * variance))
    return power


def _highest_peaks(power: Floats) -> Integers:
    inner = power[1:-1]
    peaks = 1 + np.flatnonzero((inner > power[:-2]) & (inner > power[2:]))
    return peaks[np.argsort(power[peaks], kind="stable")[-PEAKS:]]


def _entropy(power: Floats) -> float:
    share = np.partition(power, -TOP)[-TOP:] + 1e-2
    share /= share.sum()
    return float(1 + np.sum(share * np.log(share)) / np.log(TOP))


def _rates(frequency: Floats, power: Floats, best: int) -> Floats:
    wanted = frequency[best] / np.array(FACTORS)
    right = np.clip(np.searchsorted(frequency, wanted), 1, frequency.size - 1)
    nearest = np.where(wanted > (frequency[right - 1] + frequency[right]) / 2, right, right - 1)
    rates: Floats = power[nearest] / power[best]
    return rates
