"""Rendering: sources through the atmosphere onto 63 x 63 pixels, and the noise on them.

Positions are pixels from the centre of the central pixel, x to the right, y up.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .profiles import galaxy as galaxy_profile
from .profiles import psf

Array = NDArray[np.floating]

SIDE = 63  # px
HALF = SIDE // 2
SCALE = 1.01  # arcsec a pixel
GAIN = 6.2  # electrons a DN (Masci et al. 2019)
READ_NOISE = 10.0  # electrons (Masci et al. 2019)
FRAMES = 15  # in a reference image, the least that ZTF builds one from

FARTHEST = -40.0  # exponent: beyond, float32 products become subnormal, a hundred times slower
PIECE = 16  # sources a product: they stay in cache, and BLAS wakes no threads, which would cost more than they give

AXIS = np.arange(SIDE, dtype=np.float32) - HALF


@dataclass(frozen=True)
class Galaxy:
    """A galaxy at (x, y) [px]: magnitude, half-light radius [px], axis ratio, position angle [rad], bulge fraction."""

    x: float
    y: float
    magnitude: float
    radius: float
    ratio: float
    angle: float
    bulge: float


def _profiles(position: Array, variance: Array) -> Array:
    """Gaussians of unit peak on the pixel axis: positions (n,), variances (k, n) -> (k * n, 63) float32."""
    square = (AXIS - position.astype(np.float32)[:, None]) ** 2
    exponent: Array = square * (-0.5 / variance).astype(np.float32)[..., None]
    np.maximum(exponent, FARTHEST, out=exponent)
    return np.asarray(np.exp(exponent, out=exponent)).reshape(-1, SIDE)


def render_points(x: Array, y: Array, flux: Array, extent: Array, fwhm: float) -> Array:
    """Image (63, 63) in DN of n round sources.

    Parameters
    ----------
    x, y : (n,) [px]. flux : (n,) [DN]. extent : (n,) width of the source itself [px], 0 a point.
    fwhm : of the PSF [px].
    """
    fraction, variance = psf(fwhm)
    image = np.zeros((SIDE, SIDE), dtype=np.float32)
    for start in range(0, len(flux), PIECE):
        part = slice(start, start + PIECE)
        widths = variance[:, None] + np.square(extent[part])
        peak = (fraction[:, None] * flux[part] / (2 * np.pi * widths)).astype(np.float32).reshape(-1, 1)
        image += (_profiles(y[part], widths) * peak).T @ _profiles(x[part], widths)
    return image


def render_galaxy(galaxy: Galaxy, x: float, y: float, flux: float, fwhm: float) -> Array:
    """Image (63, 63) in DN of an inclined galaxy whose centre lies at (x, y) [px].

    The PSF enters as one Gaussian of the same FWHM: its wings are below the galaxy's own.
    """
    fraction, major = galaxy_profile(galaxy.bulge, galaxy.radius)
    blur = (fwhm / 2.355) ** 2
    unresolved = major < 0.05 * blur  # these would all look alike: one Gaussian stands for them
    fraction = np.append(fraction[~unresolved], fraction[unresolved].sum())
    major = np.append(major[~unresolved], 0.0)
    widths, heights = major + blur, major * galaxy.ratio**2 + blur
    peak = fraction * flux / (2 * np.pi * np.sqrt(widths * heights))
    u, v = AXIS - np.float32(x), (AXIS - np.float32(y))[:, None]
    cosine, sine = np.float32(np.cos(galaxy.angle)), np.float32(np.sin(galaxy.angle))
    squares = np.stack([(cosine * u + sine * v).ravel() ** 2, (cosine * v - sine * u).ravel() ** 2])
    exponent = (-0.5 / np.stack([widths, heights], axis=1)).astype(np.float32) @ squares
    np.maximum(exponent, FARTHEST, out=exponent)
    image: Array = peak.astype(np.float32) @ np.exp(exponent, out=exponent)
    return image.reshape(SIDE, SIDE)


def pixel_noise(signal: Array | float, sky: float) -> Array:
    """Standard deviation [DN] of photons and read-out, for ``signal`` [DN] over ``sky`` [DN]."""
    photons = np.maximum(signal, 0) + sky
    return np.sqrt(photons / GAIN + (READ_NOISE / GAIN) ** 2)


def correlated(rng: np.random.Generator) -> Array:
    """Noise (63, 63) of unit variance whose neighbours correlate by one half, as resampling leaves it."""
    white = rng.standard_normal((SIDE + 1, SIDE + 1), dtype=np.float32)
    rows = white[1:] + white[:-1]
    return (rows[:, 1:] + rows[:, :-1]) / 2
