"""Power of the flux variations of one band at two time scales, by Mexican-hat filters that allow gaps."""

import math

import numpy as np

from ..feature import kernel_function, of_band
from ..lightcurves import Floats

SLOW, FAST = 100.0, 10.0  # days, the two time scales
ZERO_POINT = 19.0  # magnitude of flux 1
SHORTEST_REACH = 30.0  # days on either side, 6 of the code's default steps of 5 d
FEWEST = 4  # points within two thirds of the reach


@kernel_function
def filtered(time: Floats, flux: Floats, scale: float) -> tuple[Floats, float]:
    """Difference of two smoothed light curves at each point, NaN with too few neighbours, and the filter's norm."""
    narrow = 0.225 * scale / math.sqrt(2)  # of two Gaussians, the other one twice as wide
    reach = max(6 * narrow, SHORTEST_REACH)
    step = reach / 500
    grid = -reach + step * np.arange(1001)
    first, second = np.exp(-(grid**2) / (2 * narrow**2)), np.exp(-(grid**2) / (8 * narrow**2))
    norm = step * np.sum((first / (step * first.sum()) - second / (step * second.sum())) ** 2)
    out = np.full(time.size, np.nan)
    begin = 0
    for i in range(time.size):
        while time[i] - time[begin] >= reach:
            begin += 1
        near, sum_1, sum_2, weight_1, weight_2 = 0, 0.0, 0.0, 0.0, 0.0
        for j in range(begin, time.size):
            lag = time[j] - time[i]
            if lag >= reach:
                break
            g_2 = math.exp(-(lag**2) / (8 * narrow**2))
            g_1 = g_2**4
            sum_1 += g_1 * flux[j]
            sum_2 += g_2 * flux[j]
            weight_1 += g_1
            weight_2 += g_2
            near += abs(lag) <= reach * 2 / 3
        if near >= FEWEST:
            out[i] = sum_1 / weight_1 - sum_2 / weight_2
    return out, norm


@of_band(
    ("MHPS_ratio", "", "MHPS_low / MHPS_high"),
    (
        "MHPS_low",
        "",
        "mean over points of (f_1 - f_2)^2 / (norm mean(f)^2) - P, f = 10^(-0.4 (m - 19)) smoothed by Gaussians of "
        "sigma 0.225 * 100 d / sqrt(2) and twice that, norm the integral of the squared filter, "
        "P = (mean flux error / mean f)^2",
    ),
    ("MHPS_high", "", "the same at 10 d; P is not subtracted where it is larger"),
    ("MHPS_non_zero", "", "points with at least 4 neighbours within 20 d, on which MHPS_high rests"),
    ("MHPS_PN_flag", "", "1 where P is the larger"),
    minimum=1,
    undefined="without a point that has 4 points, itself included, within two thirds of the filter's reach",
    source="Arévalo et al. 2012, as in ALeRCE's mhps",
)
def mexican_hat_power(time: Floats, magnitude: Floats, error: Floats) -> Floats:
    # the published code keeps days and magnitudes in single precision: 0.004 d at MJD 58000
    time = time.astype(np.float32).astype(np.float64)
    flux = 10 ** (-0.4 * (magnitude - ZERO_POINT))
    mean = flux.mean()
    slow, slow_norm = filtered(time, flux - mean, SLOW)
    fast, fast_norm = filtered(time, flux - mean, FAST)
    seen_slow, seen_fast = np.isfinite(slow), np.isfinite(fast)
    if not seen_slow.any() or not seen_fast.any():
        return np.full(5, np.nan)
    noise = (0.4 * math.log(10) * np.mean((flux * error)[seen_slow]) / mean) ** 2
    low = np.mean(slow[seen_slow] ** 2) / slow_norm / mean**2 - noise
    high = np.mean(fast[seen_fast] ** 2) / fast_norm / mean**2
    drowned = not high > noise
    if not drowned:
        high -= noise
    return np.array([low / high, low, high, float(seen_fast.sum()), 1.0 if drowned else 0.0])


KERNELS = (mexican_hat_power,)
