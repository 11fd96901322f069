"""Seven harmonics of the period, fitted to one band: the shape of a periodic light curve."""

import math

import numpy as np

from ..feature import kernel_function, of_band
from ..lightcurves import Floats
from ..maths.least_squares import least_norm

HARMONICS = 7
TERMS = 2 * HARMONICS + 1
FLOOR = 0.01  # mag, added to every error
CHI_FLOOR = 5.01  # the same in Harmonics_chi, as coded


@kernel_function
def series(time: Floats, magnitude: Floats, error: Floats, period: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Of the fit: the terms at each point, (n, 15), and weighted; weighted magnitudes, (n,); room for coefficients."""
    n = time.size
    basis, weighted, right = np.empty((n, TERMS)), np.empty((n, TERMS)), np.empty(n)
    for i in range(n):
        angle, weight = 2 * np.pi * ((time[i] / period) % 1), 1 / (error[i] + FLOOR)
        basis[i, 0] = 1.0
        for k in range(1, HARMONICS + 1):
            basis[i, k], basis[i, HARMONICS + k] = math.cos(k * angle), math.sin(k * angle)
        for k in range(TERMS):
            weighted[i, k] = basis[i, k] * weight
        right[i] = magnitude[i] * weight
    return basis, weighted, right, np.empty(TERMS)


@kernel_function
def described(basis: Floats, solution: Floats, magnitude: Floats, error: Floats) -> Floats:
    """Amplitudes, phases and residuals of a fit."""
    out, n = np.empty(TERMS), magnitude.size
    first = math.atan2(solution[HARMONICS + 1], solution[1])
    for k in range(1, HARMONICS + 1):
        cosine, sine = solution[k], solution[HARMONICS + k]
        out[k - 1] = math.hypot(cosine, sine)
        if k > 1:
            out[HARMONICS + k - 2] = (math.atan2(sine, cosine) - k * first) % (2 * math.pi)
    squares, relative = 0.0, 0.0
    for i in range(n):
        residual = magnitude[i]
        for k in range(TERMS):
            residual -= basis[i, k] * solution[k]
        squares += residual**2
        relative += (residual / (error[i] + CHI_FLOOR)) ** 2
    out[-2] = squares / n
    out[-1] = relative / (n - TERMS) if n > TERMS else np.nan
    return out


@of_band(
    *((f"Harmonics_mag_{k}", "mag", f"amplitude of harmonic {k} of 7") for k in range(1, HARMONICS + 1)),
    *(
        (f"Harmonics_phase_{k}", "rad", f"phase of harmonic {k} - {k} times the phase of the first, in [0, 2 pi)")
        for k in range(2, HARMONICS + 1)
    ),
    ("Harmonics_mse", "mag^2", "mean squared residual"),
    ("Harmonics_chi", "", "sum (residual / (e + 5.01))^2 / (N - 15)"),
    minimum=1,
    undefined="where no period was found; Harmonics_chi below 16 points",
    source="lc_classifier 2.1.0: weights 1 / (e + 0.01), pseudo-inverse",
    compiled=False,
)
def harmonic_fit(time: Floats, magnitude: Floats, error: Floats, period: float) -> Floats:
    if np.isnan(period):
        return np.full(TERMS, np.nan)
    basis, weighted, right, solution = series(time, magnitude, error, period)
    if not least_norm(weighted, right, solution):
        solution = np.linalg.lstsq(weighted, right, rcond=1e-15)[0]
    return described(basis, solution, magnitude, error)


KERNELS = (harmonic_fit,)
