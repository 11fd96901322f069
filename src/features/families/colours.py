"""Colours of whole objects: between the survey's bands, and to AllWISE."""

import numpy as np

from ..feature import kernel_function, of_object
from ..lightcurves import Floats, Integers

G, R = 1, 2


@kernel_function
def peak_and_mean(magnitude: Floats, band: Integers, of: int) -> tuple[float, float]:
    """Brightest and mean magnitude of a band, NaN without it."""
    brightest, total, n = np.inf, 0.0, 0
    for i in range(magnitude.size):
        if band[i] == of:
            brightest = min(brightest, magnitude[i])
            total += magnitude[i]
            n += 1
    return (brightest, total / n) if n else (np.nan, np.nan)


@of_object(
    ("g-r_max", "mag", "min g - min r, magnitudes of the difference image"),
    ("g-r_mean", "mag", "mean g - mean r, magnitudes of the difference image"),
    ("g-r_max_corr", "mag", "min g - min r, corrected magnitudes"),
    ("g-r_mean_corr", "mag", "mean g - mean r, corrected magnitudes"),
    minimum=2,
    undefined="without both bands; the corrected ones where they equal the others: no magnitude was corrected",
    on="magnitude",
)
def survey_colours(difference: Floats, magnitude: Floats, band: Integers) -> Floats:
    g_of_difference, g_corrected = peak_and_mean(difference, band, G), peak_and_mean(magnitude, band, G)
    r_of_difference, r_corrected = peak_and_mean(difference, band, R), peak_and_mean(magnitude, band, R)
    peak, mean = g_of_difference[0] - r_of_difference[0], g_of_difference[1] - r_of_difference[1]
    peak_corrected, mean_corrected = g_corrected[0] - r_corrected[0], g_corrected[1] - r_corrected[1]
    if peak == peak_corrected and mean == mean_corrected:
        peak_corrected, mean_corrected = np.nan, np.nan
    return np.array([peak, mean, peak_corrected, mean_corrected])


@of_object(("W1-W2", "mag", "AllWISE W1 - W2"), minimum=1, undefined="without W1 and W2")
def wise_blue(W1: float, W2: float) -> float:  # noqa: N803 - the names of AllWISE
    return W1 - W2


@of_object(("W2-W3", "mag", "AllWISE W2 - W3"), minimum=1, undefined="without W2 and W3")
def wise_red(W2: float, W3: float) -> float:  # noqa: N803
    return W2 - W3


@of_object(
    ("g-W2", "mag", "mean g - AllWISE W2"),
    ("g-W3", "mag", "mean g - AllWISE W3"),
    ("r-W2", "mag", "mean r - AllWISE W2"),
    ("r-W3", "mag", "mean r - AllWISE W3"),
    minimum=1,
    undefined="without the band or the AllWISE magnitude",
    on="magnitude",
)
def wise_optical(magnitude: Floats, band: Integers, W2: float, W3: float) -> Floats:  # noqa: N803
    g_mean, r_mean = peak_and_mean(magnitude, band, G)[1], peak_and_mean(magnitude, band, R)[1]
    return np.array([g_mean - W2, g_mean - W3, r_mean - W2, r_mean - W3])


KERNELS = (survey_colours, wise_blue, wise_red, wise_optical)
