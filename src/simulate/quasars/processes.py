"""What active nuclei may do that is no damped random walk: processes of mean 0 and variance 1, exact at any times."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Generator = np.random.Generator

WALK, SHOTS, CARMA, PERIODIC = PROCESSES = ("walk", "shots", "carma", "periodic")
MOVING = 0.2  # of the fast timescale: that of the moving average of CARMA(2,1)
COHERENT = 5.0  # periods within which an oscillation loses its phase by 1/e
BEFORE = 10.0  # decays before the first visit, from which on flares are drawn


def shot_noise(rng: Generator, time: Array, rise: Array, decay: Array, rate: float) -> Array:
    """Sum of flares, brighter being negative: exponential rise and decay, exponential amplitudes, Poisson in time.

    Of flares g(t) = exp(t / rise) before and exp(-t / decay) after the peak, nu a day, with amplitudes a, the mean is
    nu <a> (rise + decay) and the variance nu <a^2> (rise + decay) / 2 (Campbell's theorem). Where rise < decay the
    light curve read backwards is another one.

    Parameters
    ----------
    time : (n, m) [d], in order. rise, decay : (n,) [d]. rate : flares within rise + decay, on average.
    """
    begin, end = time[:, 0] - BEFORE * decay, time[:, -1] + BEFORE * rise
    number = rng.poisson(rate * (end - begin) / (rise + decay))
    total = np.zeros(time.shape)
    for flare in range(int(number.max(initial=0))):
        since = time - (begin + (end - begin) * rng.random(len(time)))[:, None]
        height = np.where(flare < number, rng.exponential(size=len(time)), 0.0)
        shape = np.minimum(since / rise[:, None], 0) - np.maximum(since / decay[:, None], 0)
        total += height[:, None] * np.exp(shape)
    scaled: Array = (rate - total) / np.sqrt(rate)
    return scaled


def carma(rng: Generator, time: Array, slow: Array, fast: Array) -> Array:
    """CARMA(2,1) with two real roots: smooth within the fast timescale, decorrelated after the slow one.

    The process is a combination of two Ornstein-Uhlenbeck processes that one noise drives (Brockwell 2001, section 2;
    Kelly et al. 2014, ApJ 788, 33), whose joint increments are Gaussian and known.

    Parameters
    ----------
    time : (n, m) [d], in order. slow, fast : (n,) [d], not the same.
    """
    timescale, weight = np.stack([slow, fast]), carma_weights(slow, fast)
    rates = 1 / timescale[:, None] + 1 / timescale[None]  # (2, 2, n)
    stationary = 1 / rates
    state = np.empty((2, *time.shape))
    state[:, :, 0] = _pair(rng, stationary)
    lag = np.diff(time, axis=1)
    decay = np.exp(-lag / timescale[..., None])
    kicks = _pair(rng, -np.expm1(-lag * rates[..., None]) * stationary[..., None])
    for step in range(lag.shape[1]):
        state[:, :, step + 1] = state[:, :, step] * decay[:, :, step] + kicks[:, :, step]
    combined: Array = (weight[..., None] * state).sum(0)
    return combined


def carma_weights(slow: Array, fast: Array) -> Array:
    """(2, n) weights of the two Ornstein-Uhlenbeck processes of unit noise in a CARMA(2,1) of variance 1."""
    moving = MOVING * fast
    weight = np.stack([1 - moving / slow, -(1 - moving / fast)])
    timescale = np.stack([slow, fast])
    stationary = 1 / (1 / timescale[:, None] + 1 / timescale[None])
    variance = np.einsum("in,ijn,jn->n", weight, stationary, weight)
    scaled: Array = weight / np.sqrt(variance)
    return scaled


def oscillation(rng: Generator, time: Array, period: Array) -> Array:
    """Quasi-periodic: an oscillator whose phase and amplitude wander.

    The real part of a complex Ornstein-Uhlenbeck process; its covariance is exp(-lag / (5 P)) cos(2 pi lag / P)
    (a complex term of celerite, Foreman-Mackey et al. 2017, eq. 10).

    Parameters
    ----------
    time : (n, m) [d], in order. period : P, (n,) [d].
    """
    rate = (2j * np.pi - 1 / COHERENT) / period
    noise = rng.standard_normal((2, *time.shape))
    kicks = noise[0] + 1j * noise[1]
    lag = np.diff(time, axis=1)
    decay, gain = np.exp(rate[:, None] * lag), np.sqrt(-np.expm1(2 * rate.real[:, None] * lag))
    state = np.empty(time.shape, complex)
    state[:, 0] = kicks[:, 0]
    for step in range(lag.shape[1]):
        state[:, step + 1] = state[:, step] * decay[:, step] + gain[:, step] * kicks[:, step + 1]
    return state.real


def _pair(rng: Generator, covariance: Array) -> Array:
    """(2, ...) Gaussian pairs of covariance (2, 2, ...), by its Cholesky factor; it may be of rank 1."""
    first, second = rng.standard_normal((2, *covariance.shape[2:]))
    root = np.sqrt(covariance[0, 0])
    along = np.divide(covariance[0, 1], root, out=np.zeros_like(root), where=root > 0)
    across = np.sqrt(np.maximum(covariance[1, 1] - along**2, 0))
    return np.stack([root * first, along * first + across * second])
