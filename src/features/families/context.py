"""Where an object is, and what the survey says of its detections."""

import math

import numpy as np

from ...alerts.sky import GALACTIC
from ..feature import of_object
from ..lightcurves import Floats
from .order_statistics import median


@of_object(
    ("gal_b", "deg", "Galactic latitude of the mean position"),
    ("gal_l", "deg", "Galactic longitude of the mean position"),
    minimum=1,
    undefined="without positions",
)
def galactic_coordinates(ra: Floats, dec: Floats) -> Floats:
    east = 0.0
    for each in ra:
        east += (each - ra[0] + 180) % 360 - 180  # 359.9 and 0.1 lie around 0, not around 180
    alpha, delta = math.radians(ra[0] + east / ra.size), math.radians(dec.mean())
    x, y, z = math.cos(delta) * math.cos(alpha), math.cos(delta) * math.sin(alpha), math.sin(delta)
    a = GALACTIC[0, 0] * x + GALACTIC[0, 1] * y + GALACTIC[0, 2] * z
    b = GALACTIC[1, 0] * x + GALACTIC[1, 1] * y + GALACTIC[1, 2] * z
    c = GALACTIC[2, 0] * x + GALACTIC[2, 1] * y + GALACTIC[2, 2] * z
    return np.array([math.degrees(math.atan2(c, math.hypot(a, b))), math.degrees(math.atan2(b, a)) % 360])


@of_object(("rb", "", "median real-bogus score of the detections"), minimum=1, undefined="without rb", compiled=False)
def real_bogus(rb: Floats) -> float:
    return float(median.py_func(np.sort(rb)))


@of_object(
    ("sgscore1", "", "median PanSTARRS star-galaxy score of the nearest source, 1 a star; -999 where there is none"),
    minimum=1,
    undefined="without sgscore1",
    compiled=False,
)
def star_galaxy_score(sgscore1: Floats) -> float:
    return float(median.py_func(np.sort(sgscore1)))


KERNELS = (galactic_coordinates, real_bogus, star_galaxy_score)
