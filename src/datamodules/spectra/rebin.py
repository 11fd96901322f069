"""Spectra of any pixels to those of a common grid, conserving flux."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...door.spectra import Arm

COVERED = 0.5  # of the width of a pixel of the grid, below which nothing is known of it
Floats = NDArray[np.float64]


def grid_edges(low: float, high: float, pixels: int) -> Floats:
    """(pixels + 1,) edges, equally far apart in the logarithm: a width in velocity."""
    return np.geomspace(low, high, pixels + 1)


def centres(edges: Floats) -> Floats:
    """(pixels,) geometric means of the edges."""
    return np.sqrt(edges[1:] * edges[:-1])


def rebinned(arms: Sequence[Arm], edges: Floats) -> Floats:
    """(pixels,) mean flux density of the good pixels within each pixel of the grid; NaN where too little is covered.

    A pixel of a spectrum reaches to the middle between it and its neighbours, and its flux density is the same
    throughout; the integral of what is covered is conserved exactly. Where arms overlap each counts by the width that
    it covers.

    Parameters
    ----------
    edges : (pixels + 1,) in the frame of the arms' wavelengths.
    """
    flux, width = np.zeros(len(edges) - 1), np.zeros(len(edges) - 1)
    for arm in arms:
        own = _edges(arm.wavelength)
        covered = np.diff(own) * arm.good
        flux += _integrals(own, covered * np.where(arm.good, arm.flux, 0.0), edges)
        width += _integrals(own, covered, edges)
    known = width >= COVERED * np.diff(edges)
    return np.where(known, flux / np.where(known, width, 1.0), np.nan)


def _edges(wavelength: Floats) -> Floats:
    """Middles between neighbours, and as far beyond the ends."""
    middle = (wavelength[1:] + wavelength[:-1]) / 2
    return np.concatenate([[2 * wavelength[0] - middle[0]], middle, [2 * wavelength[-1] - middle[-1]]])


def _integrals(own: Floats, of_pixels: Floats, edges: Floats) -> Floats:
    """Of a density that is constant in each pixel, between the edges of the grid: its integral is linear there."""
    total = np.concatenate([[0.0], np.cumsum(of_pixels)])
    found: Floats = np.diff(np.interp(edges, own, total))
    return found
