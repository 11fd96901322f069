"""Fourier series fitted at any frequency, and the frequencies at which one may fit.

At a frequency a constant and k harmonics are fitted to each band by least squares with weights 1 / e^2
(Schwarzenberg-Czerny 1996; Palmer 2009). Products of cosines are sums of cosines, so the normal equations of k
harmonics are made of weighted sums up to harmonic 2 k; one Cholesky factor, harmonic after harmonic, gives the fits of
1, 2, ... k harmonics together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..feature import kernel_function
from ..lightcurves import Floats, Integers
from .periodogram import highest_peaks
from .spectrum import Band, Grid, explained

MOST = 8  # harmonics
POINTS_EACH = 3  # points that a coefficient of a band must have
SHIFT = 0.4  # cycles over the light curve between two frequencies of a grid
STACKS = ((1, 16), (2, 12), (3, 12), (6, 12))  # harmonics whose powers are summed, and how many peaks of the sum
SCAN = np.linspace(-1.0, 1.0, 9) * 0.3  # cycles over the light curve around a candidate
SINGULAR = 1e-10  # share of a column that those before it leave: below it has no place in the fit


@dataclass(frozen=True)
class Joint:
    """All bands of an object.

    Attributes
    ----------
    time, residual, weight : (n,) as in :class:`~.spectrum.Band`, band after band.
    edges : (bands + 1,) where each begins, and where the last ends.
    most : (bands,) harmonics that each can bear.
    variance : sum of chi^2 of a constant in each band.
    """

    time: Floats
    residual: Floats
    weight: Floats
    edges: Integers
    most: Integers
    variance: float

    @property
    def span(self) -> float:
        """Days from the first to the last point."""
        return float(self.time.max() - self.time.min())


def joined(bands: Sequence[Band]) -> Joint:
    """Bands in one array each."""
    sizes = np.array([band.time.size for band in bands])
    return Joint(
        np.concatenate([band.time for band in bands]),
        np.concatenate([band.residual for band in bands]),
        np.concatenate([band.weight for band in bands]),
        np.concatenate(([0], np.cumsum(sizes))),
        np.clip((sizes // POINTS_EACH - 1) // 2, 1, MOST),
        sum(band.variance for band in bands),
    )


def lowered(joint: Joint, frequency: Floats) -> Floats:
    """By how much 1, 2, ... harmonics lower chi^2 of a constant.

    Returns
    -------
    (frequencies, harmonics), summed over bands; a band that bears fewer harmonics has its most.
    """
    return _lowered(joint.time, joint.residual, joint.weight, joint.edges, joint.most, frequency)


def penalised(joint: Joint, low: Floats) -> Floats:
    """The Bayesian information criterion of each number of harmonics, less that of a constant, errors to a factor.

    N ln(chi^2 / chi^2 of a constant) + p ln N, p two for each harmonic of each band and one for the frequency
    (Schwarz 1978; a factor common to all errors is fitted).

    Parameters
    ----------
    low : (frequencies, harmonics) of :func:`lowered`.
    """
    n, harmonics = joint.time.size, np.arange(1, low.shape[1] + 1)
    free = 1 + 2 * np.minimum(harmonics[:, None], joint.most).sum(axis=1)
    left = np.maximum(1 - low / joint.variance, 1e-9)
    return np.asarray(n * np.log(left) + free * np.log(n))


def grid_of(span: float, shortest: float) -> Grid:
    """Multiples of one frequency, so that the harmonics of a place are places too."""
    step = SHIFT / span
    return Grid(step, step, int(1 / (shortest * step)))


def candidates(bands: Sequence[Band], grid: Grid) -> Floats:
    """Frequencies at which sums of the one-harmonic powers of a frequency and its multiples have their peaks."""
    power = explained(bands[0], grid)
    for band in bands[1:]:
        power = power + explained(band, grid)
    places = []
    stacked, upto = power.copy(), 1
    for harmonics, peaks in STACKS:
        _stack(power, stacked, upto, harmonics)
        upto = harmonics
        places.append(highest_peaks(stacked, peaks))
    return grid.frequency(np.unique(np.concatenate(places)))


@kernel_function
def _stack(power: Floats, stacked: Floats, upto: int, harmonics: int) -> None:
    """Add the powers of harmonics after ``upto``, each the highest within the places that it may have."""
    for h in range(upto + 1, harmonics + 1):
        for k in range(power.size // h - 1):
            middle = h * (k + 1) - 1
            best = power[middle]
            for place in range(middle - h // 2, middle + h // 2 + 1):
                best = max(best, power[place])
            stacked[k] += best


@kernel_function
def _lowered(
    time: Floats, residual: Floats, weight: Floats, edges: Integers, most: Integers, frequency: Floats
) -> Floats:
    largest = 1
    for b in range(most.size):
        largest = max(largest, most[b])
    out = np.zeros((frequency.size, largest))
    sums, matrix, right = np.empty((4, 2 * MOST + 1)), np.empty((2 * MOST, 2 * MOST)), np.empty(2 * MOST)
    for f in range(frequency.size):
        for b in range(most.size):
            _sums(time, residual, weight, edges[b], edges[b + 1], frequency[f], most[b], sums)
            _normal(sums, most[b], matrix, right)
            _nested(matrix, right, most[b], out[f])
    return out


@kernel_function
def _sums(
    time: Floats, residual: Floats, weight: Floats, start: int, stop: int, frequency: float, most: int, sums: Floats
) -> None:
    """Rows: w cos, w sin to twice the harmonics, w y cos, w y sin."""
    for j in range(2 * most + 1):
        for row in range(4):
            sums[row, j] = 0.0
    for i in range(start, stop):
        angle = 2 * np.pi * ((frequency * time[i]) % 1)
        c1, s1, w = np.cos(angle), np.sin(angle), weight[i]
        wy = w * residual[i]
        c, s = 1.0, 0.0
        for j in range(1, most + 1):
            c, s = c * c1 - s * s1, s * c1 + c * s1
            sums[0, j] += w * c
            sums[1, j] += w * s
            sums[2, j] += wy * c
            sums[3, j] += wy * s
        for j in range(most + 1, 2 * most + 1):
            c, s = c * c1 - s * s1, s * c1 + c * s1
            sums[0, j] += w * c
            sums[1, j] += w * s


@kernel_function
def _normal(sums: Floats, most: int, matrix: Floats, right: Floats) -> None:
    """Normal equations of cos, sin, cos 2, sin 2, ..., the constant already eliminated; lower triangle."""
    for j in range(1, most + 1):
        row = 2 * j - 2
        right[row], right[row + 1] = sums[2, j], sums[3, j]
        for k in range(1, j + 1):
            column, difference = 2 * k - 2, j - k
            c_minus = sums[0, difference] if difference else 1.0
            s_minus = sums[1, difference] if difference else 0.0
            c_plus, s_plus = sums[0, j + k], sums[1, j + k]
            matrix[row, column] = 0.5 * (c_minus + c_plus) - sums[0, j] * sums[0, k]
            matrix[row, column + 1] = 0.5 * (s_plus - s_minus) - sums[0, j] * sums[1, k]
            matrix[row + 1, column] = 0.5 * (s_plus + s_minus) - sums[1, j] * sums[0, k]
            matrix[row + 1, column + 1] = 0.5 * (c_minus - c_plus) - sums[1, j] * sums[1, k]


@kernel_function
def _nested(matrix: Floats, right: Floats, most: int, out: Floats) -> None:
    """Cholesky, adding to ``out`` what the first 1, 2, ... harmonics explain; a column that others span is left out."""
    total = 0.0
    for a in range(2 * most):
        whole = matrix[a, a]
        for b in range(a + 1):
            value = matrix[a, b]
            for c in range(b):
                value -= matrix[a, c] * matrix[b, c]
            if b < a:
                matrix[a, b] = value / matrix[b, b]
            else:
                matrix[a, a] = np.sqrt(value) if value > SINGULAR * max(whole, 1e-3) else np.inf
        value = right[a]
        for c in range(a):
            value -= matrix[a, c] * right[c]
        right[a] = value / matrix[a, a]
        total += right[a] * right[a]
        if a % 2:
            out[a // 2] += total
    for k in range(most, out.size):
        out[k] += total
