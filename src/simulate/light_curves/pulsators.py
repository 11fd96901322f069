"""RR Lyrae, Cepheids and delta Scuti stars: Fourier series in magnitude with the parameters of their class.

A series is sum A_k sin(2 pi k phase + phi_k), given as R_k1 = A_k / A_1 and phi_k1 = phi_k - k phi_1 (Simon & Lee
1981, ApJ 248, 291). Periods, amplitudes and magnitudes are ranges of the Catalina Surveys' southern variables
(Drake et al. 2017, MNRAS 469, 3688), 5 to 95 %; the Cepheids', which Catalina has few of, follow textbook ranges.
"""

import numpy as np
from numpy.typing import NDArray

from .light import Bands, Generator, Light, by_band, log_normal, quantiles, reddening, star

Array = NDArray[np.floating]

PHASES = np.linspace(0, 1, 64, endpoint=False)
HALO_DUST, PLANE_DUST = 0.06, 0.25  # mean E(B-V) [mag]


def fourier(phase: Array, ratios: tuple[float, ...], angles: tuple[float, ...]) -> Array:
    """A Fourier series of amplitude 1 from peak to peak and mean 0.

    Parameters
    ----------
    phase : in turns. ratios, angles : R_21, R_31, ... and phi_21, phi_31, ... [rad].
    """

    def series(at: Array) -> Array:
        turn = 2 * np.pi * at
        total = np.sin(turn)
        for k, (ratio, angle) in enumerate(zip(ratios, angles, strict=True), start=2):
            total = total + ratio * np.sin(k * turn + angle)
        return np.asarray(total)

    return np.asarray(series(phase) / np.ptp(series(PHASES)))


def _pulsate(
    rng: Generator,
    time: Array,
    band: Bands,
    period: float,
    amplitude: tuple[float, float],
    mean: tuple[float, float],
    shape: tuple[tuple[float, ...], tuple[float, ...]],
) -> Light:
    phase = time / period + rng.random()
    return star(by_band(band, *mean) + by_band(band, *amplitude) * fourier(phase, *shape), period=period)


def _colours(rng: Generator, red: float, colour: float, dust: float) -> tuple[float, float]:
    """Mean magnitudes in g and r; ``red`` is what is seen, so dust reddens only."""
    green, less = reddening(rng, dust)
    return red + colour + green - less, red


