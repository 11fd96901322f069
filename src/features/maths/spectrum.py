"""How much of the variance of one band a sinusoid explains, at every frequency of a grid.

A constant and a sinusoid fitted with weights 1 / e^2 lower chi^2 by an amount that six sums over the points give
(the floating-mean periodogram: Zechmeister & Kürster 2009, eqs. 4 to 19, with one harmonic the same number as the
orthogonal polynomials of Schwarzenberg-Czerny 1996). The sums, two ways:

few points: a matrix product. With f = f_a +- f_b the sums over cos(f_a) cos(f_b), sin(f_a) sin(f_b), ... give two
frequencies each. It is taken in single precision, which is enough to see where the power is high; there the sums are
taken again, exact to rounding;
many points: a non-uniform fast Fourier transform (finufft, Barnett et al. 2019), exact to 1e-9.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from finufft import nufft1d1
from numpy.typing import NDArray

from ..feature import kernel_function
from ..lightcurves import Floats, Integers

MOST_PRODUCTS = 800  # points above which the transform is faster, measured
HALF = 96  # offsets b on each side
WIDTH = 2 * HALF + 1
CHUNK = 32  # values of a at a time: with HALF, products that stay in the processor's cache
SINGULAR = 1e-12  # a determinant below it: at such a frequency the points have one phase
DOUBTFUL = 1e-2  # a determinant below which single precision says nothing
ROUGH = 1e-4  # of the variance, error of what single precision gives above it
MANY = 0.05  # share of doubtful frequencies from which on double precision is taken for all


@dataclass(frozen=True)
class Grid:
    """Frequencies ``first + step * k``, k = 0 .. size - 1, in cycles a day."""

    first: float
    step: float
    size: int

    def frequency(self, place: Integers) -> Floats:
        """Frequencies of some places."""
        return self.first + self.step * place.astype(np.float64)


@dataclass(frozen=True)
class Band:
    """Points of one band, ready to be fitted.

    Attributes
    ----------
    time : (n,) days since some near time, so that f t keeps its fraction.
    residual : (n,) magnitudes minus their weighted mean, times the root of the sum of 1 / e^2: their weighted mean
        square is chi^2.
    weight : (n,) 1 / e^2, scaled to sum 1.
    """

    time: Floats
    residual: Floats
    weight: Floats

    @property
    def variance(self) -> float:
        """chi^2 of a constant."""
        return float(np.sum(self.weight * self.residual**2))


def band_of(time: Floats, magnitude: Floats, error: Floats) -> Band:
    """Weights and residuals of one band."""
    weight = error**-2.0
    scale = weight.sum()
    weight = weight / scale
    residual = magnitude - magnitude[0]  # of equal magnitudes 0, not rounding
    return Band(time, (residual - np.sum(weight * residual)) * np.sqrt(scale), weight)


@dataclass(frozen=True)
class Spectrum:
    """By how much a constant and a sinusoid lower chi^2 of a constant, from 0 to ``band.variance``.

    Attributes
    ----------
    rough : (grid.size,) to within :data:`ROUGH` of the variance; infinite where that cannot be said.
    at : gives it at some places of the grid, exact.
    """

    rough: Floats
    at: Callable[[Integers], Floats]


def spectrum_of(band: Band, grid: Grid) -> Spectrum:
    """What is explained at each frequency of a grid."""
    if band.time.size > MOST_PRODUCTS:
        whole = _by_transform(band, grid)
        return Spectrum(whole, whole.__getitem__)
    blocks = -(-grid.size // WIDTH)
    coarse = _turning(band.time, grid.first + grid.step * HALF, grid.step * WIDTH, blocks)
    fine = _turning(band.time, 0.0, grid.step, HALF + 1)

    def at(places: Integers) -> Floats:
        return _again(*coarse, *fine, band.weight, band.residual, places)

    scale = band.variance
    right = _right(*fine, band.weight, band.residual / np.sqrt(scale))
    rough, doubtful = _by_products(coarse, right, scale, np.float32)
    if doubtful > MANY * grid.size:
        rough, _ = _by_products(coarse, right, scale, np.float64)
    return Spectrum(rough[: grid.size], at)


def explained(band: Band, grid: Grid) -> Floats:
    """The same as numbers that are the caller's: to within :data:`ROUGH` of the variance, exact where that is not."""
    spectrum = spectrum_of(band, grid)
    values = spectrum.rough.copy()
    doubtful = np.flatnonzero(np.isinf(values))
    values[doubtful] = spectrum.at(doubtful)
    return values


