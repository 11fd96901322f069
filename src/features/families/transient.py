"""The shape of a transient in g and r together: its peak, its widths, and how it fades and reddens."""

import math

import numpy as np

from ..feature import kernel_function, of_object
from ..lightcurves import Floats, Integers
from ..maths.flux_process import LEVELS, PHASES, followed

PEAK, WEEK, FORTNIGHT, BUMP, MONTH, LATE = 2, 3, 4, 5, 6, 7  # places in PHASES; LATE is 45 d
TINY = 1e-9  # added to a flux error, which underflows for what is 25 mag below the peak
BANDS = 2

PROCESS = (
    "Gaussian process over days and bands, mean 0, covariance 0.25 rho (1 + x) exp(-x), x = sqrt(3) |dt| / 25 d, "
    "rho = 1 in a band and 0.9 between g and r; of nightly fluxes of the difference image in [-60, 150] d of the "
    "brightest one and relative to it, 3 % of the flux (at least 0.003) added to their errors in quadrature"
)
BOTH = ("g", "r")
FADING = tuple(phase for phase in PHASES if phase != 0)
COLUMNS = (
    *(
        (f"peak_mag_{b}", "mag", f"at the largest flux in {b} from the first to the last night: {PROCESS}")
        for b in BOTH
    ),
    ("peak_lag", "d", "day of the largest flux in r - that in g"),
    *((f"g-r_at_{d}", "mag", f"g - r on day {d} from the largest sum of the fluxes in g and r") for d in PHASES),
    *((f"fade_{b}_at_{d}", "mag", f"{b} on that day {d} - {b} on day 0") for b in BOTH for d in FADING),
    *(
        (f"{name}_{level}_{b}", "d", f"days {way} {level} % of the largest flux in {b}")
        for b in BOTH
        for level in LEVELS
        for name, way in (("rise", "to the peak from"), ("fall", "from the peak to"))
    ),
    *((f"bump_{b}", "mag", f"{b} on day 22 - mean of {b} on days 7 and 45; low with a second maximum") for b in BOTH),
    ("reddening_15", "mag", "g - r on day 15 - g - r on day 0"),
    ("reddening_30", "mag", "g - r on day 30 - g - r on day 0"),
    ("reddening_45", "mag", "g - r on day 45 - g - r on day 30"),
    ("reddest", "mag", "largest g - r of the days 0, 7, 15, 22, 30, 45 and 60"),
)


@kernel_function
def fluxes_of(magnitude: Floats, error: Floats, brightest: float) -> tuple[Floats, Floats]:
    """Fluxes and their errors, where that of the brightest is 1."""
    flux, spread = np.empty(magnitude.size), np.empty(magnitude.size)
    for i in range(magnitude.size):
        flux[i] = 10 ** (-0.4 * (magnitude[i] - brightest))
        spread[i] = 0.4 * math.log(10.0) * flux[i] * error[i] + TINY
    return flux, spread


@of_object(
    *COLUMNS,
    minimum=3,
    undefined="where the flux is uncertain by a fifth of the brightest night's or by half of itself, or the light "
    "curve is more than 5 d away; a width whose crossing is not seen",
    source="Gaussian process as Boone 2019, scales fixed; fade_g_at_15 as the decline rate of Phillips 1993",
    on="magnitude",
)
def transient_shape(time: Floats, difference: Floats, difference_error: Floats, band: Integers) -> Floats:
    out = np.full(len(COLUMNS), np.nan)
    brightest = difference.min()
    flux, error = fluxes_of(difference, difference_error, brightest)
    shape, peaks, heights, widths, top = followed(time, flux, error, band, BANDS)
    zero_point = brightest - 2.5 * math.log10(top)
    for row in range(BANDS):
        out[row] = zero_point - 2.5 * math.log10(heights[row])
    out[2] = peaks[1] - peaks[0]
    place = 3
    for k in range(len(PHASES)):
        out[place + k] = shape[0, k] - shape[1, k]
    place += len(PHASES)
    for row in range(BANDS):
        for k in range(len(PHASES)):
            if k != PEAK:
                out[place] = shape[row, k] - shape[row, PEAK]
                place += 1
    for row in range(BANDS):
        for k in range(widths.shape[1]):
            out[place] = widths[row, k]
            place += 1
    for row in range(BANDS):
        out[place + row] = shape[row, BUMP] - (shape[row, WEEK] + shape[row, LATE]) / 2
    colour = shape[0] - shape[1]
    out[place + 2] = colour[FORTNIGHT] - colour[PEAK]
    out[place + 3] = colour[MONTH] - colour[PEAK]
    out[place + 4] = colour[LATE] - colour[MONTH]
    for k in range(PEAK, len(PHASES)):
        if not (np.isnan(colour[k]) or colour[k] <= out[place + 5]):
            out[place + 5] = colour[k]
    return out


KERNELS = (transient_shape,)
