"""Dwarf novae, magnetic and nova-like systems, and novae."""

import numpy as np
from numpy.typing import NDArray

from .light import Bands, Generator, Light, by_band, log_normal, quantiles
from .walks import damped_random_walk
from .weather import FIRST, NIGHTS

Array = NDArray[np.floating]

CATALOGUED = 21.5  # mag: a fainter star leaves nothing in the template that magnitudes could be corrected by


def outburst(since: Array, rise: float, top: float, fall: float) -> Array:
    """Height of an outburst over its amplitude: up, flat, and down in straight lines of magnitude.

    Parameters
    ----------
    since : days from the beginning. rise, top, fall : how long each takes [d].
    """
    up = np.clip(since / rise, 0, 1)
    down = np.clip((since - rise - top) / fall, 0, 1)
    return np.asarray(up * (1 - down))


def _dwarf_nova(rng: Generator, time: Array, spread: float) -> tuple[Array, float]:
    """Brightening [mag] over quiescence, positive; and the mean interval [d]."""
    interval = float(np.clip(log_normal(rng, 55.0, 0.4, spread), 8, 800))
    amplitude = float(np.clip(rng.normal(2.2 + 0.9 * np.log10(interval), 0.6 * spread), 1.5, 7.5))
    begin = time[0] - interval * rng.random()
    count = int((time[-1] - begin) / interval) + 2
    # quasi-periodic: a quarter of an interval early or late
    starts = begin + interval * np.cumsum(np.maximum(1 + 0.25 * rng.standard_normal(count), 0.2))
    height = np.zeros_like(time)
    for start in starts.tolist():
        big = rng.random() < 0.2  # a superoutburst
        top = rng.uniform(8, 15) if big else rng.uniform(0, 4)
        size = amplitude * (1.1 if big else rng.uniform(0.7, 1.0))
        shape = outburst(time - start, rng.uniform(0.6, 2.0), top, size / rng.uniform(0.35, 0.9))
        height = np.maximum(height, size * shape)
    return height, interval


def _states(rng: Generator, time: Array) -> Array:
    """Low states [mag], negative: accretion stops for months and comes back."""
    walk = damped_random_walk(rng, time, rng.uniform(60, 300), 1.0)
    return np.asarray(-rng.uniform(1.0, 3.5) / (1 + np.exp(-6 * (walk - rng.uniform(-0.3, 0.8)))))


def _nova(rng: Generator, time: Array, spread: float) -> tuple[Array, float]:
    """Magnitudes below the peak, and the moment of the peak: a fast rise, then a power law of time (universal decline).

    F goes as t^-1.75 (Hachisu & Kato 2006, ApJS 167, 59); t2, two magnitudes below peak, from 8 to 80 d.
    """
    moment = rng.uniform(FIRST, FIRST + NIGHTS)
    since = time - moment
    two = log_normal(rng, 22.0, 0.3, spread)
    scale = two / (10 ** (2 / (2.5 * 1.75)) - 1)
    decline = 2.5 * 1.75 * np.log10(1 + np.maximum(since, 0) / scale)
    flicker = 0.12 * damped_random_walk(rng, time, 3.0, 1.0)
    before = since < 0
    return np.where(before, np.where(since > -2.5, -3.0 * since, np.inf), decline + flicker), moment


def cataclysmic(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """Dwarf novae (0.75), systems with high and low states (0.13) and novae (0.12): blue, flickering."""
    kind = rng.random()
    if kind > 0.88:
        peak = quantiles(rng, 11.5, 12.9, 14.8, 16.8, 17.8, 18.8, 19.5)
        below, moment = _nova(rng, time, spread)
        magnitude = by_band(band, peak + rng.normal(0.2, 0.2), peak) + below
        return Light(magnitude, None, bool(rng.random() < 0.6), False, {"moment": moment})
    flicker = by_band(band, 1.1, 1.0) * rng.uniform(0.05, 0.18) * damped_random_walk(rng, time, 0.05, 1.0)
    flicker = flicker + 0.1 * damped_random_walk(rng, time, 20.0, 1.0)
    if kind > 0.75:
        red = quantiles(rng, 14.0, 15.0, 16.3, 17.3, 18.2, 19.2, 20.0)
        height, interval = _states(rng, time), np.nan
    else:
        red = quantiles(rng, 16.0, 17.2, 18.8, 19.9, 20.8, 22.0, 23.0)
        height, interval = _dwarf_nova(rng, time, spread)
    colour = rng.normal(0.25, 0.15)
    # In outburst the disc outshines the red star.
    bluer = by_band(band, 0.25, 0.0) * np.clip(height / 3, 0, 1)
    magnitude = by_band(band, red + colour, red) - height + flicker - bluer
    seen = red < CATALOGUED
    return Light(magnitude, None, bool(rng.random() < 0.8), seen, {"interval": interval})
