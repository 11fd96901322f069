"""How many detections there are, how bright and when."""

import numpy as np

from ..feature import of_band
from ..lightcurves import Floats
from .moments import average


@of_band(
    ("delta_mag_fid", "mag", "max m - min m"),
    ("delta_mjd_fid", "d", "last t - first t"),
    ("first_mag", "mag", "m of the first detection"),
    ("mean_mag", "mag", "mean m"),
    ("min_mag", "mag", "min m"),
    minimum=1,
    on="magnitude",
)
def brightness(time: Floats, magnitude: Floats) -> Floats:
    brightest, faintest = magnitude[0], magnitude[0]
    for m in magnitude:
        brightest, faintest = min(brightest, m), max(faintest, m)
    return np.array([faintest - brightest, time[-1] - time[0], magnitude[0], average(magnitude), brightest])


@of_band(
    ("n_det", "", "detections brighter or fainter than the template, n_neg + n_pos"),
    ("n_neg", "", "detections fainter than the template, isdiffpos < 0"),
    ("n_pos", "", "detections brighter than the template, isdiffpos > 0"),
    ("positive_fraction", "", "n_pos / (n_pos + n_neg)"),
    minimum=1,
    undefined="without isdiffpos",
)
def signs(positive: Floats) -> Floats:
    brighter, fainter = 0.0, 0.0
    for sign in positive:
        if np.isnan(sign):
            brighter = np.nan
        brighter += sign > 0
        fainter += sign < 0
    return np.array([brighter + fainter, fainter + 0 * brighter, brighter, brighter / (brighter + fainter)])


KERNELS = (brightness, signs)
