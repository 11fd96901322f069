"""Power of the flux variations of one band at two time scales, by Mexican-hat filters that allow gaps."""

import math

import numpy as np

from ..feature import kernel_function, of_band
from ..lightcurves import Floats
from .moments import average

SLOW, FAST = 100.0, 10.0  # days, the two time scales
ZERO_POINT = 19.0  # magnitude of flux 1
SHORTEST_REACH = 30.0  # days on either side, 6 of the code's default steps of 5 d
STEP = 2.0**-8  # days, between neighbouring single-precision numbers from MJD 32768 to 65536
FEWEST = 4  # points within two thirds of the reach


def filter_of(scale: float) -> tuple[float, float, float]:
    """Of a time scale in days: sigma of the narrower of two Gaussians, reach, integral of the squared filter."""
    narrow = 0.225 * scale / math.sqrt(2)  # the other one is twice as wide
    reach = max(6 * narrow, SHORTEST_REACH)
    grid, step = np.linspace(-reach, reach, 1001, retstep=True)
    first, second = np.exp(-(grid**2) / (2 * narrow**2)), np.exp(-(grid**2) / (8 * narrow**2))
    norm = step * np.sum((first / (step * first.sum()) - second / (step * second.sum())) ** 2)
    return narrow, float(reach), float(norm)


SLOW_FILTER, FAST_FILTER = filter_of(SLOW), filter_of(FAST)


@kernel_function
def smoothed_difference(
    time: Floats, flux: Floats, mean: float, filtered: tuple[float, float, float], out: Floats
) -> int:
    """Fill the difference of two smoothed light curves, NaN with too few neighbours; returns how many are not."""
    narrow, reach, _ = filtered
    begin, seen = 0, 0
    for i in range(time.size):
        while time[i] - time[begin] >= reach:
            begin += 1
        near, sum_1, sum_2, weight_1, weight_2 = 0, 0.0, 0.0, 0.0, 0.0
        for j in range(begin, time.size):
            lag = time[j] - time[i]
            if lag >= reach:
                break
            wide = math.exp(-(lag**2) / (8 * narrow**2))
            sharp = wide**4
            sum_1 += sharp * (flux[j] - mean)
            sum_2 += wide * (flux[j] - mean)
            weight_1 += sharp
            weight_2 += wide
            near += abs(lag) <= reach * 2 / 3
        out[i] = sum_1 / weight_1 - sum_2 / weight_2 if near >= FEWEST else np.nan
        seen += near >= FEWEST
    return seen


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
    undefined="without a point that has 4 points, itself included, within two thirds of the filter's reach; "
    "MHPS_ratio where MHPS_high is 0",
    source="Arévalo et al. 2012, as in ALeRCE's mhps",
    on="magnitude",
)
def mexican_hat_power(time: Floats, magnitude: Floats, error: Floats, zero: float) -> Floats:
    # the published code holds MJD in single precision; its steps, whatever days are counted from
    days, flux = np.empty(time.size), np.empty(time.size)
    for i in range(time.size):
        days[i], flux[i] = np.rint((zero + time[i]) / STEP) * STEP, 10 ** (-0.4 * (magnitude[i] - ZERO_POINT))
    mean = average(flux)
    slow, fast = np.empty(time.size), np.empty(time.size)
    seen_slow = smoothed_difference(days, flux, mean, SLOW_FILTER, slow)
    seen_fast = smoothed_difference(days, flux, mean, FAST_FILTER, fast)
    if not seen_slow or not seen_fast:
        return np.full(5, np.nan)
    low, high, noise = 0.0, 0.0, 0.0
    for i in range(time.size):
        if not np.isnan(slow[i]):
            low += slow[i] ** 2
            noise += 0.4 * math.log(10) * flux[i] * error[i]
        if not np.isnan(fast[i]):
            high += fast[i] ** 2
    noise = (noise / seen_slow / mean) ** 2
    low = low / seen_slow / SLOW_FILTER[2] / mean**2 - noise
    high = high / seen_fast / FAST_FILTER[2] / mean**2
    flag = 1.0
    if high > noise:
        high, flag = high - noise, 0.0
    return np.array([low / high, low, high, float(seen_fast), flag])


KERNELS = (mexican_hat_power,)