def rr_lyrae(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """Fundamental mode (ab, 0.65), first overtone (c, 0.3), or both at once (d, 0.05); one ab in seven has Blazhko's.

    Longer periods go with smaller amplitudes (Bailey's diagram); g has 1.4 times the amplitude of r.
    """
    red = quantiles(rng, 13.2, 14.4, 15.8, 16.8, 17.7, 18.9, 20.0)
    kind = rng.random()
    if kind > 0.65:
        period = float(np.clip(rng.normal(0.322, 0.036 * spread), 0.22, 0.46))
        amplitude = float(np.clip(rng.normal(0.44, 0.08 * spread), 0.15, 0.75))
        shape = (rng.uniform(0.08, 0.20), rng.uniform(0.03, 0.09)), (rng.normal(3.1, 0.2), rng.normal(3.5, 0.5))
        light = _pulsate(rng, time, band, period, (amplitude, amplitude / 1.4), _colours(rng, red, 0.12, 0.08), shape)
        if kind > 0.95:
            beat = by_band(band, 0.3, 0.3 / 1.4) * amplitude * np.sin(2 * np.pi * time / (period / 0.745))
            light = star(light.magnitude + beat, period=period)
        return light
    period = float(np.clip(rng.normal(0.594, 0.078 * spread), 0.40, 0.95))
    amplitude = float(np.clip(0.86 - 2.9 * (period - 0.594) + 0.2 * spread * rng.standard_normal(), 0.25, 1.5))
    sharp = min(0.25 + 0.3 * amplitude, 0.6)  # large amplitudes are the more skewed
    ratios = 0.9 * sharp + 0.05, 0.75 * sharp - 0.04, 0.45 * sharp - 0.05
    angles = rng.normal(2.42, 0.08), rng.normal(5.05, 0.15), rng.normal(1.5, 0.2)
    mean = _colours(rng, red, 0.22, HALO_DUST)
    light = _pulsate(rng, time, band, period, (amplitude, amplitude / 1.4), mean, (ratios, angles))
    if rng.random() < 0.15:
        slow = 1 + 0.25 * np.sin(2 * np.pi * (time / rng.uniform(20, 120) + rng.random()))
        middle = by_band(band, *mean)
        light = star(middle + (light.magnitude - middle) * slow, period=period)
    return light


def cepheid(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """Classical (0.55), of type II (0.35), which ZTF sees more of in the halo, or anomalous (0.10).

    Classical ones change shape with period: the second harmonic fades towards 10 days (Hertzsprung's bump).
    """
    red = quantiles(rng, 12.9, 13.3, 14.0, 14.8, 15.9, 17.4, 19.0)
    kind = rng.random()
    if kind < 0.55:
        period = float(np.clip(log_normal(rng, 5.0, 0.28, spread), 1.5, 60))
        far = (np.log10(period) - 1) / 0.22
        ratios = 0.42 - 0.3 * float(np.exp(-0.5 * far**2)), 0.18 - 0.1 * float(np.exp(-0.5 * far**2))
        angles = (2.5 + 0.35 * np.log10(period), 5.0 + 0.5 * np.log10(period))
        amplitude, dust = float(np.clip(rng.normal(0.85, 0.2 * spread), 0.3, 1.5)), 0.5
    elif kind < 0.90:
        period = quantiles(rng, 0.8, 1.1, 2.5, 11.5, 17.0, 30.0, 60.0)
        ratios, angles = (rng.uniform(0.1, 0.35), 0.08), (rng.normal(3.2, 0.5), rng.normal(5.5, 0.6))
        amplitude, dust = float(np.clip(rng.normal(0.7, 0.25 * spread), 0.25, 1.4)), PLANE_DUST
    else:
        period = quantiles(rng, 0.6, 0.75, 0.82, 0.9, 1.18, 1.95, 2.4)
        ratios, angles = (0.42, 0.22), (rng.normal(2.6, 0.15), rng.normal(5.3, 0.3))
        amplitude, dust = quantiles(rng, 0.3, 0.4, 0.5, 0.65, 1.0, 1.4, 1.6), HALO_DUST
    mean = _colours(rng, red, rng.normal(0.45, 0.1), dust)
    return _pulsate(rng, time, band, period, (amplitude, amplitude / 1.5), mean, (ratios, angles))


def delta_scuti(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """High-amplitude delta Scuti and SX Phoenicis stars; one in four has a first overtone at 0.77 of the period."""
    red = quantiles(rng, 12.8, 13.4, 14.4, 15.3, 16.3, 18.0, 19.5)
    period = float(np.clip(log_normal(rng, 0.105, 0.17, spread), 0.04, 0.25))
    amplitude = quantiles(rng, 0.12, 0.18, 0.28, 0.38, 0.50, 0.70, 0.95)
    skew = rng.uniform(0.1, 0.45)
    shape = (skew, 0.45 * skew), (rng.normal(2.5, 0.25), rng.normal(5.2, 0.4))
    mean = _colours(rng, red, rng.normal(0.20, 0.06), 0.12)
    light = _pulsate(rng, time, band, period, (amplitude, amplitude / 1.35), mean, shape)
    if rng.random() < 0.25:
        beat = rng.uniform(0.1, 0.35) * by_band(band, amplitude, amplitude / 1.35)
        turn = np.sin(2 * np.pi * (time / (0.773 * period) + rng.random()))
        light = star(light.magnitude + 0.5 * beat * turn, period=period)
    return light


def long_period(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """Miras (0.45), semi-regular (0.4) and irregular giants: periods that wander, cycles of unequal depth, very red."""
    red = quantiles(rng, 12.6, 13.0, 13.7, 14.6, 15.8, 17.5, 19.0)
    kind = rng.random()
    colour = float(np.clip(rng.normal(2.0, 0.4), 1.1, 3.4))
    if kind < 0.45:
        period = float(np.clip(log_normal(rng, 270.0, 0.14, spread), 90, 650))
        amplitude = float(np.clip(rng.normal(3.2, 0.9 * spread), 1.6, 6.0))
    else:
        period = float(np.clip(log_normal(rng, 150.0, 0.30, spread), 35, 700))
        amplitude = log_normal(rng, 0.65, 0.2, spread)
    ratio = rng.uniform(0.68, 0.85)  # of the amplitudes in r and g
    # The cycle's length and depth wander a little, an irregular giant's more.
    loose = 0.02 if kind < 0.45 else (0.06 if kind < 0.85 else 0.15)
    turns = (time - time[0]) / period
    knots = np.arange(np.ceil(turns[-1]) + 2)
    drift = np.interp(turns, knots, np.cumsum(loose * rng.standard_normal(knots.size)))
    depth = np.interp(turns, knots, 1 + 3 * loose * rng.standard_normal(knots.size))
    wave = fourier(turns + drift + rng.random(), (rng.uniform(0.05, 0.25),), (rng.normal(3.0, 0.7),))
    if kind > 0.45:
        wave = wave + rng.uniform(0.1, 0.5) * 0.5 * np.sin(2 * np.pi * (turns * rng.uniform(1.6, 2.2) + rng.random()))
    mean = _colours(rng, red, colour, 0.2)
    slow = rng.normal(0, 0.15) * (turns - turns.mean()) * period / 1000  # a long secondary change
    magnitude = by_band(band, *mean) + by_band(band, amplitude, ratio * amplitude) * wave * depth + slow
    return star(magnitude, period=period)
