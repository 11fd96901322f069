"""The shape of a transient from whatever bands there are: peaks, widths, fading and colours of one common process."""

from functools import cache
from itertools import pairwise

import numpy as np

from ..feature import Kernel, kernel_function, of_object
from ..lightcurves import Floats, Integers
from ..maths.flux_process import LEVELS, PHASES, followed
from .transient import BUMP, LATE, PEAK, WEEK

SOURCE = "Gaussian process as Boone 2019, scales fixed (docs/features.md)"


@kernel_function
def described(time: Floats, flux: Floats, error: Floats, band: Integers, bands: int) -> Floats:
    """Band after band, then colour after colour, then day after day between the peaks of neighbours."""
    shape, peaks, _, widths, _ = followed(time, flux, error, band, bands)
    phases = len(PHASES)
    out, place = np.empty(bands * (phases + widths.shape[1]) + (bands - 1) * (phases + 1)), 0
    for row in range(bands):
        for k in range(phases):
            if k != PEAK:
                out[place] = shape[row, k] - shape[row, PEAK]
                place += 1
        for k in range(widths.shape[1]):
            out[place] = widths[row, k]
            place += 1
        out[place] = shape[row, BUMP] - (shape[row, WEEK] + shape[row, LATE]) / 2
        place += 1
    for row in range(bands - 1):
        for k in range(phases):
            out[place] = shape[row, k] - shape[row + 1, k]
            place += 1
        out[place] = peaks[row + 1] - peaks[row]
        place += 1
    return out


@cache
def shape_kernel(bands: tuple[str, ...]) -> Kernel:
    """The kernel of some bands, in order of wavelength."""
    count, texts = len(bands), []
    for b in bands:
        texts += [
            (f"fade_at_{d}_{b}", "mag", f"{b} on day {d} from the largest sum of all fluxes - {b} on day 0")
            for d in PHASES
            if d != 0
        ]
        texts += [
            (f"{name}_{level}_{b}", "d", f"days {way} {level} % of the largest flux in {b}")
            for level in LEVELS
            for name, way in (("rise", "to the peak from"), ("fall", "from the peak to"))
        ]
        texts.append((f"bump_{b}", "mag", f"{b} on day 22 - mean of {b} on days 7 and 45"))
    for blue, red in pairwise(bands):
        texts += [(f"{blue}-{red}_at_{d}", "mag", f"{blue} - {red} on day {d} from the largest sum") for d in PHASES]
        texts.append((f"peak_lag_{blue}_{red}", "d", f"day of the largest flux in {red} - that in {blue}"))

    @of_object(
        *texts,
        minimum=3,
        undefined="where the flux is uncertain by a fifth of the brightest night's or by half of itself",
        source=SOURCE,
        compiled=False,
    )
    def shape(time: Floats, difference_flux: Floats, difference_flux_error: Floats, band: Integers) -> Floats:
        found: Floats = described(time, difference_flux, difference_flux_error, band, count)
        return found

    return shape
