"""Stars drawn from a galaxy, as the Sun sees them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .galaxies import RADIUS, SUN, Galaxy, Population

Array = NDArray[np.float64]

REACH = 3.0  # kpc: the cut on parallaxes ends at 2.5
K = 4.740470463  # km/s of 1 au/yr: of 1 mas/yr at 1 kpc
PARALLAX_ERROR, MOTION_ERROR = 0.04, 0.05  # mas, mas/yr: Gaia's at G of some 16
LEAST = 10.0  # parallax over its error
METALLICITY_ERROR = 0.1  # dex, of a spectroscopic survey


@dataclass(frozen=True)
class Stars:
    """What is true of stars, and what is measured.

    Attributes
    ----------
    population : (n,) number of the population in the galaxy.
    velocity : (n, 3) outwards, along the rotation, upwards, about the centre [km/s].
    metallicity : (n,) true [Fe/H]. measured_metallicity : (n,) with errors.
    longitude, latitude : (n,) galactic [deg]. parallax : (n,) measured [mas].
    pm_l, pm_b : (n,) measured, pm_l times cos b [mas/yr].
    """

    population: NDArray[np.int64]
    velocity: Array
    metallicity: Array
    measured_metallicity: Array
    longitude: Array
    latitude: Array
    parallax: Array
    pm_l: Array
    pm_b: Array

    @property
    def height(self) -> Array:
        """(n,) |z| above the plane by the measured parallax [kpc]."""
        return np.abs(np.sin(np.radians(self.latitude)) / self.parallax)


def draw_stars(rng: np.random.Generator, galaxy: Galaxy, n: int) -> Stars:
    """Stars whose measured parallax is ten times its error, populations by their share of these."""
    shares = np.array([each.share for each in galaxy.populations])
    population = rng.choice(len(shares), n, p=shares / shares.sum())
    place, parallax = np.empty((n, 3)), np.empty(n)
    velocity, metallicity = np.empty((n, 3)), np.empty(n)
    for number, each in enumerate(galaxy.populations):
        rows = np.flatnonzero(population == number)
        place[rows], parallax[rows] = draw_places(rng, each.height, len(rows))
        velocity[rows] = rng.normal((0.0, each.rotation, 0.0), each.spread, (len(rows), 3))
        metallicity[rows] = rng.normal(*each.metallicity, len(rows))
    longitude, latitude, pm_l, pm_b = seen(place, velocity, galaxy.circular)
    pm_l, pm_b = (true + rng.normal(0, MOTION_ERROR, n) for true in (pm_l, pm_b))
    measured = metallicity + rng.normal(0, METALLICITY_ERROR, n)
    return Stars(population, velocity, metallicity, measured, longitude, latitude, parallax, pm_l, pm_b)


def draw_places(rng: np.random.Generator, height: float, n: int) -> tuple[Array, Array]:
    """(n, 3) places and (n,) measured parallaxes: uniform along the plane, exponential across, within the cut.

    Places are from the Sun: towards the centre, along the rotation, upwards [kpc]. The density does not change along
    the plane, for the sphere is small.
    """
    places, parallaxes = [np.empty((0, 3))], [np.empty(0)]
    found = 0
    while found < n:
        many = 2 * (n - found) + 100
        if np.isinf(height):
            z = rng.uniform(-REACH, REACH, many)
        else:
            z = rng.choice([-1.0, 1.0], many) * rng.exponential(height, many)
        z = z[rng.random(many) * REACH**2 < REACH**2 - z**2]  # the sphere's section at that height
        radius = np.sqrt(rng.random(len(z)) * (REACH**2 - z**2))
        angle = rng.uniform(0, 2 * np.pi, len(z))
        place = np.stack([radius * np.cos(angle), radius * np.sin(angle), z], 1)
        parallax = 1 / np.linalg.norm(place, axis=1) + rng.normal(0, PARALLAX_ERROR, len(z))
        kept = parallax > LEAST * PARALLAX_ERROR
        places.append(place[kept])
        parallaxes.append(parallax[kept])
        found += int(kept.sum())
    return np.concatenate(places)[:n], np.concatenate(parallaxes)[:n]


def seen(place: Array, velocity: Array, circular: float) -> tuple[Array, Array, Array, Array]:
    """Galactic longitude and latitude [deg] and proper motions [mas/yr], that in longitude times cos b.

    Parameters
    ----------
    place : (n, 3) from the Sun, towards the centre, along the rotation, upwards [kpc].
    velocity : (n, 3) outwards, along the rotation, upwards, about the centre [km/s].
    circular : velocity of the galaxy, which the Sun's goes with [km/s].
    """
    x, y, z = place.T
    from_centre = np.stack([x - RADIUS, y], 1)
    outwards = from_centre / np.linalg.norm(from_centre, axis=1, keepdims=True)
    along = np.stack([outwards[:, 1], -outwards[:, 0]], 1)
    plane = velocity[:, :1] * outwards + velocity[:, 1:2] * along
    u, v = plane[:, 0] - SUN[0], plane[:, 1] - circular - SUN[1]
    w = velocity[:, 2] - SUN[2]
    distance = np.linalg.norm(place, axis=1)
    longitude, latitude = np.arctan2(y, x), np.arcsin(z / distance)
    sin_l, cos_l, sin_b, cos_b = np.sin(longitude), np.cos(longitude), np.sin(latitude), np.cos(latitude)
    across = cos_l * v - sin_l * u
    up = cos_b * w - sin_b * (cos_l * u + sin_l * v)
    return np.degrees(longitude) % 360, np.degrees(latitude), across / (K * distance), up / (K * distance)


def names_of(stars: Stars, populations: tuple[Population, ...]) -> NDArray[np.str_]:
    """(n,) name of the population of each star."""
    return np.array([each.name for each in populations])[stars.population]
