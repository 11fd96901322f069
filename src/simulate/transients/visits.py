"""Visits with the cadence and depth of LSST's wide survey (Ivezić et al. 2019, ApJ 873, 111)."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Generator = np.random.Generator

BANDS = ("u", "g", "r", "i", "z", "y")
SHARES = np.array([0.07, 0.10, 0.22, 0.22, 0.20, 0.19])  # of the visits
SKY = np.array([30.0, 8.0, 8.0, 12.0, 20.0, 45.0])  # flux of the noise, zero point 27.5: 5 sigma is 22.1 to 25.2 mag
SCATTER = 0.1  # dex, of the noise from visit to visit
CALIBRATION = 0.01  # of the flux
PAIR = 0.02  # d between the two visits of a night
ZERO_POINT = 27.5  # mag of a flux of 1


def draw_visits(rng: Generator, number: NDArray[np.int64], most: int, days: float) -> tuple[Array, NDArray[np.int64]]:
    """Times in order [d], and bands as places in ``BANDS``: pairs in a night, mostly in two bands.

    Parameters
    ----------
    number : (n,) visits. most : as wide as the arrays become. days : within which visits lie.

    Returns
    -------
    (n, most); what is beyond an object's number is to be left out.
    """
    n, nights = len(number), -(-number // 2)
    start = rng.uniform(0, days, (n, -(-most // 2)))
    start = np.where(np.arange(start.shape[1]) < nights[:, None], start, 2 * days)  # beyond the others
    time = np.sort((start[..., None] + PAIR * np.arange(2)).reshape(n, -1), axis=1)[:, :most]
    return time, rng.choice(len(BANDS), time.shape, p=SHARES)


def draw_errors(rng: Generator, flux: Array, band: NDArray[np.int64], noisier: float) -> Array:
    """Errors of fluxes: sky, the light's own noise with one electron a unit of flux, and calibration.

    Parameters
    ----------
    noisier : factor on the sky's noise, 1 is LSST's.
    """
    sky = noisier * SKY[band] * 10 ** (SCATTER * rng.standard_normal(flux.shape))
    return np.sqrt(sky**2 + np.maximum(flux, 0) + (CALIBRATION * flux) ** 2)
