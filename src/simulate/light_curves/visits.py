"""When the survey looked at a place on the sky, and how deep it saw.

Measured on public ZTF light curves (7,757 detections and 5,957 upper limits of 506 objects, 2,121 of
the Bright Transient Survey): intervals within a band, limits by band and phase of the Moon.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..places import galactic_latitude
from .weather import FIRST, MIDNIGHT, hour_angle, nights

Array = NDArray[np.floating]
Generator = np.random.Generator

BANDS = (1, 2)  # g, r
LOWEST = np.deg2rad(30.0)  # altitude: airmass 2
LEAST = np.deg2rad(45.0)  # of the sky's rotation that a field must be up in a night, 3 hours; or else
PASSING = 0.8  # of all the time that it is up in a day, far in the south
SIDEREAL = 0.99726957  # d, a turn of the sky

PERIOD = 3  # nights between the visits of a public field
PLANE = 7.0  # deg of galactic latitude within which fields are visited more often
SCHEDULED, EXTRA, EXTRA_PLANE = 0.68, 0.08, 0.25  # chance of a visit in a band, on the night of the turn and on others
COVERAGE = 0.18  # dex: some fields are visited more often than others
AGAIN, BACK_TO_BACK = 0.10, 0.06  # of a second visit in the night, and of one after 40 seconds

DARK_LIMIT = {1: 20.85, 2: 20.65}  # mag, 5 sigma of the difference image without Moon and clouds
MOON = {1: 1.25, 2: 0.95}  # mag that the full Moon costs
SCATTER = 0.22  # mag: seeing, airmass, place on the chip
POOR_SHARE, POOR = 0.10, 1.0  # of exposures in poor conditions, and the mean of what they lose [mag]
DEEPEST, SHALLOWEST = 21.2, 16.5  # mag


@dataclass(frozen=True)
class Visits:
    """Visits of one place in order of time: MJD, band (1 g, 2 r), and 5-sigma limit [mag], (m,) each."""

    time: Array
    band: NDArray[np.int64]
    limit: Array


def windows(ra: float, dec: float, seed: int) -> tuple[NDArray[np.int64], Array, Array]:
    """Open nights in which a place [deg] is up in the dark, and from when to when [MJD].

    The seasons follow from the Sun: night lasts while it is 12 deg below the horizon, and
    a field is observed above 30 deg.
    """
    sky = nights(seed)
    up = hour_angle(float(LOWEST), np.deg2rad(dec))
    at_midnight = (np.pi + sky.sun - np.deg2rad(ra) + np.pi) % (2 * np.pi) - np.pi  # hour angle of the place
    start = np.maximum(-sky.half, -at_midnight - up)
    end = np.minimum(sky.half, -at_midnight + up)
    if up >= np.pi:  # it never sets
        start, end = -sky.half, sky.half
    which = np.flatnonzero(sky.open & (end - start > min(LEAST, PASSING * 2 * float(up))))
    turn = SIDEREAL / (2 * np.pi)
    midnight = FIRST + which + MIDNIGHT
    return which, midnight + start[which] * turn, midnight + end[which] * turn


def draw_visits(rng: Generator, ra: float, dec: float, seed: int, noise: float, kept: float) -> Visits:
    """The visits of a place, some 40 to 200 in each band over two years.

    Parameters
    ----------
    noise : factor on the noise of the images, 1 is ZTF's. kept : share of the visits that are left.
    """
    which, start, end = windows(ra, dec, seed)
    # A turn that is missed for weather comes the next open night.
    turn = np.diff((which + int(rng.integers(PERIOD))) // PERIOD, prepend=-1) > 0
    others = EXTRA_PLANE if abs(galactic_latitude(ra, dec)) < PLANE else EXTRA
    chance = kept * 10 ** rng.normal(0, COVERAGE) * np.where(turn, SCHEDULED, others)
    length = end - start
    times, bands = [], []
    for number in BANDS:
        luck, again, place = rng.random((3, which.size))
        seen = luck < chance
        first = (start + 0.95 * length * place)[seen]
        second = first[again[seen] < AGAIN] + rng.uniform(0.01, 0.06)
        third = first[again[seen] > 1 - BACK_TO_BACK] + 40 / 86400
        seen_at = np.concatenate([first, second, third])
        times.append(seen_at)
        bands.append(np.full(seen_at.size, number))
    time, band = np.concatenate(times), np.concatenate(bands)
    order = np.argsort(time)
    time, band = time[order], band[order]
    return Visits(time, band, draw_limits(rng, time, band, seed) - 2.5 * np.log10(noise))


def draw_limits(rng: Generator, time: Array, band: NDArray[np.int64], seed: int) -> Array:
    """5-sigma limits [mag] of the difference images of visits."""
    sky = nights(seed)
    night = (time - FIRST).astype(np.int64)
    green = band == 1
    moon = np.where(green, MOON[1], MOON[2]) * sky.moon[night] ** 1.6 * rng.uniform(0.6, 1.15, time.size)
    dark = np.where(green, DARK_LIMIT[1], DARK_LIMIT[2])
    poor = rng.exponential(POOR, time.size) * (rng.random(time.size) < POOR_SHARE)
    limit = dark - moon - sky.clouds[night] - poor + rng.normal(0, SCATTER, time.size)
    return np.asarray(np.clip(limit, SHALLOWEST, DEEPEST))
