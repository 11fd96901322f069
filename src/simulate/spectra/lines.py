"""Lines of galaxies: where they are, and how they are drawn."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LIGHT = 299_792.458  # km/s
RESOLUTION = 65.0  # km/s, standard deviation of SDSS's line spread
EMISSION = {  # Angstrom, in vacuum
    "[O II]": 3728.5,
    "H delta": 4102.9,
    "H gamma": 4341.7,
    "H beta": 4862.7,
    "[O III] 4959": 4960.3,
    "[O III]": 5008.2,
    "[O I]": 6302.0,
    "[O I] 6364": 6365.5,
    "[N II] 6548": 6549.9,
    "H alpha": 6564.6,
    "[N II]": 6585.3,
    "[S II] 6716": 6718.3,
    "[S II] 6731": 6732.7,
}
NARROW_FIXED = {"[O III] 4959": ("[O III]", 1 / 2.98), "[N II] 6548": ("[N II]", 1 / 3.05)}  # of one atom, one ratio
BALMER = ("H delta", "H gamma", "H beta", "H alpha")
DECREMENT = {"H delta": 0.259, "H gamma": 0.468, "H beta": 1.0, "H alpha": 2.86}  # case B, 10,000 K
ABSORPTION = {  # Angstrom, and equivalent width [Angstrom] in an old galaxy
    "Ca K": (3934.8, 7.0),
    "Ca H": (3969.6, 6.0),
    "G": (4305.6, 5.0),
    "Mg b": (5176.6, 4.5),
    "Na D2": (5891.6, 1.0),
    "Na D1": (5897.6, 0.8),
}
NA_D = ("Na D2", "Na D1")


def gaussian(wavelength: Array, centre: float | Array, width: Array) -> Array:
    """(n, m) profiles of area 1 per Angstrom; width (n,) [km/s], centre [Angstrom] a number or (n,)."""
    middle = np.broadcast_to(centre, width.shape)[:, None]
    sigma = middle * (width / LIGHT)[:, None]
    return np.asarray(np.exp(-0.5 * ((wavelength - middle) / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma))


def sequence(nitrogen: Array) -> Array:
    """Logarithm of [O III]/H beta of star formation by that of [N II]/H alpha: 0.61 / (x - 0.47) + 1.19."""
    return np.asarray(0.61 / (nitrogen - 0.47) + 1.19)