def explained_at(band: Band, frequency: Floats) -> Floats:
    """The same at any frequencies, point by point."""
    return explained_near(band.time, band.residual, band.weight, frequency, 0.0, 1)[:, 0]


@kernel_function
def _lowered(
    yc: float, ys: float, c: float, s: float, c2: float, s2: float, least: float = SINGULAR, otherwise: float = 0.0
) -> float:
    """Equations 4 to 19 of Zechmeister & Kürster, from sums over w y cos, w y sin, w cos, w sin, w cos 2, w sin 2.

    ``otherwise`` where the determinant is not above ``least``.
    """
    cc = 0.5 * (1 + c2) - c * c
    ss = 0.5 * (1 - c2) - s * s
    cs = 0.5 * s2 - c * s
    determinant = cc * ss - cs * cs
    lowered = (ss * yc * yc + cc * ys * ys - 2 * cs * yc * ys) / determinant
    return lowered if determinant > least else otherwise


@kernel_function
def _turning(time: Floats, first: float, step: float, size: int) -> tuple[Floats, Floats]:
    """Cosine and sine, (size, n), of 2 pi t (first + step k), each from the one before."""
    cosine, sine = np.empty((size, time.size)), np.empty((size, time.size))
    for i in range(time.size):
        start, turn = 2 * np.pi * ((first * time[i]) % 1), 2 * np.pi * ((step * time[i]) % 1)
        cosine[0, i], sine[0, i] = np.cos(start), np.sin(start)
        sine[-1, i], cosine[-1, i] = np.sin(turn), np.cos(turn)
    turn_c, turn_s = cosine[-1].copy(), sine[-1].copy()
    if size == 1:
        for i in range(time.size):
            start = 2 * np.pi * ((first * time[i]) % 1)
            cosine[0, i], sine[0, i] = np.cos(start), np.sin(start)
    for k in range(1, size):
        for i in range(time.size):
            cosine[k, i] = cosine[k - 1, i] * turn_c[i] - sine[k - 1, i] * turn_s[i]
            sine[k, i] = sine[k - 1, i] * turn_c[i] + cosine[k - 1, i] * turn_s[i]
    return cosine, sine


def _by_products(
    coarse: tuple[Floats, Floats], right: tuple[Floats, Floats], scale: float, kind: type
) -> tuple[Floats, int]:
    tables: list[Floats] = [each.astype(kind) for each in (*coarse, *right)]
    cosine, sine, single, double = tables
    out = np.empty((len(cosine), WIDTH))
    doubtful = DOUBTFUL if kind is np.float32 else SINGULAR
    unknown, rows = 0, min(2 * CHUNK, 2 * len(cosine))
    sums: Floats = np.empty((rows, single.shape[1]), kind)
    sums_2: Floats = np.empty((rows, double.shape[1]), kind)
    for start in range(0, len(cosine), CHUNK):
        c, s = cosine[start : start + CHUNK], sine[start : start + CHUNK]
        left, left_2 = np.concatenate((c, s)), np.concatenate((c * c - s * s, 2 * s * c))
        np.matmul(left, single, out=sums[: len(left)])
        np.matmul(left_2, double, out=sums_2[: len(left)])
        unknown += _combine(sums[: len(left)], sums_2[: len(left)], scale, doubtful, out[start : start + CHUNK])
    return out.reshape(-1), unknown


@kernel_function
def _right(cosine: Floats, sine: Floats, weight: Floats, residual: Floats) -> tuple[Floats, Floats]:
    """Columns of the right factors: w y cos, w y sin, w cos, w sin; and w cos 2, w sin 2."""
    rows, n = cosine.shape
    single, double = np.empty((n, 4 * rows)), np.empty((n, 2 * rows))
    for i in range(n):
        for k in range(rows):
            c, s, w = cosine[k, i], sine[k, i], weight[i]
            single[i, k], single[i, rows + k] = w * residual[i] * c, w * residual[i] * s
            single[i, 2 * rows + k], single[i, 3 * rows + k] = w * c, w * s
            double[i, k], double[i, rows + k] = w * (c * c - s * s), w * 2 * s * c
    return single, double


