"""Isotropic power spectra of periodic fields, and how far two fields share their phases."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Power = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class Shells:
    """Modes of a periodic grid by wavenumber: shells as wide as the fundamental mode of the shortest side.

    Attributes
    ----------
    number : (modes,) shell of each mode in the order of `numpy.fft.fftn`; the last is of modes that are in none.
    wavenumber : (b,) mean of each shell. modes : (b,) in each.
    cell : volume of a cell of the grid.
    """

    number: NDArray[np.int64]
    wavenumber: NDArray[np.float64]
    modes: NDArray[np.int64]
    cell: float


def shells(sides: Sequence[int], spacing: float | None) -> Shells:
    """Shells from the fundamental mode to the Nyquist frequency; the mean of a field (k = 0) is in none.

    Parameters
    ----------
    sides : cells along each axis, 2 or more.
    spacing : length of a cell. Wavenumbers are then 2 pi over a length; without one they are cycles a cell.
    """
    unit = 1.0 if spacing is None else 2 * np.pi / spacing
    axes = np.meshgrid(*(unit * np.fft.fftfreq(side) for side in sides), indexing="ij")
    wavenumber = np.sqrt(sum(axis**2 for axis in axes)).ravel()
    fundamental, nyquist = unit / min(sides), unit / 2
    count = min(sides) // 2
    number = np.floor(wavenumber / fundamental + 0.5).astype(np.int64) - 1
    number[(number < 0) | (number >= count) | (wavenumber > nyquist * (1 + 1e-9))] = count
    modes = np.bincount(number, minlength=count + 1)[:-1]
    mean = np.bincount(number, wavenumber, count + 1)[:-1] / np.maximum(modes, 1)
    return Shells(number, mean, modes, 1.0 if spacing is None else float(spacing) ** len(sides))


def power_spectra(first: NDArray[np.float64], second: NDArray[np.float64], of: Shells, axes: int) -> Power:
    """Power of two fields and their cross power, P(k) = cell / cells <|FFT|**2> over each shell.

    White noise of variance s**2 has the power s**2 times the volume of a cell at every wavenumber. In the unit of
    the fields, squared, times the unit of length to the power of ``axes``.

    Parameters
    ----------
    first, second : (..., sides), broadcast against each other. axes : how many of the last are of space.

    Returns
    -------
    Of the first, of the second, and real part of the cross power, each (..., b).
    """
    places = tuple(range(-axes, 0))
    left, right = (np.fft.fftn(each.astype(np.float64), axes=places) for each in (first, second))
    cross = (left * right.conj()).real
    return _mean(np.abs(left) ** 2, of, axes), _mean(np.abs(right) ** 2, of, axes), _mean(cross, of, axes)


def _mean(square: NDArray[np.float64], of: Shells, axes: int) -> NDArray[np.float64]:
    flat = square.reshape(-1, len(of.number))
    sums = np.stack([np.bincount(of.number, each, len(of.modes) + 1)[:-1] for each in flat])
    mean: NDArray[np.float64] = sums / of.modes * (of.cell / len(of.number))
    return mean.reshape(*square.shape[:-axes], len(of.modes))
