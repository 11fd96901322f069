"""One band as a damped random walk: how far it wanders, and how soon it forgets."""

import math

import numpy as np

from ..feature import kernel_function, of_band
from ..lightcurves import Floats

VARIANCE = (1e-10, 1e4)  # mag^2, between which the variance of the walk is looked for
TIME = (1e-5, 1e5)  # days, between which its time scale is looked for
VARIANCES, TIMES = 9, 17  # points of a first grid, even in logarithm
HALVINGS = 18  # of the search's step: to 1e-5 of a natural logarithm


@kernel_function
def log_likelihood(log_variance: float, log_time: float, time: Floats, centred: Floats, noise: Floats) -> float:
    """Log-likelihood of a Gaussian process with covariance a exp(-|dt| / tau) and noise variances, by its Kalman filter.

    The same number as celerite2's RealTerm (Foreman-Mackey et al. 2017) in as many operations as there are points.
    """
    variance, rate = math.exp(log_variance), math.exp(-log_time)
    state, spread, total = 0.0, variance, 0.0
    for i in range(time.size):
        if i:
            factor = math.exp(-rate * (time[i] - time[i - 1]))
            state *= factor
            spread = variance + factor**2 * (spread - variance)
        innovation = centred[i] - state
        innovation_variance = spread + noise[i]
        total += math.log(innovation_variance) + innovation**2 / innovation_variance
        gain = spread / innovation_variance
        state += gain * innovation
        spread *= 1 - gain
    return -0.5 * (total + time.size * math.log(2 * math.pi))


@of_band(
    ("GP_DRW_sigma", "mag^2", "variance a of highest likelihood of covariance a exp(-|dt| / tau) + e^2, m - mean m"),
    ("GP_DRW_tau", "d", "time scale tau of the same, from 1e-5, no memory beyond the gaps, to 1e5"),
    minimum=2,
    undefined="GP_DRW_tau where the errors explain all variance",
    source="Foreman-Mackey et al. 2017; a and not its root, as in lc_classifier 2.1.0",
)
def damped_random_walk(time: Floats, magnitude: Floats, error: Floats) -> Floats:
    centred, noise = magnitude - magnitude.mean(), error**2
    low = np.array([math.log(VARIANCE[0]), math.log(TIME[0])])
    high = np.array([math.log(VARIANCE[1]), math.log(TIME[1])])
    best, highest = low.copy(), -np.inf
    for a in np.linspace(low[0], high[0], VARIANCES):
        for tau in np.linspace(low[1], high[1], TIMES):
            value = log_likelihood(a, tau, time, centred, noise)
            if value > highest:
                best[0], best[1], highest = a, tau, value
    # pattern search (Hooke & Jeeves 1961): it needs no derivative and stays within bounds
    step = (high - low) / np.array([VARIANCES - 1, TIMES - 1]) / 2
    for _ in range(HALVINGS):
        moved = True
        while moved:
            moved = False
            for across in range(-1, 2):
                for along in range(-1, 2):
                    a = min(max(best[0] + across * step[0], low[0]), high[0])
                    tau = min(max(best[1] + along * step[1], low[1]), high[1])
                    value = log_likelihood(a, tau, time, centred, noise)
                    if value > highest + 1e-12:
                        best[0], best[1], highest, moved = a, tau, value, True
        step /= 2
    found = np.exp(best)
    if best[0] == low[0]:  # without variance no time scale is more likely than another
        found[1] = np.nan
    return found


KERNELS = (damped_random_walk,)
