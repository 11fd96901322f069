"""Other periodic stars: spots that rotate and evolve, tides alone, and slow alternating giants."""

import numpy as np
from numpy.typing import NDArray

from .light import Bands, Generator, Light, by_band, log_normal, quantiles, reddening, star
from .pulsators import fourier
from .walks import damped_random_walk

Array = NDArray[np.floating]


def rotation(rng: Generator, time: Array, period: float, lifetime: float) -> Array:
    """Dimming by two spots, 0 to about 1: sizes wander over ``lifetime`` [d], the star turns in ``period`` [d]."""
    total = np.zeros_like(time)
    for weight in (1.0, rng.uniform(0.1, 0.6)):
        size = np.exp(0.3 * damped_random_walk(rng, time, lifetime, 1.0))
        drift = 0.05 * damped_random_walk(rng, time, lifetime, 1.0)
        facing = np.cos(2 * np.pi * (time / period + rng.random() + drift))
        total += weight * size * np.maximum(facing + rng.uniform(0.2, 1.0), 0) / 2
    return total


def periodic_other(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """RS CVn and BY Draconis (0.7), ellipsoidal (0.15) and RV Tauri stars or the like (0.15).

    Periods 0.27 to 40 d and amplitudes 0.1 to 0.45 mag, as Catalina's rotational variables (Drake et al. 2017).
    """
    red = quantiles(rng, 12.7, 13.1, 14.0, 14.9, 16.0, 17.4, 19.0)
    kind = rng.random()
    if kind < 0.70:
        period = quantiles(rng, 0.25, 0.30, 0.45, 2.0, 8.0, 35.0, 90.0)
        amplitude = log_normal(rng, 0.24, 0.17, spread)
        wave, ratio = rotation(rng, time, period, rng.uniform(150, 800)), 1 / 1.15
        colour = rng.normal(0.85, 0.2)
    elif kind < 0.85:
        period = log_normal(rng, 0.8, 0.35, spread)
        amplitude = log_normal(rng, 0.2, 0.15, spread)
        wave = fourier(2 * (time / period + rng.random()), (), ()) + 0.1 * fourier(time / period, (), ())
        ratio, colour = 0.97, rng.normal(0.5, 0.2)
    else:
        period = log_normal(rng, 60.0, 0.2, spread)
        amplitude = log_normal(rng, 0.9, 0.2, spread)
        phase = time / period + rng.random()
        wave = fourier(2 * phase, (0.15,), (3.0,)) + rng.uniform(0.1, 0.5) * fourier(phase, (), ())
        ratio, colour = 0.75, rng.normal(0.9, 0.2)
    dust = reddening(rng, 0.2)
    green = red + colour + dust[0] - dust[1]
    return star(by_band(band, green, red) + by_band(band, amplitude, ratio * amplitude) * wave, period=period)
