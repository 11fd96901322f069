"""From a scene and an exposure to the three cut-outs of a packet."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .artefacts import ARTEFACTS
from .exposure import Exposure
from .masks import bad_pixels
from .scene import Scene
from .sky import FRAMES, HALF, correlated, pixel_noise, render_galaxy, render_points

Array = NDArray[np.floating]
Generator = np.random.Generator

SATURATION = 45000.0  # DN, about where ZTF's stamps stop
MISALIGNMENT = 0.02  # px, a good subtraction
FLAT_ERROR = 0.01  # of the static light, pixel by pixel
STRIPED_SHARE = 0.25  # of exposures show the readout's pattern of columns


@dataclass(frozen=True)
class Cutouts:
    """The images of one epoch, cut by the chip's edge, NaN where masked; row 0 is the lowest y.

    Attributes
    ----------
    science, template, difference : (ny, nx) float32 [DN].
    positive : whether the difference is science - template; else it is template -
        science, so that what was detected is always bright, as in ZTF's packets.
    """

    science: NDArray[np.float32]
    template: NDArray[np.float32]
    difference: NDArray[np.float32]
    positive: bool


def _static(scene: Scene, exposure: Exposure, fwhm: float) -> Array:
    """The unchanging sky (63, 63) [DN], without background or noise."""
    (x, y), s = exposure.offset, scene.sources
    flux = 10 ** (-0.4 * (s.magnitude - exposure.zero_point))
    image = render_points(s.x + x, s.y + y, flux, s.extent, fwhm)
    for galaxy in scene.galaxies:
        image += render_galaxy(galaxy, galaxy.x + x, galaxy.y + y, exposure.flux(galaxy.magnitude), fwhm)
    return image


def _event(rng: Generator, scene: Scene, exposure: Exposure, static: Array) -> Array:
    """What is in the science image and not in the reference (63, 63) [DN]; negative where it faded."""
    (x, y), portrait = exposure.offset, scene.portrait
    flux = exposure.limit * 10 ** (0.4 * max(portrait.contrast + rng.normal(0, 0.15), -0.2))
    if portrait.artefact:
        image = ARTEFACTS[portrait.artefact](rng, flux, static, x, y)
        return -image if portrait.fades and rng.random() < 0.4 else image
    if portrait.fades and portrait.point is not None and rng.random() < 0.5:
        flux = -min(flux, 0.8 * exposure.flux(portrait.point))
        if -flux < 0.8 * exposure.limit:  # too faint to fade visibly: it brightened instead
            flux = exposure.limit * 10 ** (0.4 * max(portrait.contrast, 0))
    steps = np.linspace(-0.5, 0.5, 1 + int(2 * portrait.trail)) if portrait.trail >= 1 else np.zeros(1)
    angle = rng.uniform(0, np.pi)
    along = steps * portrait.trail
    share = np.full(len(steps), flux / len(steps))
    return render_points(
        x + along * np.cos(angle), y + along * np.sin(angle), share, np.zeros(len(steps)), exposure.seeing
    )


def _residual(rng: Generator, static: Array) -> Array:
    """What a subtraction leaves of the static sky (63, 63) [DN]: misalignment, flat field and PSF errors."""
    shift_y, shift_x = rng.normal(0, MISALIGNMENT, 2)
    down, across = np.gradient(static)
    error = 1 + FLAT_ERROR * rng.standard_normal(static.shape, dtype=np.float32) + rng.normal(0, 0.003)
    return np.asarray((error - 1) * static - shift_x * across - shift_y * down)


def expose(rng: Generator, scene: Scene, exposure: Exposure) -> Cutouts:
    """Science, template and difference cut-outs of a scene in one night.

    The difference is made as image subtraction leaves it: the reference is
    matched to the science image's seeing, so static light cancels up to photon
    noise and the residual errors of the match.
    """
    static = _static(scene, exposure, exposure.seeing)
    event = _event(rng, scene, exposure, static)
    reference = _static(scene, exposure, exposure.reference_seeing)

    noise = rng.standard_normal(static.shape, dtype=np.float32) * pixel_noise(static + event, exposure.sky)
    if rng.random() < STRIPED_SHARE:
        noise[:, rng.integers(2) :: 2] += rng.uniform(0.3, 1.0) * exposure.noise
    reference_noise = correlated(rng) * pixel_noise(reference, exposure.sky) / np.sqrt(FRAMES)

    science = np.minimum(static + event + noise + exposure.sky, SATURATION)
    template = np.minimum(reference + reference_noise + exposure.sky, SATURATION)
    difference = event + noise - reference_noise + _residual(rng, static)
    core = slice(HALF - 2, HALF + 3)
    positive = float(event[core, core].sum()) >= 0
    images = [science, template, difference if positive else -difference]
    masked = bad_pixels(rng, scene.portrait.artefact == "edge_of_mask")
    for image in images:
        image[masked] = np.nan
    science, template, difference = (np.ascontiguousarray(image[exposure.window], dtype=np.float32) for image in images)
    return Cutouts(science, template, difference, positive)
