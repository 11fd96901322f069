"""The nights of the survey: Sun, Moon and clouds over Palomar, the same for all objects of a seed."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..places import OBLIQUITY

Array = NDArray[np.floating]

FIRST = 58202  # MJD of 25 March 2018, when the public survey began
NIGHTS = 820  # to June 2020, where the published light-curve classifier ends
LATITUDE = np.deg2rad(33.356)  # of Palomar Observatory
MIDNIGHT = 0.3246  # of the MJD: the mean Sun is lowest at longitude 116.865 deg W
DARK = np.deg2rad(-12.0)  # altitude of the Sun at which observing begins
NEW_MOON, MONTH = 58135.095, 29.530589  # MJD of a new Moon, mean synodic month [d]

CLOSES, OPENS = 0.18, 0.40  # chance that a bad night follows a good one, and a good one a bad one: 31 % are bad
CLOSURES = 2  # long ones, for maintenance and the monsoon
CLOUDS = 0.18  # mag, mean extinction of a good night
WEATHER = 22  # stream of random numbers


@dataclass(frozen=True)
class Nights:
    """Conditions of each night, (NIGHTS,).

    Attributes
    ----------
    open : whether the dome was. clouds : extinction [mag]. moon : illuminated fraction of the Moon.
    sun : right ascension of the Sun [rad]. half : half the length of the night as an angle of the sky [rad].
    """

    open: NDArray[np.bool_]
    clouds: Array
    moon: Array
    sun: Array
    half: Array


def sun_place(mjd: Array) -> tuple[Array, Array]:
    """Right ascension and declination of the Sun [rad], to 0.01 deg (Astronomical Almanac, low precision)."""
    day = mjd - 51544.5
    anomaly = np.deg2rad(357.528 + 0.9856003 * day)
    longitude = np.deg2rad(280.460 + 0.9856474 * day + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    ra = np.arctan2(np.cos(OBLIQUITY) * np.sin(longitude), np.cos(longitude))
    return ra, np.arcsin(np.sin(OBLIQUITY) * np.sin(longitude))


def moon_light(mjd: Array) -> Array:
    """Illuminated fraction of the Moon, 0 to 1, from its mean motion."""
    return np.asarray((1 - np.cos(2 * np.pi * (mjd - NEW_MOON) / MONTH)) / 2)


def hour_angle(altitude: float, dec: Array | float) -> Array:
    """Hour angle [rad] at which a declination [rad] crosses an altitude [rad]; 0 never above it, pi never below."""
    cosine = (np.sin(altitude) - np.sin(LATITUDE) * np.sin(dec)) / (np.cos(LATITUDE) * np.cos(dec))
    return np.asarray(np.arccos(np.clip(cosine, -1, 1)))


@lru_cache(maxsize=4)
def nights(seed: int) -> Nights:
    """The survey's nights."""
    rng = np.random.default_rng([seed, WEATHER])
    mjd = FIRST + np.arange(NIGHTS) + MIDNIGHT
    luck = rng.random(NIGHTS).tolist()
    is_open, state = np.empty(NIGHTS, dtype=bool), True
    for night, chance in enumerate(luck):
        state = chance >= CLOSES if state else chance < OPENS
        is_open[night] = state
    for start in rng.integers(30, NIGHTS - 30, CLOSURES):
        is_open[start : start + rng.integers(8, 25)] = False
    ra, dec = sun_place(mjd)
    return Nights(
        open=is_open,
        clouds=rng.exponential(CLOUDS, NIGHTS),
        moon=moon_light(mjd),
        sun=ra,
        half=np.pi - hour_angle(float(DARK), dec),
    )
