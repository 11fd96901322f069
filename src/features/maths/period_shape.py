"""The shape of a light curve folded at its best period, in the band with the most points."""

from dataclasses import dataclass

import numpy as np

from ..lightcurves import Floats
from .best_period import BestPeriod
from .box_search import box_at, depth
from .harmonic_search import Joint, coefficients
from .spectrum import Band

PHASES = np.arange(200) / 200
THREE = 3  # harmonics that a shape has at least


@dataclass(frozen=True)
class Shape:
    """Of a Fourier series m = sum a_k cos(k phi) + b_k sin(k phi) = sum A_k cos(k phi - phi_k).

    Attributes
    ----------
    amplitude : its largest less its smallest value.
    rise : share of the cycle from the faintest to the brightest phase.
    ratio : (2,) A_2 / A_1, A_3 / A_1.
    phase : (2,) phi_2 - 2 phi_1, phi_3 - 3 phi_1, in [0, 2 pi).
    dispersion : weighted standard deviation around it over that around the mean.
    minima : of a series of twice the period and harmonics: how much the minima in both halves differ, over amplitude.
    """

    amplitude: float
    rise: float
    ratio: Floats
    phase: Floats
    dispersion: float
    minima: float


@dataclass(frozen=True)
class Dip:
    """Depth (magnitudes), duration (phase) and signal-to-noise of the best box.

    second : depth half a cycle later over depth, at its period; doubled : the same at twice its period.
    """

    depth: float
    duration: float
    signal: float
    second: float
    doubled: float


def shape(found: BestPeriod, sign: float = 1.0) -> Shape:
    """The series of as many harmonics as were found, at least three where the points bear them."""
    band, unit, most = _largest(found.joint)
    harmonics = min(max(found.series.harmonics, THREE), most)
    frequency = 1 / found.period
    terms = coefficients(band, frequency, harmonics)
    curve = sign * _series(terms, PHASES)
    amplitude = float(np.ptp(curve))
    rise = float((PHASES[np.argmin(curve)] - PHASES[np.argmax(curve)]) % 1)
    size, phase = np.hypot(*terms.T), np.arctan2(terms[:, 1], terms[:, 0])
    ratio, relative = np.full(2, np.nan), np.full(2, np.nan)
    for place in range(min(2, harmonics - 1)):
        ratio[place] = size[place + 1] / size[0]
        relative[place] = (phase[place + 1] - (place + 2) * phase[0]) % (2 * np.pi)
    residual = band.residual - _series(terms, (frequency * band.time) % 1)
    residual = residual - np.sum(band.weight * residual)
    dispersion = float(np.sqrt(np.sum(band.weight * residual**2) / band.variance))
    return Shape(
        amplitude / unit,
        rise,
        ratio,
        relative,
        dispersion,
        _minima(band, frequency / 2, min(2 * harmonics, most), sign),
    )


def dip(found: BestPeriod, sign: float = 1.0) -> Dip:
    """The best box, and what lies half a cycle later at its period and at twice its period."""
    joint, box = found.joint, found.box
    band, unit, _ = _largest(joint)
    deep = depth(band, box, sign)
    free = joint.size - 2 * len(joint.bands)
    signal = float(np.sqrt(box.lowered * free / max(joint.variance - box.lowered, 1e-9 * joint.variance)))
    second = depth(band, box.later(0.5), sign) / deep
    twice = box_at(joint, box.frequency / 2, sign)
    doubled = depth(band, twice.later(0.5), sign) / depth(band, twice, sign)
    return Dip(deep / unit, box.duration, signal, second, doubled)


def _largest(joint: Joint) -> tuple[Band, float, int]:
    place = int(np.argmax([band.time.size for band in joint.bands]))
    return joint.bands[place], float(joint.units[place]), int(joint.most[place])


def _series(terms: Floats, phase: Floats) -> Floats:
    turn = np.exp(2j * np.pi * phase)[:, None] ** np.arange(1, len(terms) + 1)
    return np.asarray(turn.real @ terms[:, 0] + turn.imag @ terms[:, 1])


def _minima(band: Band, frequency: float, harmonics: int, sign: float) -> float:
    curve = sign * _series(coefficients(band, frequency, harmonics), PHASES)
    faintest = np.roll(curve, len(curve) // 4 - int(np.argmax(curve)))
    return float((curve.max() - faintest[len(curve) // 2 :].max()) / np.ptp(curve))
