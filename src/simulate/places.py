"""Where on the sky each class is found, and how crowded it is there."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

SOUTHERNMOST = -30.0  # deg, the survey's limit
OBLIQUITY = np.deg2rad(23.4392911)  # of the ecliptic, J2000

# Galactic to equatorial J2000 (Hipparcos catalogue, ESA 1997, vol. 1, eq. 1.5.11).
GALACTIC = np.array(
    [
        [-0.0548755604, 0.4941094279, -0.8676661490],
        [-0.8734370902, -0.4448296300, -0.1980763734],
        [-0.4838350155, 0.7469822445, 0.4559837762],
    ]
)
ECLIPTIC = np.array(
    [
        [1.0, 0.0, 0.0],
        [0.0, np.cos(OBLIQUITY), -np.sin(OBLIQUITY)],
        [0.0, np.sin(OBLIQUITY), np.cos(OBLIQUITY)],
    ]
)


def draw_place(rng: np.random.Generator, toward: str) -> tuple[float, float]:
    """Right ascension and declination [deg] north of -30.

    Parameters
    ----------
    toward : "ecliptic" (latitudes of 9 deg spread), "plane" (galactic latitudes of 14 deg mean), or "sky", isotropic.
    """
    if toward == "plane":
        return draw_latitude(rng, 14)
    while True:
        longitude = rng.uniform(0, 2 * np.pi)
        if toward == "ecliptic":
            vector = ECLIPTIC @ _unit(longitude, np.deg2rad(rng.normal(0, 9)))
        else:
            vector = _unit(longitude, np.arcsin(rng.uniform(-1, 1)))
        if (place := _coordinates(vector))[1] > SOUTHERNMOST:
            return place


def draw_latitude(rng: np.random.Generator, mean: float) -> tuple[float, float]:
    """Right ascension and declination [deg] north of -30, galactic latitudes of ``mean`` deg on the average."""
    while True:
        longitude = rng.uniform(0, 2 * np.pi)
        vector = GALACTIC @ _unit(longitude, np.deg2rad(np.clip(rng.laplace(0, mean), -90, 90)))
        if (place := _coordinates(vector))[1] > SOUTHERNMOST:
            return place


def _coordinates(vector: Array) -> tuple[float, float]:
    """Right ascension and declination [deg] of a unit vector."""
    return float(np.rad2deg(np.arctan2(vector[1], vector[0]))) % 360, float(np.rad2deg(np.arcsin(vector[2])))


def galactic_latitude(ra: float, dec: float) -> float:
    """Galactic latitude [deg] of J2000 coordinates [deg]."""
    return float(np.rad2deg(np.arcsin(_unit(np.deg2rad(ra), np.deg2rad(dec)) @ GALACTIC[:, 2])))


def _unit(longitude: float, latitude: float) -> Array:
    across = np.cos(latitude)
    return np.array([across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)])
