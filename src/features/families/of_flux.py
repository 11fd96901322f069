"""What fluxes tell, negative ones too: how far above the noise they rise, and models fitted to them as they are."""

import numpy as np

from ..feature import of_band
from ..lightcurves import Floats
from .moments import weighted_mean
from .random_walk import damped_random_walk
from .supernova import HIGH, LOW, fit

BEFORE, AFTER = 100.0, 300.0  # days around the peak in which a supernova is looked for
FLOOR = 0.01  # of the largest flux, added to every error
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


@of_band(("Flux_max", "uJy", "largest flux"), minimum=1, source="by its definition")
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


@of_band(
    ("SPM_A", "uJy", "A of the model of a supernova (SPM_A of alerce152), least chi^2 over A in [F_max / 3, 3 F_max], "
     "F the flux of the difference image from 100 d before to 300 d after its peak, the largest F - e"),
    ("SPM_t0", "d", "t0 of the same, from the peak, in [-100, 50]"),
    ("SPM_gamma", "d", "gamma, the plateau, in [1, 100]"),
    ("SPM_beta", "", "beta, the plateau's slope, in [0, 1]"),
    ("SPM_tau_rise", "d", "tau_rise, in [1, 100]"),
    ("SPM_tau_fall", "d", "tau_fall, in [1, 100]"),
    ("SPM_chi", "", "sum ((F - f) / (e + 0.01 F_max))^2 / (N - 6)"),
    minimum=4,
    undefined="without a flux above 0; SPM_chi below 7 points of that time",
    source="Villar et al. 2019, smoothed by Sánchez-Sáez et al. 2021; fluxes as they are, also over years",
)  # fmt: skip
def supernova_of_flux(time: Floats, difference_flux: Floats, difference_flux_error: Floats) -> Floats:
    out, peak = np.full(7, np.nan), 0
    for i in range(time.size):
        if difference_flux[i] - difference_flux_error[i] > difference_flux[peak] - difference_flux_error[peak]:
            peak = i
    top, n = difference_flux[peak], 0
    since, flux, error = np.empty(time.size), np.empty(time.size), np.empty(time.size)
    if not top > 0:
        return out
    for i in range(time.size):
        day = time[i] - time[peak]
        if -BEFORE <= day <= AFTER:
            since[n], flux[n], error[n] = day, difference_flux[i], difference_flux_error[i] + FLOOR * top
            n += 1
    low, high = LOW.copy(), HIGH.copy()
    low[0], high[0], low[1] = top / 3, top * 3, -BEFORE
    starts = (
        (1.2 * top, -10.0, 10.0, 0.5, 5.0, 30.0),
        (1.5 * top, -25.0, 30.0, 0.5, 10.0, 60.0),
        (top, -5.0, 1.0, 0.5, 1.0, 20.0),  # only the decline is seen
    )
    lowest, p = np.inf, np.empty(6)
    for start in starts:
        for a in range(6):
            p[a] = start[a]
        total = fit(p, low, high, since[:n], flux[:n], error[:n])
        if total < lowest:
            lowest = total
            for a in range(6):
                out[a] = p[a]
    if n > 6:
        out[6] = lowest / (n - 6)
    return out


KERNELS = (significance, largest_flux, random_walk_of_flux, supernova_of_flux)
