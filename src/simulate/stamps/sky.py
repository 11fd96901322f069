"""Rendering: sources through the atmosphere onto 63 x 63 pixels, and the noise on them.

Positions are pixels from the centre of the central pixel, x to the right, y up.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .profiles import galaxy as galaxy_profile
from .profiles import gaussian, psf

Array = NDArray[np.floating]
Kernel = tuple[float, float]

SIDE = 63  # px
HALF = SIDE // 2
SCALE = 1.01  # arcsec a pixel
GAIN = 6.2  # electrons a DN (Masci et al. 2019)
READ_NOISE = 2.9  # DN; measured, the noise of empty pixels beyond that of the sky's photons
FRAMES = 15  # in a reference image, the least that ZTF builds one from

FARTHEST = -40.0  # exponent: beyond, float32 products become subnormal, a hundred times slower
PIECE = 64  # Gaussians a product: they stay in cache, and BLAS wakes no threads, which would cost more than they give

FAINT = 20.5  # mag; a fainter point is drawn as one Gaussian, its wings drown in the noise

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
    """Gaussians of unit peak on the pixel axis: positions and variances (n,) -> (n, 63) float32."""
    exponent: Array = (AXIS - position[:, None]) ** 2
    exponent *= (-0.5 / variance)[:, None]
    np.maximum(exponent, FARTHEST, out=exponent)
    return np.asarray(np.exp(exponent, out=exponent))


def render_points(x: Array, y: Array, flux: Array, extent: Array, fwhm: float, bright: int | None = None) -> Array:
    """Image (63, 63) in DN of n round sources.

    Parameters
    ----------
    x, y : (n,) [px]. flux : (n,) [DN]. extent : (n,) width of the source itself [px], 0 a point.
    fwhm : of the PSF [px]. bright : how many of them, the first ones, get the PSF's wings; the
        others are one Gaussian each. None: all.
    """
    fraction, variance = psf(fwhm)
    bright = len(flux) if bright is None else bright
    source = np.concatenate([np.repeat(np.arange(bright), len(fraction)), np.arange(bright, len(flux))])
    fraction, variance = (
        np.concatenate([np.tile(of, bright), np.full(len(flux) - bright, one)])
        for of, one in ((fraction, 1.0), (variance, gaussian(fwhm)))
    )
    width = (variance + extent[source] ** 2).astype(np.float32)
    peak = (fraction * flux[source] / (2 * np.pi * width)).astype(np.float32)
    across, up = (_profiles(of[source].astype(np.float32), width) for of in (x, y))
    up *= peak[:, None]
    image = np.zeros((SIDE, SIDE), dtype=np.float32)
    for start in range(0, len(source), PIECE):
        part = slice(start, start + PIECE)
        image += up[part].T @ across[part]
    return image


def point(x: float, y: float, fwhm: float, reach: int) -> Array:
    """The PSF (2 reach + 1, 2 reach + 1) of unit flux at (x, y) [px] from the centre of the central pixel."""
    fraction, variance = psf(fwhm)
    axis = np.arange(-reach, reach + 1)
    across, up = (np.exp(-0.5 * (axis - at) ** 2 / variance[:, None]) for at in (x, y))
    return np.asarray((up * (fraction / (2 * np.pi * variance))[:, None]).T @ across)


def render_galaxy(galaxy: Galaxy, x: float, y: float, flux: float, fwhm: float) -> Array:
    """Image (63, 63) in DN of an inclined galaxy whose centre lies at (x, y) [px].

    The PSF enters as one Gaussian of the same FWHM: its wings are below the galaxy's own.
    """
    fraction, major = galaxy_profile(galaxy.bulge, galaxy.radius)
    blur = (fwhm / 2.355) ** 2
    unresolved = major < 0.25 * blur  # these would all look alike: one Gaussian stands for them
    fraction = np.append(fraction[~unresolved], fraction[unresolved].sum())
    major = np.append(major[~unresolved], 0.0)
    widths, heights = major + blur, major * galaxy.ratio**2 + blur
    peak = fraction * flux / (2 * np.pi * np.sqrt(widths * heights))
    reach = 4.5 * float(widths.max()) ** 0.5  # beyond it lies less than 1e-4 of the peak
    left, right, low, high = (
        min(max(round(HALF + at), 0), SIDE) for at in (x - reach, x + reach, y - reach, y + reach)
    )
    u, v = AXIS[left:right] - np.float32(x), (AXIS[low:high] - np.float32(y))[:, None]
    cosine, sine = np.float32(np.cos(galaxy.angle)), np.float32(np.sin(galaxy.angle))
    squares = np.stack([(cosine * u + sine * v).ravel() ** 2, (cosine * v - sine * u).ravel() ** 2])
    exponent = (-0.5 / np.stack([widths, heights], axis=1)).astype(np.float32) @ squares
    np.maximum(exponent, FARTHEST, out=exponent)
    image = np.zeros((SIDE, SIDE), dtype=np.float32)
    image[low:high, left:right] = (peak.astype(np.float32) @ np.exp(exponent, out=exponent)).reshape(v.size, u.size)
    return image


def pixel_noise(signal: Array | float, sky: float, read: float = READ_NOISE) -> Array:
    """Standard deviation [DN] of photons and read-out, for ``signal`` and ``read`` [DN] over ``sky`` [DN]."""
    return np.sqrt((np.maximum(signal, 0) + sky) / GAIN + read**2)


def slopes(image: Array) -> tuple[Array, Array]:
    """Central differences down and across (63, 63) [per px], zero on the rim."""
    down, across = np.zeros_like(image), np.zeros_like(image)
    down[1:-1] = (image[2:] - image[:-2]) / 2
    across[:, 1:-1] = (image[:, 2:] - image[:, :-2]) / 2
    return down, across


def white(rng: np.random.Generator, margin: int = 0) -> Array:
    """Uncorrelated noise (63 + 2 margin, 63 + 2 margin) of unit variance."""
    return rng.standard_normal((SIDE + 2 * margin, SIDE + 2 * margin), dtype=np.float32)


def filtered(noise: Array, across: Kernel, up: Kernel) -> Array:
    """Noise (67, 67) of unit variance through a separable filter (b, a): (63, 63), of unit variance again.

    Each pixel takes b of its next and a of its second neighbours, on either side;
    neighbours then correlate by about 2 b and second neighbours by about 2 a.
    """
    for b, a in (up, across):
        rows = noise[2:-2] + np.float32(b) * (noise[1:-3] + noise[3:-1])
        rows += np.float32(a) * (noise[:-4] + noise[4:])
        noise = (rows * np.float32(1 / np.sqrt(1 + 2 * b * b + 2 * a * a))).T
    return noise


def correlated(rng: np.random.Generator) -> Array:
    """Noise (63, 63) of unit variance whose neighbours correlate by one half: the raggedness of artefacts."""
    noise = rng.standard_normal((SIDE + 1, SIDE + 1), dtype=np.float32)
    rows = noise[1:] + noise[:-1]
    return (rows[:, 1:] + rows[:, :-1]) / 2
