"""The shape of a transient in g and r together: its peak, its widths, and how it fades and reddens."""

import math

import numpy as np

from ..feature import kernel_function, of_object
from ..lightcurves import Floats, Integers
from ..maths.two_bands import FAINTEST, FLOOR, expected, factor, nightly, uncertainty

G, R = 1, 2
BEFORE, AFTER = 60.0, 150.0  # days around the brightest night that are looked at
BEYOND = 5  # days before the first and after the last night to which the flux is followed
PHASES = (-10, -5, 0, 7, 15, 22, 30, 45, 60)  # days from the peak
PEAK, WEEK, FORTNIGHT, BUMP, MONTH, LATE = 2, 3, 4, 5, 6, 7  # places in PHASES; LATE is 45 d
LEVELS = (80, 50, 25)  # per cent of the peak's flux, whose crossings are timed
VAGUE = 0.2  # standard deviation of a flux, of the brightest night's, from which on it is undefined
SIGNAL = 2.0  # standard deviations that a flux has at least

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
def nights_around_peak(
    time: Floats, magnitude: Floats, error: Floats, band: Integers
) -> tuple[Floats, Floats, Floats, Integers, float]:
    """Days from the brightest night, flux relative to its, errors, bands, and its magnitude."""
    when, flux, spread, of = nightly(time, magnitude, error, band)
    brightest = np.argmax(flux - spread)
    day, top = when[brightest], flux[brightest]
    near = (when > day - BEFORE) & (when < day + AFTER) & ((of == G) | (of == R))
    when, flux, spread, of = when[near] - day, flux[near] / top, spread[near] / top, of[near]
    spread = np.sqrt(spread**2 + (FLOOR * np.maximum(flux, FAINTEST)) ** 2)
    return when, flux, spread, of, magnitude.min() - 2.5 * math.log10(top)


@kernel_function
def crossing(flux: Floats, peak: int, step: int, level: float) -> float:
    """Days from the peak to where the daily flux falls below ``level``, NaN where it never does; step is -1 or 1."""
    day = peak
    while 0 <= day + step < flux.size:
        if flux[day + step] < level:
            return abs(day - peak) + (flux[day] - level) / (flux[day] - flux[day + step])
        day += step
    return np.nan


@of_object(
    *COLUMNS,
    minimum=3,
    undefined="where the flux is uncertain by a fifth of the brightest night's or by half of itself, or the light "
    "curve is more than 5 d away; a width whose crossing is not seen",
    source="Gaussian process as Boone 2019, scales fixed; fade_g_at_15 as the decline rate of Phillips 1993",
)
def transient_shape(time: Floats, difference: Floats, difference_error: Floats, band: Integers) -> Floats:
    out = np.full(len(COLUMNS), np.nan)
    when, flux, spread, of, zero_point = nights_around_peak(time, difference, difference_error, band)
    if when.size == 0:
        return out
    lower = factor(when, spread, of)
    first, days = when.min(), math.ceil(when.max() - when.min()) + 1
    grid = first - BEYOND + np.arange(days + 2 * BEYOND)
    mean = expected(grid, when, flux, of, lower)
    seen = mean[:, BEYOND : BEYOND + days]
    peak = BEYOND + np.argmax(seen[0] + seen[1])
    shape = np.full((2, len(PHASES)), np.nan)  # magnitudes relative to the brightest night
    for row in range(2):
        for k in range(len(PHASES)):
            day = peak + PHASES[k]
            if 0 <= day < grid.size:
                doubt = uncertainty(grid[day], row, when, of, lower)
                if doubt < VAGUE and mean[row, day] > SIGNAL * doubt:
                    shape[row, k] = -2.5 * math.log10(mean[row, day])
    place = 3
    for k in range(len(PHASES)):
        out[place + k] = shape[0, k] - shape[1, k]
    place += len(PHASES)
    for row in range(2):
        for k in range(len(PHASES)):
            if k != PEAK:
                out[place] = shape[row, k] - shape[row, PEAK]
                place += 1
    peaks = np.zeros(2)
    for row in range(2):
        top = BEYOND + np.argmax(seen[row])
        known = uncertainty(grid[top], row, when, of, lower) < VAGUE
        peaks[row] = top if known else np.nan
        out[row] = zero_point - 2.5 * math.log10(mean[row, top]) if known else np.nan
        for level in LEVELS:
            for step in (-1, 1):
                out[place] = crossing(mean[row], top, step, level / 100 * mean[row, top]) if known else np.nan
                place += 1
    out[2] = peaks[1] - peaks[0]
    for row in range(2):
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
