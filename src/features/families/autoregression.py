"""Memory of one band as an irregular autoregressive process of order one."""

import math

import numpy as np

from ..feature import kernel_function, of_band
from ..lightcurves import Floats
from .moments import EQUAL, average, central

GRID = 64  # values of phi among which the best one is looked for first
PRECISION = 1e-12
GOLDEN = (math.sqrt(5) - 1) / 2


@kernel_function
def negative_likelihood(phi: float, steps: Floats, scaled: Floats, variance: Floats) -> float:
    """Minus log-likelihood per point, up to a constant, of the Kalman filter of phi^dt.

    The published code takes the variance of the next point for the innovation of a point, and leaves out the last
    point; so does this.
    """
    state, spread, total = 0.0, 1.0, 0.0
    for i in range(steps.size):
        innovation_variance = spread + variance[i + 1]
        factor = phi ** steps[i]
        innovation = scaled[i] - state
        total += math.log(innovation_variance) + innovation**2 / innovation_variance
        gain = factor * spread / innovation_variance
        state = factor * state + gain * innovation
        spread = 1 - factor**2 + factor**2 * spread - gain * factor * spread
    return total / scaled.size


@of_band(
    (
        "IAR_phi",
        "",
        "phi in (0, 1) of highest likelihood of z_i = phi^(t_i - t_i-1) z_i-1 + noise, z = (m - mean m) / std(m) with "
        "errors e / std(m), std over N - 1",
    ),
    minimum=6,
    undefined=EQUAL,
    source="Eyheramendy et al. 2018, likelihood as in lc_classifier 2.1.0",
)
def irregular_autoregression(time: Floats, magnitude: Floats, error: Floats) -> float:
    n, middle = magnitude.size, average(magnitude)
    spread = math.sqrt(central(magnitude, 2) * n / (n - 1))
    if not spread > 0:
        return np.nan
    scaled, variance, steps = np.empty(n), np.empty(n), np.empty(n - 1)
    for i in range(n):
        scaled[i], variance[i] = (magnitude[i] - middle) / spread, (error[i] / spread) ** 2
        if i:
            steps[i - 1] = time[i] - time[i - 1]
    # evenly spaced in log(-log phi), the logarithm of the time in which memory is lost: 0.001 to 10^5 days
    best, lowest = 0, np.inf
    grid = np.empty(GRID)
    for k in range(GRID):
        grid[k] = math.exp(-(10 ** (3 - 8 * k / (GRID - 1))))
        value = negative_likelihood(grid[k], steps, scaled, variance)
        if value < lowest:
            best, lowest = k, value
    low = grid[best - 1] if best else 0.0
    high = grid[best + 1] if best < GRID - 1 else 1.0
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left = negative_likelihood(left, steps, scaled, variance)
    at_right = negative_likelihood(right, steps, scaled, variance)
    while high - low > PRECISION:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = negative_likelihood(left, steps, scaled, variance)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = negative_likelihood(right, steps, scaled, variance)
    phi = 0.5 * (low + high)
    return phi if negative_likelihood(phi, steps, scaled, variance) <= lowest else grid[best]


KERNELS = (irregular_autoregression,)
