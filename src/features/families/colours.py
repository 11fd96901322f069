"""Colours of whole objects: between the survey's bands, and to AllWISE."""

import numpy as np

from ..feature import of_object
from ..lightcurves import Floats, Integers

G, R = 1, 2


@of_object(
    ("g-r_max", "mag", "min g - min r, magnitudes of the difference image"),
    ("g-r_mean", "mag", "mean g - mean r, magnitudes of the difference image"),
    ("g-r_max_corr", "mag", "min g - min r, corrected magnitudes"),
    ("g-r_mean_corr", "mag", "mean g - mean r, corrected magnitudes"),
    minimum=2,
    undefined="without both bands; the corrected ones where they equal the others: no magnitude was corrected",
)
def survey_colours(difference: Floats, magnitude: Floats, band: Integers) -> Floats:
    out = np.full(4, np.nan)
    g, r = band == G, band == R
    if g.any() and r.any():
        out[0] = difference[g].min() - difference[r].min()
        out[1] = difference[g].mean() - difference[r].mean()
        out[2] = magnitude[g].min() - magnitude[r].min()
        out[3] = magnitude[g].mean() - magnitude[r].mean()
        if out[0] == out[2] and out[1] == out[3]:
            out[2:] = np.nan
    return out


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
)
def wise_optical(magnitude: Floats, band: Integers, W2: float, W3: float) -> Floats:  # noqa: N803
    g, r = magnitude[band == G], magnitude[band == R]
    g_mean = g.mean() if g.size else np.nan
    r_mean = r.mean() if r.size else np.nan
    return np.array([g_mean - W2, g_mean - W3, r_mean - W2, r_mean - W3])


KERNELS = (survey_colours, wise_blue, wise_red, wise_optical)
