"""Dips of one depth and one duration that repeat: eclipses and transits (box least squares, Kovács et al. 2002)."""

from dataclasses import dataclass, replace

import numpy as np

from ..feature import kernel_function
from ..lightcurves import Floats
from .harmonic_search import Joint
from .spectrum import Band

BINS = 100  # of phase
WIDTHS = np.array([2, 3, 4, 6, 8, 10, 12, 15])  # bins that a dip may last


@dataclass(frozen=True)
class Box:
    """The dip that explains most at one frequency.

    Attributes
    ----------
    frequency : cycles a day.
    lowered : by how much it lowers chi^2 of a constant, in (0, chi^2).
    start : phase at which it begins, in [0, 1); phase is 0 at time 0.
    duration : in phase.
    """

    frequency: float
    lowered: float
    start: float
    duration: float

    def later(self, phase: float) -> "Box":
        """The same box, moved in phase."""
        return replace(self, start=(self.start + phase) % 1)


def boxes(joint: Joint, frequency: Floats, sign: float) -> tuple[Floats, Floats, Floats]:
    """By how much the best box lowers chi^2 of a constant, and where it starts and how long it lasts, in phase.

    All bands have its phase and duration, each its own depth, in bands that have it the other way round 0.

    Parameters
    ----------
    frequency : (k,).
    sign : 1 where a dip has larger values (magnitudes), -1 where it has smaller ones (fluxes).

    Returns
    -------
    three (k,).
    """
    sums = np.zeros((frequency.size, len(joint.bands), 2, BINS))
    for place, band in enumerate(joint.bands):
        _bin(band.time, band.weight, sign * band.weight * band.residual, frequency, sums[:, place])
    return _search(sums, WIDTHS / BINS)


def box_at(joint: Joint, frequency: float, sign: float) -> Box:
    """The best box at a frequency."""
    low, start, duration = boxes(joint, np.array([frequency]), sign)
    return Box(frequency, float(low[0]), float(start[0]), float(duration[0]))


def depth(band: Band, box: Box, sign: float) -> float:
    """Depth of a box, in units of ``band.residual``.

    The mean inside less the mean outside; NaN where either has no point.
    """
    inside = ((box.frequency * band.time - box.start) % 1) < box.duration
    share = float(band.weight[inside].sum())
    if not inside.any() or inside.all():
        return np.nan
    mean_inside = float(np.sum((band.weight * band.residual)[inside])) / share
    mean_outside = float(np.sum((band.weight * band.residual)[~inside])) / (1 - share)
    return sign * (mean_inside - mean_outside)


@kernel_function
def _bin(time: Floats, weight: Floats, weighted: Floats, frequency: Floats, sums: Floats) -> None:
    """Add w and w y of each bin of phase to ``sums``, (frequencies, 2, bins)."""
    bins = sums.shape[2]
    for f in range(frequency.size):
        for i in range(time.size):
            phase = frequency[f] * time[i]
            place = min(int((phase - np.floor(phase)) * bins), bins - 1)
            sums[f, 0, place] += weight[i]
            sums[f, 1, place] += weighted[i]


@kernel_function
def _search(sums: Floats, widths: Floats) -> tuple[Floats, Floats, Floats]:
    many, bands, _, bins = sums.shape
    low, starts, durations = np.zeros(many), np.zeros(many), np.zeros(many)
    filled = np.empty(bins)  # weight of a bin: a box that begins before its first point is no better
    share, signal = np.empty((bands, 2 * bins + 1)), np.empty((bands, 2 * bins + 1))
    for f in range(many):
        for k in range(bins):
            filled[k] = 0.0
        for b in range(bands):
            share[b, 0], signal[b, 0] = 0.0, 0.0
            for k in range(bins):
                filled[k] += sums[f, b, 0, k]
            for k in range(2 * bins):
                share[b, k + 1] = share[b, k] + sums[f, b, 0, k % bins]
                signal[b, k + 1] = signal[b, k] + sums[f, b, 1, k % bins]
        for wide in widths:
            width = int(wide * bins + 0.5)
            for start in range(bins):
                if filled[start] == 0.0:
                    continue
                total = 0.0
                for b in range(bands):
                    r, s = share[b, start + width] - share[b, start], signal[b, start + width] - signal[b, start]
                    if s > 0 and 1e-9 < r < 1 - 1e-9:
                        total += s * s / (r * (1 - r))
                if total > low[f]:
                    low[f], starts[f], durations[f] = total, start / bins, width / bins
    return low, starts, durations
