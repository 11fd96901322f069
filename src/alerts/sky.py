"""Directions on the sky in other systems: constant rotations of right ascension and declination.

In numpy alone: astropy's coordinate objects leave cyclic garbage behind, and
over a night of alerts that broke the memory into pieces, 0.7 GB in 100,000.
The tests hold the angles to astropy's.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# ICRS -> mean ecliptic and equinox of J2000: IAU 2006 with the frame's bias (SOFA, iauEcm06).
ECLIPTIC = np.array(
    [
        [1.0, -7.0784e-08, 8.0562e-08],
        [3.2897e-08, 0.917482129915, 0.397776999444],
        [-1.0207e-07, -0.397776999444, 0.917482129915],
    ]
)
# ICRS -> galactic: pole and longitude of Reid & Brunthaler (2004), as astropy has it.
GALACTIC = np.array(
    [
        [-0.054875657713, -0.873437051956, -0.483835073617],
        [0.494109437193, -0.444829721223, 0.746982183987],
        [-0.86766613756, -0.198076337273, 0.455983813687],
    ]
)


def rotate(ra: Array, dec: Array, rotation: Array) -> tuple[Array, Array]:
    """Longitude in [0, 360) and latitude in degrees of ICRS ``ra``, ``dec`` in degrees."""
    alpha, delta = np.radians(ra), np.radians(dec)
    direction = np.cos(delta) * np.cos(alpha), np.cos(delta) * np.sin(alpha), np.sin(delta)
    # summed one by one: a matrix product may round otherwise in another batch
    x, y, z = (sum(weight * part for weight, part in zip(row, direction, strict=True)) for row in rotation)
    return np.degrees(np.arctan2(y, x)) % 360, np.degrees(np.arctan2(z, np.hypot(x, y)))
