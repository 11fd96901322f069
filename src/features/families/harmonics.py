"""Seven harmonics of the period, fitted to one band: the shape of a periodic light curve."""

import numpy as np

from ..feature import of_band
from ..lightcurves import Floats
from ..maths.least_squares import least_norm

HARMONICS = 7
ORDERS = np.arange(1, HARMONICS + 1)
FLOOR = 0.01  # mag, added to every error
CHI_FLOOR = 5.01  # the same in Harmonics_chi, as coded


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
    out = np.full(2 * HARMONICS + 1, np.nan)
    if np.isnan(period):
        return out
    angle = 2 * np.pi * ((time / period) % 1)[:, None] * ORDERS
    basis = np.concatenate((np.ones((time.size, 1)), np.cos(angle), np.sin(angle)), axis=1)
    weight = 1 / (error + FLOOR)
    weighted, right = basis * weight[:, None], magnitude * weight
    solution: Floats = np.empty(basis.shape[1])
    if not least_norm(weighted, right, solution):
        solution[:] = np.linalg.lstsq(weighted, right, rcond=1e-15)[0]
    cosine, sine = solution[1 : HARMONICS + 1], solution[HARMONICS + 1 :]
    phase = np.arctan2(sine, cosine)
    residual = magnitude - basis @ solution
    out[:HARMONICS] = np.hypot(cosine, sine)
    out[HARMONICS : 2 * HARMONICS - 1] = ((phase - phase[0] * ORDERS) % (2 * np.pi))[1:]
    out[-2] = np.mean(residual**2)
    if time.size > basis.shape[1]:
        out[-1] = np.sum((residual / (error + CHI_FLOOR)) ** 2) / (time.size - basis.shape[1])
    return out


KERNELS = (harmonic_fit,)
