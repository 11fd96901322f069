"""One band as a damped random walk: how far it wanders, and how soon it forgets."""

import math

import numpy as np

from ..feature import kernel_function, of_band
from ..lightcurves import Floats
from .moments import average

VARIANCE = (1e-10, 1e4)  # mag^2, between which the variance of the walk is looked for
TIME = (1e-5, 1e5)  # days, between which its time scale is looked for
VARIANCES, TIMES = 9, 17  # points of a first grid, even in logarithm
HALVINGS = 15  # of the search's step: to 5e-5 of a natural logarithm


@kernel_function
def log_likelihoods(variances: Floats, memory: Floats, centred: Floats, noise: Floats, out: Floats) -> None:
    """Fill ``out``, (k,), with log-likelihoods of Gaussian processes of k variances and one time scale.

    Covariance a exp(-|dt| / tau) and noise variances, by the Kalman filter; ``memory`` is exp(-dt / tau) from each
    point to the next, 0 for the first. The same numbers as celerite2's RealTerm (Foreman-Mackey et al. 2017) in as many
    operations as there are points. Together, for none waits for another's division.
    """
    size = variances.size
    state, spread = np.zeros(size), variances.copy()
    for k in range(size):
        out[k] = 0.0
    for i in range(centred.size):
        squared = memory[i] ** 2
        for k in range(size):
            before = memory[i] * state[k]
            wide = variances[k] + squared * (spread[k] - variances[k])
            innovation = centred[i] - before
            innovation_variance = wide + noise[i]
            out[k] += math.log(innovation_variance) + innovation**2 / innovation_variance
            gain = wide / innovation_variance
            state[k] = before + gain * innovation
            spread[k] = wide * (1 - gain)
    for k in range(size):
        out[k] = -0.5 * (out[k] + centred.size * math.log(2 * math.pi))


@kernel_function
def remember(log_time: float, time: Floats, memory: Floats) -> None:
    """Fill ``memory`` for a time scale."""
    rate = math.exp(-log_time)
    memory[0] = 0.0
    for i in range(1, time.size):
        memory[i] = math.exp(-rate * (time[i] - time[i - 1]))


@of_band(
    ("GP_DRW_sigma", "mag^2", "variance a of highest likelihood of covariance a exp(-|dt| / tau) + e^2, m - mean m"),
    ("GP_DRW_tau", "d", "time scale tau of the same, from 1e-5, no memory beyond the gaps, to 1e5"),
    minimum=2,
    undefined="GP_DRW_tau where the errors explain all variance",
    source="Foreman-Mackey et al. 2017; a and not its root, as in lc_classifier 2.1.0",
    on="magnitude",
)
def damped_random_walk(time: Floats, magnitude: Floats, error: Floats) -> Floats:
    centred, noise = magnitude - average(magnitude), error**2
    memory = np.empty(time.size)
    a_low, a_high = math.log(VARIANCE[0]), math.log(VARIANCE[1])
    tau_low, tau_high = math.log(TIME[0]), math.log(TIME[1])
    a_step, tau_step = (a_high - a_low) / (VARIANCES - 1), (tau_high - tau_low) / (TIMES - 1)
    best_a, best_tau, highest = a_low, tau_low, -np.inf
    variances, values = np.empty(VARIANCES), np.empty(VARIANCES)
    for k in range(VARIANCES):
        variances[k] = math.exp(a_low + k * a_step)
    for j in range(TIMES):
        remember(tau_low + j * tau_step, time, memory)
        log_likelihoods(variances, memory, centred, noise, values)
        for k in range(VARIANCES):
            if values[k] > highest:
                best_a, best_tau, highest = a_low + k * a_step, tau_low + j * tau_step, values[k]
    # pattern search (Hooke & Jeeves 1961): it needs no derivative and stays within bounds. One step for both: light
    # curves shorter than tau tell only a / tau, and along that ridge both must grow alike
    step, near = tau_step, np.empty(3)
    for _ in range(HALVINGS):
        step /= 2
        moved = True
        while moved:
            moved, from_a, from_tau = False, best_a, best_tau
            for along in range(-1, 2):
                tau = min(max(from_tau + along * step, tau_low), tau_high)
                remember(tau, time, memory)
                for across in range(-1, 2):
                    near[across + 1] = min(max(from_a + across * step, a_low), a_high)
                    variances[across + 1] = math.exp(near[across + 1])
                log_likelihoods(variances[:3], memory, centred, noise, values)
                for k in range(3):
                    if values[k] > highest + 1e-12:
                        best_a, best_tau, highest, moved = near[k], tau, values[k], True
    # without variance no time scale is more likely than another
    return np.array([math.exp(best_a), math.exp(best_tau) if best_a > a_low else np.nan])


KERNELS = (damped_random_walk,)
