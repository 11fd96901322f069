"""The period, how clear it is, and what happens at its fractions and multiples."""

import numpy as np

from ..feature import of_band, of_object
from ..lightcurves import Floats
from ..maths.periodogram import FACTORS, FEWEST, WINDOW, Found

NO_BAND = f"without {FEWEST} detections in a band, not all equal, within {WINDOW:.0f} d; where no power is a peak"
SOURCE = "Schwarzenberg-Czerny 1996, Mondrik et al. 2015; grid of lc_classifier 2.1.0"
NAMES = ("1/4", "1/3", "1/2", "2", "3", "4")


@of_object(
    ("Multiband_period", "d", "period of the highest of ten refined peaks of D sum P / (2 sum (V - P)) over bands"),
    ("PPE", "", "1 - entropy of the 100 highest powers + 0.01, scaled to sum 1, over ln 100"),
    *((f"Power_rate_{name}", "", f"power at {name} of the period over the power at the period") for name in NAMES),
    minimum=FEWEST,
    undefined=NO_BAND,
    source=SOURCE,
    compiled=False,
)
def multiband_period(found: Found) -> Floats:
    return np.concatenate(([found.period, found.entropy], found.rates))


@of_band(
    ("Period_band", "d", "period of the highest power of the band alone"),
    ("delta_period", "d", "|Multiband_period - Period_band|"),
    minimum=FEWEST,
    undefined="where no period was found",
    source=SOURCE,
    compiled=False,
)
def single_band_period(period: float, band_period: float) -> Floats:
    return np.array([band_period, abs(period - band_period)])


assert len(NAMES) == len(FACTORS)
KERNELS = (multiband_period, single_band_period)
