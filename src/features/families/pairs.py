"""Colours of neighbouring bands, from fluxes, so that a faint or negative one does no harm."""

import math

import numpy as np

from ..feature import of_pair
from ..lightcurves import Floats, Integers

CLEAR = 3.0  # standard deviations that a flux has at least


@of_pair(
    ("mean", "mag", "-2.5 log10 of the ratio of the mean fluxes, each of at least 3 standard errors"),
    ("max", "mag", "-2.5 log10 of the ratio of the largest fluxes, each of at least 3 standard deviations"),
    ("ratio", "", "standard deviation of the flux in the first band over that in the second"),
    minimum=2,
    undefined="without either band, or where its flux is not above the noise",
    source="colours of intensity means, as is usual for pulsating stars",
)
def colour_of_pair(flux: Floats, flux_error: Floats, band: Integers, first: float, second: float) -> Floats:
    means, peaks, spreads = np.full(2, np.nan), np.full(2, np.nan), np.full(2, np.nan)
    for side in range(2):
        number = first if side == 0 else second
        n, total, squares, variance, highest, peak_error = 0, 0.0, 0.0, 0.0, -np.inf, np.inf
        for i in range(flux.size):
            if band[i] == number:
                n += 1
                total += flux[i]
                variance += flux_error[i] ** 2
                if flux[i] > highest:
                    highest, peak_error = flux[i], flux_error[i]
        if n == 0:
            continue
        mean = total / n
        for i in range(flux.size):
            if band[i] == number:
                squares += (flux[i] - mean) ** 2
        if mean * n > CLEAR * math.sqrt(variance):
            means[side] = mean
        if highest > CLEAR * peak_error:
            peaks[side] = highest
        spreads[side] = math.sqrt(squares / n)
    return np.array(
        [
            -2.5 * math.log10(means[0] / means[1]),
            -2.5 * math.log10(peaks[0] / peaks[1]),
            spreads[0] / spreads[1],
        ]
    )


KERNELS = (colour_of_pair,)
