"""What a spectrum is, wherever it comes from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arm:
    """Pixels of one spectrograph, in order of wavelength.

    Attributes
    ----------
    wavelength : (m,) as the file has it, in Angstrom: of SDSS and DESI in vacuum and the observed frame.
    flux : (m,) per wavelength, in any unit. good : (m,) whether a pixel counts.
    """

    wavelength: Floats
    flux: Floats
    good: NDArray[np.bool_]


@dataclass(frozen=True)
class Spectrum:
    """One spectrum.

    Attributes
    ----------
    arms : one or several, which may overlap.
    redshift, ra, dec : NaN where unknown. signal_to_noise : median of the good pixels; likewise.
    label : None without one.
    """

    object_id: str
    arms: tuple[Arm, ...]
    redshift: float = np.nan
    label: str | None = None
    ra: float = np.nan
    dec: float = np.nan
    signal_to_noise: float = np.nan


@dataclass(frozen=True)
class Unusable:
    """A spectrum, or a file of them, that could not be read, and why."""

    object_id: str
    reason: str


@dataclass(frozen=True)
class ListColumns:
    """Columns of a Parquet table with a spectrum a row; None for what it lacks.

    Attributes
    ----------
    object_id : names. wavelength, flux, ivar, mask : lists of as many values each; a pixel counts where ``ivar`` is
        above 0 and ``mask`` is 0.
    redshift, ra, dec : one number a row.
    """

    object_id: str
    wavelength: str
    flux: str
    ivar: str | None = None
    mask: str | None = None
    redshift: str | None = None
    ra: str | None = None
    dec: str | None = None


def arm_of(wavelength: Floats, flux: Floats, ivar: Floats | None, masked: NDArray[np.bool_] | None) -> Arm:
    """The pixels; one counts where it is finite, not masked, and has weight.

    Raises
    ------
    ValueError
        For columns of unequal length, fewer than two pixels, or wavelengths that do not rise.
    """
    if len({len(each) for each in (wavelength, flux, ivar, masked) if each is not None}) > 1:
        raise ValueError("wavelength, flux, ivar and mask are of unequal length")
    if len(wavelength) < 2:
        raise ValueError(f"{len(wavelength)} pixels")
    if not (np.diff(wavelength) > 0).all() or not wavelength[0] > 0:
        raise ValueError("wavelengths do not rise from above 0")
    good = np.isfinite(flux)
    if ivar is not None:
        good &= ivar > 0
    if masked is not None:
        good &= ~masked
    return Arm(np.asarray(wavelength, np.float64), np.asarray(flux, np.float64), good)


def signal_to_noise(flux: Floats, ivar: Floats, good: NDArray[np.bool_]) -> float:
    """Median of flux over its error; NaN where no pixel counts."""
    return float(np.median(flux[good] * np.sqrt(ivar[good]))) if good.any() else np.nan