@kernel_function
def _combine(single: Floats, double: Floats, scale: float, doubtful: float, out: Floats) -> int:
    """cos(a +- b) = cos a cos b -+ sin a sin b, sin(a +- b) = sin a cos b +- cos a sin b; counts what is infinite."""
    blocks, half = out.shape[0], out.shape[1] // 2
    rows = half + 1
    plus, minus = np.empty(rows), np.empty(rows)
    unknown, otherwise = 0, np.inf if doubtful > SINGULAR else 0.0
    for a in range(blocks):
        c, s, c2, s2 = single[a], single[blocks + a], double[a], double[blocks + a]
        for b in range(rows):
            y, z, w = rows + b, 2 * rows + b, 3 * rows + b
            plus[b] = _lowered(
                c[b] - s[y], s[b] + c[y], c[z] - s[w], s[z] + c[w], c2[b] - s2[y], s2[b] + c2[y], doubtful, otherwise
            )
            minus[b] = _lowered(
                c[b] + s[y], s[b] - c[y], c[z] + s[w], s[z] - c[w], c2[b] + s2[y], s2[b] - c2[y], doubtful, otherwise
            )
        for b in range(rows):
            out[a, half + b], out[a, half - b] = scale * plus[b], scale * minus[b]
            unknown += (plus[b] == np.inf) + (minus[b] == np.inf)
    return unknown


@kernel_function
def explained_near(time: Floats, residual: Floats, weight: Floats, first: Floats, step: float, size: int) -> Floats:
    """What is explained at ``first + step * k``, k = 0 .. size - 1, (first.size, size): each phase from the last."""
    out = np.empty((first.size, size))
    for place in range(first.size):
        sums = np.zeros((size, 6))
        for i in range(time.size):
            start, turn = 2 * np.pi * ((first[place] * time[i]) % 1), 2 * np.pi * ((step * time[i]) % 1)
            c, s, turn_c, turn_s = np.cos(start), np.sin(start), np.cos(turn), np.sin(turn)
            w = weight[i]
            y = w * residual[i]
            for k in range(size):
                sums[k, 0] += y * c
                sums[k, 1] += y * s
                sums[k, 2] += w * c
                sums[k, 3] += w * s
                sums[k, 4] += w * (c * c - s * s)
                sums[k, 5] += w * 2 * s * c
                c, s = c * turn_c - s * turn_s, s * turn_c + c * turn_s
        for k in range(size):
            out[place, k] = _lowered(sums[k, 0], sums[k, 1], sums[k, 2], sums[k, 3], sums[k, 4], sums[k, 5])
    return out


@kernel_function
def _again(
    cosine: Floats,
    sine: Floats,
    fine_cosine: Floats,
    fine_sine: Floats,
    weight: Floats,
    residual: Floats,
    places: Integers,
) -> Floats:
    """The same at some places, point by point, in double precision."""
    out = np.empty(places.size)
    for k in range(places.size):
        a, b = places[k] // WIDTH, places[k] % WIDTH - HALF
        way = 1.0 if b >= 0 else -1.0
        yc, ys, c, s, c2, s2 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(weight.size):
            near_c, near_s = fine_cosine[abs(b), i], way * fine_sine[abs(b), i]
            cos, sin = cosine[a, i] * near_c - sine[a, i] * near_s, sine[a, i] * near_c + cosine[a, i] * near_s
            w = weight[i]
            y = w * residual[i]
            yc += y * cos
            ys += y * sin
            c += w * cos
            s += w * sin
            c2 += w * (cos * cos - sin * sin)
            s2 += w * 2 * sin * cos
        out[k] = _lowered(yc, ys, c, s, c2, s2)
    return out


def _by_transform(band: Band, grid: Grid) -> Floats:
    weights = np.stack([band.weight * band.residual, band.weight])
    single = _transform(band.time, weights, grid)
    double = _transform(2 * band.time, weights[1:], grid)
    return _join(single[0], single[1], double[0])


def _transform(time: Floats, weights: Floats, grid: Grid) -> NDArray[np.complex128]:
    middle = grid.first + grid.step * (grid.size // 2)  # the transform's modes are centred on zero
    turned = weights * np.exp(2j * np.pi * ((middle * time) % 1))
    angle = 2 * np.pi * ((grid.step * time) % 1)
    sums = nufft1d1(angle, turned, grid.size, eps=1e-9, isign=1, nthreads=1, upsampfac=1.25)
    return np.asarray(sums).reshape(len(weights), grid.size)


@kernel_function
def _join(y: NDArray[np.complex128], w: NDArray[np.complex128], double: NDArray[np.complex128]) -> Floats:
    out = np.empty(y.size)
    for k in range(y.size):
        out[k] = _lowered(y[k].real, y[k].imag, w[k].real, w[k].imag, double[k].real, double[k].imag)
    return out
