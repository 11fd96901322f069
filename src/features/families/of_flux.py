"""What fluxes tell, negative ones too: how far above the noise they rise, and models fitted to them as they are."""

import numpy as np

from ..feature import of_band
from ..lightcurves import Floats
from .moments import weighted_mean
from .random_walk import damped_random_walk

CLEAR, SURE = 3.0, 5.0  # standard deviations
walk = damped_random_walk.compute


@of_band(
    ("chi2", "", "sum ((f - error-weighted mean f) / e)^2 / (N - 1), f flux"),
    ("SNR_max", "", "max f / e"),
    ("SNR_min", "", "min f / e"),
    ("share_positive", "", "share of points with f / e of at least 3"),
    ("share_negative", "", "share of points with f / e of at most -3"),
    ("bright_days", "d", "days from the first to the last point with f / e of at least 5"),
    ("days_to_peak", "d", "days from the first such point to the one with the largest f - e"),
    minimum=2,
    undefined="bright_days and days_to_peak without a point of f / e of at least 5",
    source="forced photometry, Smith et al. 2020; chi2 as in Sokolovsky et al. 2017",
)
def significance(time: Floats, flux: Floats, flux_error: Floats) -> Floats:
    mean, chi2, highest, lowest, positive, negative = weighted_mean(flux, flux_error), 0.0, -np.inf, np.inf, 0, 0
    first, last, peak = -1, -1, 0
    for i in range(flux.size):
        ratio = flux[i] / flux_error[i]
        chi2 += ((flux[i] - mean) / flux_error[i]) ** 2
        highest, lowest = max(highest, ratio), min(lowest, ratio)
        positive += ratio >= CLEAR
        negative += ratio <= -CLEAR
        if ratio >= SURE:
            first, last = (i if first < 0 else first), i
        if flux[i] - flux_error[i] > flux[peak] - flux_error[peak]:
            peak = i
    n = flux.size
    out = np.array([chi2 / (n - 1), highest, lowest, positive / n, negative / n, np.nan, np.nan])
    if first >= 0:
        out[5], out[6] = time[last] - time[first], time[peak] - time[first]
    return out


@of_band(("Flux_max", "uJy", "max f"), minimum=1)
def largest_flux(flux: Floats) -> float:
    highest = flux[0]
    for each in flux:
        highest = max(highest, each)
    return highest


@of_band(
    ("GP_DRW_sigma", "uJy^2", "variance a of highest likelihood of covariance a exp(-|dt| / tau) + e^2, f - mean f"),
    ("GP_DRW_tau", "d", "time scale tau of the same, from 1e-5, no memory beyond the gaps, to 1e5"),
    minimum=2,
    undefined="where all fluxes are equal; GP_DRW_tau where the errors explain all variance",
    source="Foreman-Mackey et al. 2017, of fluxes in units of their standard deviation",
)
def random_walk_of_flux(time: Floats, flux: Floats, flux_error: Floats) -> Floats:
    scale = np.std(flux)
    if not scale > 0:
        return np.full(2, np.nan)
    out = walk(time, flux / scale, flux_error / scale)
    out[0] *= scale**2
    return out


KERNELS = (significance, largest_flux, random_walk_of_flux)
