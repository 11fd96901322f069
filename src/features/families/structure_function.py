"""The structure function of one band: how the difference of two magnitudes grows with the time between them."""

import numpy as np

from ..feature import of_band
from ..lightcurves import Floats

SHORTEST, LONGEST = 5.0, 365.0  # days between two points of a pair
EDGES = 10 ** np.arange(np.log10(SHORTEST), np.log10(2000), 0.1)  # days; 0.1 dex wide
FAILED = -0.5  # of both, as published, where no line can be drawn


@of_band(
    (
        "SF_ML_amplitude",
        "mag",
        "A of SF = A tau^gamma, tau in years, from the line log SF(log tau) at 0.01 < tau <= 0.5; SF^2 = mean over "
        "pairs in bins of 0.1 dex, 5 to 365 d, of (m_i - m_j)^2 - e_i^2 - e_j^2, negative bins left out; 0 below "
        "0.005, 15 above 15, -0.5 without two bins",
    ),
    ("SF_ML_gamma", "", "gamma of the same line, clipped to [-0.5, 3]; 0 where the amplitude is 0"),
    minimum=6,
    source="Schmidt et al. 2010, binned as in lc_classifier 2.1.0",
    on="magnitude",
)
def structure_function(time: Floats, magnitude: Floats, error: Floats) -> Floats:
    total, pairs = np.zeros(EDGES.size), np.zeros(EDGES.size)
    last = 0
    for i in range(time.size):
        for j in range(i + 1, time.size):
            lag = time[j] - time[i]
            if lag > LONGEST:
                break
            if lag >= EDGES[0]:
                while EDGES[last] > lag:
                    last -= 1
                while last + 1 < EDGES.size and EDGES[last + 1] <= lag:
                    last += 1
                total[last] += (magnitude[i] - magnitude[j]) ** 2 - error[i] ** 2 - error[j] ** 2
                pairs[last] += 1
    bins = 0
    x, y = np.empty(EDGES.size), np.empty(EDGES.size)
    used = 0
    for k in range(EDGES.size - 1):
        if pairs[k] and total[k] >= 0:
            bins += 1
            tau = 0.5 * (EDGES[k] + EDGES[k + 1]) / 365.0
            if 0.01 < tau <= 0.5:
                x[used], y[used] = np.log10(tau), 0.5 * np.log10(total[k] / pairs[k])
                used += 1
    middle_x, middle_y = 0.0, 0.0
    for k in range(used):
        middle_x += x[k] / used
        middle_y += y[k] / used
    if bins < 2 or used == 0 or not np.isfinite(middle_y):  # a bin of 0 has no logarithm
        return np.array([FAILED, FAILED])
    if used == 1:  # the line of least norm through one point, which is what the definition's polynomial fit gives
        slope, intercept = y[0] / (2 * x[0]), y[0] / 2
    else:
        products, squares = 0.0, 0.0
        for k in range(used):
            products += (x[k] - middle_x) * y[k]
            squares += (x[k] - middle_x) ** 2
        slope = products / squares
        intercept = middle_y - slope * middle_x
    amplitude = 10**intercept
    if amplitude < 0.005:
        return np.array([0.0, 0.0])
    return np.array([min(amplitude, 15.0), min(max(slope, -0.5), 3.0)])


KERNELS = (structure_function,)
