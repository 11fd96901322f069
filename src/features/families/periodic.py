"""The best period of an object, and the shape of its light curve at that period."""

import numpy as np

from ..feature import of_object
from ..lightcurves import Floats, Integers
from ..maths.best_period import DAILY, LEAKED, PENALTY, best_period
from ..maths.harmonic_search import MOST
from ..maths.period_shape import dip, shape
from ..maths.periodogram import FEWEST, WINDOW

SERIES = "Fourier series of highest score, a constant and up to 8 harmonics in each band"
PHASE = "in the band with the most points"


TEXTS = (
    ("Best_period", "d", f"period of the {SERIES}, by the rules in maths/best_period.py"),
    (
        "Best_period_score",
        "",
        f"- N ln(chi^2 / chi^2 of a constant) - {PENALTY} p ln N, p of the series, "
        f"{DAILY:.0f} less near whole cycles a day, {LEAKED:.0f} less below 0.8 where 50 cycles are seen",
    ),
    ("Best_period_harmonics", "", "number of its harmonics"),
    ("Best_period_alias", "", "cycles a day within 3 a year of which the frequency lies, 0 where there are none"),
    ("Best_period_lead", "", "Best_period_score - the best one at the frequency +- 1 or 2 sidereal cycles a day"),
    ("Best_period_amplitude", "mag", f"largest - smallest value of the series {PHASE}"),
    ("Best_period_rise", "", "share of the cycle from the faintest to the brightest phase of the series"),
    ("Best_period_R21", "", "A_2 / A_1 of m = sum A_k cos(2 pi k t / P - phi_k)"),
    ("Best_period_R31", "", "A_3 / A_1"),
    ("Best_period_phi21", "rad", "phi_2 - 2 phi_1, in [0, 2 pi)"),
    ("Best_period_phi31", "rad", "phi_3 - 3 phi_1, in [0, 2 pi)"),
    ("Best_period_dispersion", "", "weighted standard deviation around the series over that around the mean"),
    ("Best_period_minima", "", "difference of both minima of the series at 2 P over its amplitude"),
    ("Box_period", "d", "period of the dip of one depth and duration that lowers chi^2 most"),
    ("Box_score", "", f"its - N ln(chi^2 / chi^2 of a constant) - {PENALTY} (3 + bands) ln N"),
    ("Box_depth", "mag", f"mean magnitude inside - outside {PHASE}"),
    ("Box_duration", "", "in phase"),
    ("Box_snr", "", "root of lowered chi^2 over chi^2 left for a degree of freedom"),
    ("Box_second", "", "depth half a cycle after the dip over its depth"),
    ("Box_minima", "", "the same of the best box at twice the period of the box"),
)
UNDEFINED = (
    f"without {FEWEST} detections in a band, not all equal, within {WINDOW:.0f} d; where no peak is seen twice; "
    "R and phi of few points"
)
SOURCE = (
    f"Schwarzenberg-Czerny 1996, Palmer 2009, to {MOST} harmonics; Schwarz 1978; Kovács et al. 2002; Simon & Lee 1981"
)
IN_FLUX = {"mag": "uJy"}


def described(time: Floats, magnitude: Floats, error: Floats, band: Integers) -> Floats:
    """The values of :data:`TEXTS`; what gets fainter grows."""
    found = best_period(time, magnitude, error, band)
    if found is None:
        return np.full(len(TEXTS), np.nan)
    series, form, eclipse = found.series, shape(found), dip(found)
    whole = (found.period, series.score, series.harmonics, found.alias, series.score - found.rival)
    folded = (form.amplitude, form.rise, *form.ratio, *form.phase, form.dispersion, form.minima)
    box = (1 / found.box.frequency, found.box_score, eclipse.depth, eclipse.duration, eclipse.signal)
    return np.array([*whole, *folded, *box, eclipse.second, eclipse.doubled], dtype=np.float64)


@of_object(*TEXTS, minimum=FEWEST, undefined=UNDEFINED, source=SOURCE, compiled=False, on="magnitude")
def periodic_shape(time: Floats, magnitude: Floats, error: Floats, band: Integers) -> Floats:
    return described(time, magnitude, error, band)


@of_object(
    *((name, IN_FLUX.get(unit, unit), formula) for name, unit, formula in TEXTS),
    minimum=FEWEST,
    undefined=UNDEFINED,
    source=SOURCE,
    compiled=False,
)
def periodic_shape_of_flux(time: Floats, flux: Floats, flux_error: Floats, band: Integers) -> Floats:
    return described(time, -flux, flux_error, band)  # an eclipse is a dip in either


KERNELS = (periodic_shape, periodic_shape_of_flux)
