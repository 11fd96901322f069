"""The shape of a supernova in one band: rise, plateau and decline, fitted to the flux of the difference image."""

import math

import numpy as np

from ..feature import kernel_function, of_band
from ..lightcurves import Floats
from ..maths.least_squares import bounded_step

SWITCH = 3.0  # days over which the plateau gives way to the decline
FLOOR = 0.01  # added to every flux error
# of A, which a light curve bounds, t0, gamma, beta, tau_rise and tau_fall
LOW = np.array([np.nan, -50.0, 1.0, 0.0, 1.0, 1.0])
HIGH = np.array([np.nan, 50.0, 100.0, 1.0, 100.0, 100.0])
STEPS = 60  # of a fit at most
STIFFEST = 1e8  # damping at which a fit ends: steps are that small then
ENOUGH = 1e-6  # relative gain of a step below which a fit ends
PERFECT = 1e-6  # chi^2 at which it ends too: fewer points than parameters can be met exactly


@kernel_function
def flux_of(magnitude: float) -> float:
    """Flux in 1e-26 erg / (s cm^2 Hz), which is mJy, of an AB magnitude."""
    return 10 ** (-(magnitude + 48.6) / 2.5 + 26)


@kernel_function
def residuals(p: Floats, time: Floats, flux: Floats, error: Floats, residual: Floats, jacobian: Floats) -> float:
    """Fill (model - flux) / error, (n,), and its derivatives, (n, 6); returns the sum of squares.

    Parameters A, t0, gamma, beta, tau_rise, tau_fall as in Sánchez-Sáez et al. 2021, appendix A.
    """
    amplitude, start, plateau, slope, rise, fall = p[0], p[1], p[2], p[3], p[4], p[5]
    total = 0.0
    for i in range(time.size):
        since, after = time[i] - start, time[i] - start - plateau
        switch = 1 / (1 + math.exp(-after / SWITCH))
        up = 1 / (1 + math.exp(-since / rise))
        decay = math.exp(-after / fall) if switch > 0 else 0.0
        declining, lasting = (1 - slope) * decay, 1 - slope * since / plateau
        shape = declining * switch + lasting * (1 - switch)
        weight = 1 / error[i]
        residual[i] = (amplitude * up * shape - flux[i]) * weight
        total += residual[i] ** 2
        scale = amplitude * up * weight
        turn = switch * (1 - switch) / SWITCH * (declining - lasting)  # d shape / d after, of the switch alone
        fade = declining * switch / fall  # - d shape / d after, of the decline alone
        jacobian[i, 0] = up * shape * weight
        jacobian[i, 1] = scale * (-(1 - up) / rise * shape - turn + fade + slope / plateau * (1 - switch))
        jacobian[i, 2] = scale * (-turn + fade + slope * since / plateau**2 * (1 - switch))
        jacobian[i, 3] = scale * (-decay * switch - since / plateau * (1 - switch))
        jacobian[i, 4] = -scale * (1 - up) * since / rise**2 * shape
        jacobian[i, 5] = scale * declining * switch * after / fall**2
    return total


@kernel_function
def fit(p: Floats, low: Floats, high: Floats, time: Floats, flux: Floats, error: Floats) -> float:
    """Levenberg-Marquardt within bounds: moves ``p``, (6,), and returns its sum of squares."""
    n = time.size
    residual, jacobian = np.empty(n), np.empty((n, 6))
    next_residual, next_jacobian = np.empty(n), np.empty((n, 6))
    candidate, damping = np.empty(6), 1e-2
    total = residuals(p, time, flux, error, residual, jacobian)
    for _ in range(STEPS):
        bounded_step(p, low, high, residual, jacobian, damping, candidate)
        next_total = residuals(candidate, time, flux, error, next_residual, next_jacobian)
        if next_total < total:
            gain, total = total - next_total, next_total
            damping = max(damping / 5, 1e-9)
            for a in range(6):
                p[a] = candidate[a]
            residual, next_residual = next_residual, residual
            jacobian, next_jacobian = next_jacobian, jacobian
            if gain < ENOUGH * total or total < PERFECT:
                break
        else:
            damping *= 4
            if damping > STIFFEST:
                break
    return total


@of_band(
    ("SPM_A", "mJy", "A of F(t) = A / (1 + exp(-(t - t0) / tau_rise)) [(1 - beta) exp(-(t - t1) / tau_fall) S + "
     "(1 - beta (t - t0) / gamma) (1 - S)], t1 = t0 + gamma, S = 1 / (1 + exp(-(t - t1) / 3 d)), t since the first "
     "point, least chi^2 over A in [F_max / 3, 3 F_max]; F from the magnitudes of the difference image"),
    ("SPM_t0", "d", "t0 of the same, in [-50, 50]"),
    ("SPM_gamma", "d", "gamma, the plateau, in [1, 100]"),
    ("SPM_beta", "", "beta, the plateau's slope, in [0, 1]"),
    ("SPM_tau_rise", "d", "tau_rise, in [1, 100]"),
    ("SPM_tau_fall", "d", "tau_fall, in [1, 100]"),
    ("SPM_chi", "", "sum ((F - f) / (error + 0.01 mJy))^2 / (N - 6)"),
    minimum=1,
    undefined="SPM_chi below 7 points",
    source="Villar et al. 2019, smoothed by Sánchez-Sáez et al. 2021; weighted, where lc_classifier 2.1.0 is not",
    on="magnitude",
)  # fmt: skip
def supernova_shape(time: Floats, difference: Floats, difference_error: Floats) -> Floats:
    n, peak = time.size, 0
    since, flux, error = np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        since[i], flux[i] = time[i] - time[0], flux_of(difference[i])
        error[i] = flux_of(difference[i] - difference_error[i]) - flux[i] + FLOOR
        if flux[i] > flux[peak]:
            peak = i
    top, when = flux[peak], since[peak]
    low, high = LOW.copy(), HIGH.copy()
    low[0], high[0] = top / 3, top * 3
    starts = (
        (3 * top, -5.0, since[-1], 0.5, when / 2, 40.0),  # the published one
        (1.2 * top, when * 2 / 3, when, 0.5, when / 2, 50.0),  # the peak lies inside
        (top, when - 5, 1.0, 0.5, 1.0, 20.0),  # only the decline is seen
    )
    out, p = np.full(7, np.nan), np.empty(6)
    lowest = np.inf
    for start in starts:
        for a in range(6):
            p[a] = min(max(start[a], low[a]), high[a])
        total = fit(p, low, high, since, flux, error)
        if total < lowest:
            lowest = total
            for a in range(6):
                out[a] = p[a]
        if total < PERFECT:
            break
    if n > 6:
        out[6] = lowest / (n - 6)
    return out


KERNELS = (supernova_shape,)
