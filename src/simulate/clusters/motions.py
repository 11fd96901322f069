"""Where disc stars are and how they move, as seen from the Sun."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

KPC = 4.74047  # km/s of a proper motion of 1 mas/yr at 1 kpc
OORT_A, OORT_B = 15.3, -11.9  # km/s/kpc (Bovy 2017)
SUN = (11.1, 12.2, 7.3)  # towards the centre, with rotation, northwards [km/s] (Schoenrich et al. 2010)
SCALE_HEIGHT = 0.3  # of the thin disc [kpc]


def disc_motion(l: Array, b: Array, distance: Array) -> tuple[Array, Array]:  # noqa: E741  as everybody calls it
    """Proper motion (mu_l cos b, mu_b) [mas/yr] of what goes round with the disc.

    Oort's formulae for the rotation, less the Sun's own motion.
    """
    l, b = np.radians(l), np.radians(b)  # noqa: E741
    u_sun, v_sun, w_sun = SUN
    along = (OORT_A * np.cos(2 * l) + OORT_B) * np.cos(b) + (u_sun * np.sin(l) - v_sun * np.cos(l)) / distance
    towards_centre = u_sun * np.cos(l) + v_sun * np.sin(l)
    across = -OORT_A * np.sin(2 * l) * np.sin(b) * np.cos(b)
    across = across + (towards_centre * np.sin(b) - w_sun * np.cos(b)) / distance
    return along / KPC, across / KPC


def equatorial(l: Array, b: Array, along: Array, across: Array) -> tuple[Array, Array, Array, Array]:  # noqa: E741
    """Right ascension and declination [deg], and proper motions pmra* and pmdec [mas/yr], of galactic ones."""
    from astropy import units as u  # here: every training imports this file
    from astropy.coordinates import Galactic, SkyCoord

    if not len(l):  # astropy turns no empty motions
        return l, b, along, across
    rate = u.mas / u.yr
    place = SkyCoord(l=l * u.deg, b=b * u.deg, pm_l_cosb=along * rate, pm_b=across * rate, frame=Galactic).icrs
    return place.ra.deg, place.dec.deg, place.pm_ra_cosdec.to_value(rate), place.pm_dec.to_value(rate)


def plummer(rng: np.random.Generator, n: int, radius: float, farthest: float = 6.0) -> Array:
    """(n, 3) places in a Plummer sphere of a scale radius, within so many of them (Aarseth et al. 1974)."""
    inside = farthest**3 / (1 + farthest**2) ** 1.5  # share of the mass
    r = radius / np.sqrt((rng.random(n) * inside) ** (-2 / 3) - 1)
    direction = rng.standard_normal((n, 3))
    places: Array = r[:, None] * direction / np.linalg.norm(direction, axis=1)[:, None]
    return places
