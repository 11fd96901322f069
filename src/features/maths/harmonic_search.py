"""Fourier series fitted around any frequencies, and the frequencies at which one may fit.

At a frequency a constant and k harmonics are fitted to each band by least squares with weights 1 / e^2
(Schwarzenberg-Czerny 1996; Palmer 2009). Products of cosines are sums of cosines, so the normal equations of k
harmonics are made of weighted sums up to harmonic 2 k; one Cholesky factor, harmonic after harmonic, gives the fits of
1, 2, ... k harmonics together. The same small steps are taken around every frequency, so the sums of all frequencies
and steps are one matrix product a harmonic.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..feature import kernel_function
from ..lightcurves import Floats, Integers
from .periodogram import highest_peaks
from .spectrum import Band, Grid, explained

MOST = 8  # harmonics
POINTS_EACH = 8  # points that a coefficient of a band must have
SHIFT = 0.4  # cycles over the light curve between two frequencies of a grid
STACKS = ((1, 16), (2, 12), (3, 12), (6, 12))  # harmonics whose powers are summed, and how many peaks of the sum
SINGULAR = 1e-10  # share of a column that those before it leave: below it has no place in the fit

Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Joint:
    """All bands of an object.

    Attributes
    ----------
    bands : as :func:`~.spectrum.band_of` makes them.
    units : (bands,) what a magnitude is in the residuals of each: the root of the sum of 1 / e^2.
    most : (bands,) harmonics that each can bear.
    """

    bands: tuple[Band, ...]
    units: Floats
    most: Integers

    @cached_property
    def size(self) -> int:
        """Points of all bands."""
        return sum(band.time.size for band in self.bands)

    @cached_property
    def variance(self) -> float:
        """chi^2 of a constant in each band."""
        return sum(band.variance for band in self.bands)

    @cached_property
    def span(self) -> float:
        """Days from the first to the last point."""
        return float(max(band.time.max() for band in self.bands) - min(band.time.min() for band in self.bands))


def joined(bands: Sequence[Band], units: Sequence[float]) -> Joint:
    """Bands, and how many harmonics each bears: one coefficient for :data:`POINTS_EACH` points."""
    sizes = np.array([band.time.size for band in bands])
    return Joint(tuple(bands), np.array(units), np.clip((sizes // POINTS_EACH - 1) // 2, 1, MOST))


def lowered(joint: Joint, frequency: Floats, shift: Floats) -> Floats:
    """By how much 1, 2, ... harmonics lower chi^2 of a constant, at each frequency plus each shift.

    Returns
    -------
    (frequencies, shifts, harmonics), summed over bands; a band that bears fewer harmonics has its most.
    """
    out = np.zeros((frequency.size, shift.size, int(joint.most.max())))
    for band, most in zip(joint.bands, joint.most.tolist(), strict=True):
        _add(*_sums(band, frequency, shift, most), out)
    return out


def coefficients(band: Band, frequency: float, harmonics: int) -> Floats:
    """(harmonics, 2) of cos and sin in the weighted fit with a constant, in units of ``band.residual``."""
    turn = np.exp(2j * np.pi * ((frequency * band.time) % 1))[:, None] ** np.arange(1, harmonics + 1)
    basis = np.concatenate((np.ones((band.time.size, 1)), turn.real, turn.imag), axis=1)
    root = np.sqrt(band.weight)
    found = np.linalg.lstsq(basis * root[:, None], band.residual * root, rcond=None)[0]
    return np.asarray(found[1:].reshape(2, harmonics).T)


def penalised(joint: Joint, low: Floats, factor: float) -> Floats:
    """An information criterion of each number of harmonics, less that of a constant; a common factor of errors is free.

    N ln(chi^2 / chi^2 of a constant) + factor p ln N, p two for each harmonic of each band and one for the frequency
    (Schwarz 1978 has factor 1).

    Parameters
    ----------
    low : (..., harmonics) of :func:`lowered`.
    """
    harmonics = np.arange(1, low.shape[-1] + 1)
    free = 1 + 2 * np.minimum(harmonics[:, None], joint.most).sum(axis=1)
    left = np.maximum(1 - low / joint.variance, 1e-9)
    value: Floats = joint.size * np.log(left) + factor * free * np.log(joint.size)
    return value


def grid_of(span: float, shortest: float) -> Grid:
    """Multiples of one frequency, so that the harmonics of a place are places too."""
    step = SHIFT / span
    return Grid(step, step, max(int(1 / (shortest * step)), 3))


def candidates(joint: Joint, grid: Grid) -> Floats:
    """Frequencies at which sums of the one-harmonic powers of a frequency and its multiples have their peaks."""
    power = explained(joint.bands[0], grid)
    for band in joint.bands[1:]:
        power = power + explained(band, grid)
    places, upto = [], 1
    stacked = power.copy()
    for harmonics, peaks in STACKS:
        if harmonics == 1 or harmonics <= joint.most.max():
            _stack(power, stacked, upto, harmonics)
            places.append(highest_peaks(stacked, peaks))
            upto = harmonics
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


def _sums(band: Band, frequency: Floats, shift: Floats, most: int) -> tuple[Complex, Complex]:
    """Sums of w e^(i j phase), (2 most, frequencies, shifts), and of w y e^(i j phase), (most, ...)."""
    first = np.exp(2j * np.pi * ((frequency[:, None] * band.time) % 1))
    step = np.exp(2j * np.pi * (band.time[:, None] * shift))
    weight, weighted = band.weight, band.weight * band.residual
    single = np.empty((2 * most, frequency.size, shift.size), dtype=np.complex128)
    double = np.empty((most, frequency.size, shift.size), dtype=np.complex128)
    turn, moved = first, step
    for j in range(2 * most):
        single[j] = turn @ (weight[:, None] * moved)
        if j < most:
            double[j] = turn @ (weighted[:, None] * moved)
        turn, moved = turn * first, moved * step
    return single, double


@kernel_function
def _add(single: Complex, double: Complex, out: Floats) -> None:
    """Add what each number of harmonics explains."""
    most = double.shape[0]
    matrix, right = np.empty((2 * most, 2 * most)), np.empty(2 * most)
    for f in range(out.shape[0]):
        for shift in range(out.shape[1]):
            _normal(single[:, f, shift], double[:, f, shift], matrix, right)
            _nested(matrix, right, out[f, shift])


@kernel_function
def _normal(single: Complex, double: Complex, matrix: Floats, right: Floats) -> None:
    """Normal equations of cos, sin, cos 2, sin 2, ..., the constant already eliminated; lower triangle."""
    for j in range(double.size):
        row = 2 * j
        right[row], right[row + 1] = double[j].real, double[j].imag
        for k in range(j + 1):
            column = 2 * k
            minus = single[j - k - 1] if j > k else 1.0 + 0.0j
            plus = single[j + k + 1]
            a, b = single[j], single[k]
            matrix[row, column] = 0.5 * (minus.real + plus.real) - a.real * b.real
            matrix[row, column + 1] = 0.5 * (plus.imag - minus.imag) - a.real * b.imag
            matrix[row + 1, column] = 0.5 * (plus.imag + minus.imag) - a.imag * b.real
            matrix[row + 1, column + 1] = 0.5 * (minus.real - plus.real) - a.imag * b.imag


@kernel_function
def _nested(matrix: Floats, right: Floats, out: Floats) -> None:
    """Cholesky, adding to ``out`` what the first 1, 2, ... harmonics explain; a column that others span is left out."""
    total = 0.0
    for a in range(right.size):
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
    for k in range(right.size // 2, out.size):
        out[k] += total
