"""Young stellar objects: accretion in bursts, dips by dust, spots, and a slow wander."""

import numpy as np
from numpy.typing import NDArray

from .light import Bands, Generator, Light, by_band, log_normal, quantiles, reddening, star
from .rotators import rotation
from .walks import damped_random_walk

Array = NDArray[np.floating]


def shots(rng: Generator, time: Array, interval: float, rise: float, fall: float, height: float) -> Array:
    """A train of bursts: each rises and falls exponentially, at times without memory.

    Parameters
    ----------
    interval : mean time from one to the next [d]. rise, fall : [d]. height : mean height, exponential.
    """
    span = time[-1] - time[0]
    count = int(rng.poisson(span / interval))
    start = rng.uniform(time[0], time[-1], count)
    heights = rng.exponential(height, count)
    since = time[:, None] - start
    shape = np.exp(np.where(since < 0, since / rise, -since / fall))
    return np.asarray((heights * shape).sum(1))


def yso(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """T Tauri stars: bursters (0.35), dippers (0.35), spotted (0.15) and all of it (0.15).

    After the kinds of Cody et al. 2014 (AJ 147, 82): bursts of days, dips of days every few days or without order,
    rotation of 1 to 12 d, and a walk of weeks to months. Dust dims g 1.4 times as much as r, accretion 1.3 times.
    """
    red = quantiles(rng, 12.8, 13.6, 14.9, 16.0, 17.2, 18.6, 19.8)
    kind = rng.random()
    bursts, dips = kind < 0.35 or kind > 0.85, 0.35 < kind < 0.70 or kind > 0.85
    period = log_normal(rng, 4.5, 0.25, spread)
    tau, sigma = log_normal(rng, 60.0, 0.4, spread), log_normal(rng, 0.24, 0.22, spread)
    spots = 0.16 * log_normal(rng, 1.0, 0.25, spread) * rotation(rng, time, period, rng.uniform(60, 300))
    slow = damped_random_walk(rng, time, tau, sigma)
    change = by_band(band, 1.3, 1.0) * slow + by_band(band, 1.25, 1.0) * spots
    if bursts:
        fall = log_normal(rng, 3.0, 0.3, spread)
        change -= by_band(band, 1.3, 1.0) * np.minimum(shots(rng, time, 8 * fall, 0.4 * fall, fall, 0.5), 3.0)
    if dips:
        turns = time / period + rng.random() + 0.05 * damped_random_walk(rng, time, 10 * period, 1.0)
        depth = 0.6 * np.exp(0.6 * damped_random_walk(rng, time, 3 * period, 1.0)) * log_normal(rng, 1.0, 0.2, spread)
        near = np.exp(-0.5 * (((turns + 0.5) % 1 - 0.5) / rng.uniform(0.07, 0.15)) ** 2)
        change += by_band(band, 1.4, 1.0) * np.minimum(depth * near, 3.5)
    dust = reddening(rng, 0.4)
    colour = rng.normal(1.0, 0.25) + dust[0] - dust[1]
    return star(by_band(band, red + colour, red) + change, period=period, tau=tau, sigma=sigma)
