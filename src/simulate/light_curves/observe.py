"""From light to what a broker has of it: detections on difference images, and upper limits.

Numbers with "measured" are read off public ZTF light curves; `docs/simulator.md` says of which.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .light import Bands, Generator, Light
from .visits import Visits

Array = NDArray[np.floating]

ZERO = 23.9  # AB magnitude of a microjansky
MAGNITUDE = 1.0857  # 2.5 / ln 10, from relative flux error to magnitude
FLOOR = 0.026  # mag, quoted error of the brightest detections; measured
GRAINY = 0.056  # mag, quoted error at magnitude 18 beyond floor and sky, the square goes with flux; measured
TRUE = 0.55  # scatter over quoted error: pairs of one night have 0.53 in 4,155 pairs of the BTS, 0.71 in 531 others
STATIC = 0.003  # of the steady light is left by the subtraction
PHOTONS = 7.7e-5  # square of the relative error at magnitude 18: 6.2 electrons a DN at a zero point of 26.3 mag
QUOTES = 0.09  # dex, scatter of quoted errors
FAINTEST = 3.0  # quoted errors that a detection must have: the largest error is 0.36 mag, as measured
SATURATED = 12.3  # mag of the total light
RB = (0.30, 0.54, 0.70, 0.82, 0.91, 0.957, 0.99)  # quantiles of the real-bogus score; measured above 0.55
RB_CUT = 0.55  # of the published cleaning
LOOKBACK = 30.0  # d before a detection, as far as an alert packet tells of upper limits
LEVELS = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True)
class Measured:
    """Detections of one object after the published cleaning, in order of time, and its upper limits.

    Attributes
    ----------
    time, band : of the detections (d,). difference, difference_error : magnitudes of the difference image.
    corrected, corrected_error : magnitudes of template and difference together, NaN where there is no template source.
    positive : whether the object was brighter than the template. rb : real-bogus score. limit : 5 sigma [mag].
    limit_time, limit_band, limit_magnitude : upper limits (k,).
    reference : magnitudes of the template in g and r, inf where it is dark.
    """

    time: Array
    band: Bands
    difference: Array
    difference_error: Array
    corrected: Array
    corrected_error: Array
    positive: NDArray[np.bool_]
    rb: Array
    limit: Array
    limit_time: Array
    limit_band: Bands
    limit_magnitude: Array
    reference: tuple[float, float]


def flux(magnitude: Array | float) -> Array:
    """Flux [uJy] of an AB magnitude."""
    return np.asarray(10 ** (-0.4 * (np.asarray(magnitude) - ZERO)))


def quoted_error(difference: Array, total: Array, limit: Array) -> Array:
    """Standard deviation [uJy] that the survey quotes for the flux of a difference.

    Parameters
    ----------
    difference, total : flux of the difference and of all light [uJy]. limit : 5-sigma limit [mag].
    """
    at_18 = float(flux(18.0))
    size = np.abs(difference)
    sky = (flux(limit) / 5) ** 2
    own = ((FLOOR * size) ** 2 + GRAINY**2 * size * at_18) / MAGNITUDE**2
    static = (STATIC * total) ** 2 + PHOTONS * total * at_18
    return np.asarray(np.sqrt(sky + own + static))


def observe(rng: Generator, light: Light, visits: Visits, epochs: int) -> Measured:
    """Measure an object.

    Parameters
    ----------
    light : at ``epochs`` epochs of the reference image, g and r by turns, and then at the visits.
    """
    bright = flux(light.magnitude)
    host = np.zeros(2) if light.host is None else flux(np.array(light.host))
    # Stacks of exposures reject outliers: an outburst leaves nothing in them.
    template = np.array([np.median(bright[first:epochs:2]) for first in (0, 1)]) + host
    number = visits.band - 1
    total = bright[epochs:] + host[number]
    difference = total - template[number]
    error = quoted_error(difference, np.maximum(total, template[number]), visits.limit)
    measured = difference + TRUE * error * rng.standard_normal(error.size)
    quoted = error * 10 ** (QUOTES * rng.standard_normal(error.size))
    size = np.abs(measured)
    usable = total < flux(SATURATED)
    found = usable & (size > np.maximum(flux(visits.limit), FAINTEST * quoted))
    rb = np.interp(rng.random(error.size), LEVELS, RB)  # the same whatever the class
    together = template[number] + measured
    kept = found & (rb >= RB_CUT)
    if light.corrected:  # the cleaning leaves out what has no magnitude, or an error of a magnitude and more
        kept &= together > MAGNITUDE * quoted

    # An upper limit is told of by the packets of the detections after it.
    missed = usable & ~found
    told = np.flatnonzero(found)
    after = np.searchsorted(visits.time[told], visits.time[missed])
    later = np.append(visits.time[told], np.inf)[after]
    heard = np.flatnonzero(missed)[later - visits.time[missed] <= LOOKBACK]

    with np.errstate(divide="ignore", invalid="ignore"):
        corrected = np.where(light.corrected, ZERO - 2.5 * np.log10(together), np.nan)
        reference = ZERO - 2.5 * np.log10(template)
    return Measured(
        time=visits.time[kept],
        band=visits.band[kept],
        difference=ZERO - 2.5 * np.log10(size[kept]),
        difference_error=MAGNITUDE * quoted[kept] / size[kept],
        corrected=corrected[kept],
        corrected_error=np.where(light.corrected, MAGNITUDE * quoted[kept] / together[kept], np.nan),
        positive=measured[kept] > 0,
        rb=rb[kept],
        limit=visits.limit[kept],
        limit_time=visits.time[heard],
        limit_band=visits.band[heard],
        limit_magnitude=visits.limit[heard],
        reference=(float(reference[0]), float(reference[1])),
    )
