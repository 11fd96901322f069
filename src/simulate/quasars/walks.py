"""Damped random walks of many objects at once, whose parameters may change."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def changing_walks(rng: np.random.Generator, time: Array, change: Array, tau: Array, sigma: Array) -> Array:
    """Ornstein-Uhlenbeck processes of mean 0, exactly, with other parameters from a time on.

    Over d days x decays by exp(-d / tau) and gains noise of variance sigma^2 (1 - exp(-2 d / tau))
    (Kelly et al. 2009, ApJ 698, 895, section 2). Where the change falls between two visits both stretches are
    gone through, one after the other: after a change of sigma the variance relaxes to the new one within tau.

    Parameters
    ----------
    time : (n, m) [d], in order along the second axis; equal times have equal values.
    change : (n,) [d]; NaN for none.
    tau, sigma : (n, 2) before and after, time of decorrelation [d] and standard deviation over long times.

    Returns
    -------
    (n, m), stationary at the first visit.
    """
    at = np.where(np.isnan(change), np.inf, change)[:, None]
    early, late = np.minimum(time, at), np.maximum(time, at)
    late = np.where(np.isfinite(late), late, 0.0)  # no change: nothing is late
    lag = [np.diff(each, axis=1) / tau[:, [place]] for place, each in enumerate((early, late))]
    gain = [-(sigma[:, [place]] ** 2) * np.expm1(-2 * each) for place, each in enumerate(lag)]
    decay = np.exp(-lag[0] - lag[1])
    kick = np.sqrt(gain[0] * np.exp(-2 * lag[1]) + gain[1]) * rng.standard_normal(decay.shape)
    first = np.where(time[:, 0] < at[:, 0], sigma[:, 0], sigma[:, 1])
    path = np.empty(time.shape)
    path[:, 0] = first * rng.standard_normal(len(time))
    for step in range(decay.shape[1]):
        path[:, step + 1] = path[:, step] * decay[:, step] + kick[:, step]
    return path
