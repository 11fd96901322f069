"""What two galaxies are made of, and every galaxy on the way from one to the other.

Analytic stand-ins: Gaussian velocities about a rotation, exponential heights. Disc values are those usual of the Milky
Way's (Bland-Hawthorn & Gerhard 2016, ARA&A 54, 529, section 5); the accreted stars of the target galaxy are a radial
merger after Gaia-Sausage-Enceladus (Belokurov et al. 2018, MNRAS 478, 611), those of the source one came in with the
rotation and without a preferred axis.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ACCRETED, IN_SITU = "accreted", "in_situ"
RADIUS = 8.2  # kpc, from the centre to the Sun
SUN = (11.1, 12.24, 7.25)  # km/s: towards the centre, ahead of the rotation, upwards (Schönrich et al. 2010)
TARGET, SOURCE = 0.0, 1.0  # gap of the two galaxies


@dataclass(frozen=True)
class Population:
    """Stars of one origin.

    Attributes
    ----------
    name : of it. share : of the catalogue. height : scale of its exponential about the plane [kpc], infinite for none.
    rotation : mean velocity along the rotation [km/s]. spread : standard deviations of the velocities outwards, along
    the rotation and upwards [km/s]. metallicity : mean [Fe/H] and its standard deviation.
    """

    name: str
    share: float
    height: float
    rotation: float
    spread: tuple[float, float, float]
    metallicity: tuple[float, float]


@dataclass(frozen=True)
class Galaxy:
    """A circular velocity [km/s], which the Sun's goes with, and populations."""

    circular: float
    populations: tuple[Population, ...]


def galaxy(gap: float) -> Galaxy:
    """The galaxy at some distance from the target one: 0 is that, 1 the source galaxy, all between in proportion."""

    def between(target: float, source: float) -> float:
        return target + gap * (source - target)

    circular, accreted = between(235.0, 190.0), between(0.010, 0.030)
    fell = zip((150.0, 60.0, 65.0), (100.0, 70.0, 90.0), strict=True)
    spread = tuple(between(*each) for each in fell)
    populations = (
        Population("thin disc", 0.88 - accreted, 0.3, circular - 10, (35.0, 25.0, 20.0), (-0.1, 0.2)),
        Population("thick disc", 0.11, 0.9, circular - 45, (65.0, 50.0, 40.0), (-0.6, 0.25)),
        Population("in-situ halo", 0.01, np.inf, 60.0, (130.0, 90.0, 85.0), (-1.1, 0.35)),
        Population(ACCRETED, accreted, np.inf, between(15.0, 120.0), spread, (-1.35, 0.35)),  # type: ignore[arg-type]
    )
    return Galaxy(circular, populations)
