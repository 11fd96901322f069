"""Light profiles as sums of Gaussians (Hogg & Lang 2013).

A Gaussian stays one under convolution, and a round one is a product of x and y:
that makes a crowded stamp one matrix product. The tables were fitted by
non-negative least squares to the profiles named.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

PIXEL_VARIANCE = 1 / 12  # px^2, of a square pixel: sampling at its centre then stands for its mean

# Moffat, beta = 3 (a ground-based seeing profile); widths in units of the FWHM.
# Within 0.3 % of the peak everywhere, 6 % of the profile out to 3 FWHM.
# The last one is the aureole, 2.5 % of the light: bright stars of ZTF's references show it far out.
PSF_FLUX = np.array([0.2243, 0.5150, 0.2287, 0.0320, 0.0256])
PSF_WIDTH = np.array([0.3328, 0.5299, 0.9006, 1.7914, 4.5])

# Sersic n = 1 (disc) and n = 4 (bulge); widths in units of the half-light radius.
# Within 2 % and 5 % between 0.1 and 3 half-light radii.
DISC_FLUX = np.array([0.0049, 0.0595, 0.2693, 0.4651, 0.2012])
DISC_WIDTH = np.array([0.1007, 0.2773, 0.5651, 0.9860, 1.5924])
BULGE_FLUX = np.array([0.0178, 0.0626, 0.1493, 0.2497, 0.2890, 0.2316])
BULGE_WIDTH = np.array([0.0275, 0.0810, 0.2137, 0.5299, 1.2858, 3.3491])


def psf(fwhm: float) -> tuple[Array, Array]:
    """Flux fractions and variances [px^2] of the PSF's Gaussians; fractions sum to 1."""
    return PSF_FLUX / PSF_FLUX.sum(), (PSF_WIDTH * fwhm) ** 2 + PIXEL_VARIANCE


def gaussian(fwhm: float) -> float:
    """Variance [px^2] of the PSF as one Gaussian of its FWHM."""
    return (fwhm / 2.355) ** 2 + PIXEL_VARIANCE


def galaxy(bulge: float, radius: float) -> tuple[Array, Array]:
    """Flux fractions and variances [px^2], along the major axis, of a galaxy's Gaussians.

    Parameters
    ----------
    bulge : bulge-to-total ratio. radius : half-light radius of the disc [px]; the bulge's is half of it.
    """
    flux = np.concatenate([(1 - bulge) * DISC_FLUX / DISC_FLUX.sum(), bulge * BULGE_FLUX / BULGE_FLUX.sum()])
    return flux, np.concatenate([DISC_WIDTH * radius, BULGE_WIDTH * radius / 2]) ** 2
