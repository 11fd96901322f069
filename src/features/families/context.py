"""Where an object is, and what the survey says of its detections."""

import numpy as np

from ...alerts.sky import GALACTIC, rotate
from ..feature import of_object
from ..lightcurves import Floats


@of_object(
    ("gal_b", "deg", "Galactic latitude of the mean position"),
    ("gal_l", "deg", "Galactic longitude of the mean position"),
    minimum=1,
    undefined="without positions",
    compiled=False,
)
def galactic_coordinates(ra: Floats, dec: Floats) -> Floats:
    mean_ra = ra[0] + np.mean((ra - ra[0] + 180) % 360 - 180)  # 359.9 and 0.1 lie around 0, not around 180
    longitude, latitude = rotate(mean_ra, dec.mean(), GALACTIC)
    return np.array([latitude, longitude])


@of_object(("rb", "", "median real-bogus score of the detections"), minimum=1, undefined="without rb")
def real_bogus(rb: Floats) -> float:
    return np.median(rb)


@of_object(
    ("sgscore1", "", "median PanSTARRS star-galaxy score of the nearest source, 1 a star; -999 where there is none"),
    minimum=1,
    undefined="without sgscore1",
)
def star_galaxy_score(sgscore1: Floats) -> float:
    return np.median(sgscore1)


KERNELS = (galactic_coordinates, real_bogus, star_galaxy_score)
