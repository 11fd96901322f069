"""Flux of a transient: a law of two slopes in time, brightness by distance, colour by wavelength."""

import numpy as np
from numpy.typing import NDArray

from ..light_curves.walks import distance_modulus

Array = NDArray[np.float64]

WAVELENGTH = {"u": 3671.0, "g": 4827.0, "r": 6223.0, "i": 7546.0, "z": 8691.0, "y": 9712.0}  # Angstrom, LSST
PIVOT = 5000.0  # Angstrom in the rest frame
LONGER = 0.3  # power of wavelength by which redder light lasts longer
REDSHIFTS = np.linspace(0.0, 1.0, 401)
FINE = np.linspace(-0.5, 1.5, 401)  # of the plateau, where a peak is looked for


def flux_law(since: Array, rise: Array, plateau: Array, fall: Array, decline: Array) -> Array:
    """Flux of amplitude 1 (Villar et al. 2019, ApJ 884, 83, eq. 1).

    (A + b t) / (1 + exp(-t / rise)) until the end of the plateau, and from there on
    (A + b plateau) exp(-(t - plateau) / fall) / (1 + exp(-t / rise)), with A = 1 and b = -decline / plateau.

    Parameters
    ----------
    since : days after the reference time of the rise, of any shape that the others broadcast with.
    rise, plateau, fall : days. decline : share of A that is lost along the plateau.
    """
    line = 1 - decline * np.minimum(since, plateau) / plateau
    tail = np.exp(-np.maximum(since - plateau, 0) / fall)
    with np.errstate(over="ignore"):  # exp of long before the rise: a flux of 0
        return np.asarray(line * tail / (1 + np.exp(-since / rise)))


def peak_of(rise: Array, plateau: Array, fall: Array, decline: Array) -> tuple[Array, Array]:
    """Days from the reference time to the peak, and the flux there; (n,) each."""
    span = np.maximum(plateau, 6 * rise)[:, None]
    since = FINE * span
    flux = flux_law(since, rise[:, None], plateau[:, None], fall[:, None], decline[:, None])
    best = np.argmax(flux, axis=1)
    rows = np.arange(len(rise))
    return since[rows, best], flux[rows, best]


def distance_moduli(redshift: Array) -> Array:
    """Distance modulus by interpolation in log redshift, to 0.001 mag from redshift 0.01 to 1."""
    known = REDSHIFTS[1:]
    table = np.array([distance_modulus(float(z)) for z in known]) - 5 * np.log10(known)
    return np.asarray(np.interp(redshift, known, table) + 5 * np.log10(redshift))


def magnitudes(absolute: Array, colour: Array, redshift: Array, wavelength: Array) -> Array:
    """Apparent magnitude at peak, AB.

    m = M + mu - 2.5 log10(1 + z) + colour log10(pivot / (wavelength / (1 + z))): flux per frequency of light that left
    at another wavelength, of a spectrum that is a power law.

    Parameters
    ----------
    absolute : at 5000 Angstrom. wavelength : observed [Angstrom].
    """
    emitted = wavelength / (1 + redshift)
    dimmed = absolute + distance_moduli(redshift) - 2.5 * np.log10(1 + redshift)
    return np.asarray(dimmed + colour * np.log10(PIVOT / emitted))
