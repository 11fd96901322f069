"""From a scene and an exposure to the three cut-outs of a packet."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .artefacts import ARTEFACTS
from .exposure import Exposure
from .masks import bad_pixels
from .scene import Scene
from .sky import FAINT, FRAMES, GAIN, HALF, Kernel, filtered, render_galaxy, render_points, slopes, white

Array = NDArray[np.floating]
Generator = np.random.Generator

SATURATION = 45000.0  # DN, about where ZTF's stamps stop
MISALIGNMENT = 0.025  # px, a good subtraction
FLAT_ERROR = 0.015  # of the static light, pixel by pixel
LEAST_CHANGE = 0.03  # of a star's own light, to be seen over what the subtraction leaves of it
STRIPED_SHARE = 0.06  # of exposures show the readout's pattern of columns
LANCZOS = (0.09, -0.07), (0.108, -0.07)  # of a reference, across and up: what resampling leaves of white noise
COLUMNS = 0.06  # of the noise: offsets from column to column


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
    order = np.argsort(s.magnitude)
    flux = 10 ** (-0.4 * (s.magnitude[order] - exposure.zero_point))
    bright = int((s.magnitude < FAINT).sum())
    image = render_points(s.x[order] + x, s.y[order] + y, flux, s.extent[order], fwhm, bright)
    for galaxy in scene.galaxies:
        image += render_galaxy(galaxy, galaxy.x + x, galaxy.y + y, exposure.flux(galaxy.magnitude), fwhm)
    return image


def _event(rng: Generator, scene: Scene, exposure: Exposure, static: Array, given: float | None) -> Array:
    """What is in the science image and not in the reference (63, 63) [DN]; negative where it faded."""
    (x, y), portrait = exposure.offset, scene.portrait
    if given is not None:
        return render_points(x + np.zeros(1), y + np.zeros(1), np.array([given]), np.zeros(1), exposure.seeing)
    flux = exposure.limit * 10 ** (0.4 * max(portrait.contrast + rng.normal(0, 0.15), -0.2))
    if portrait.artefact:
        image = ARTEFACTS[portrait.artefact](rng, flux, static, x, y)
        return -image if portrait.fades and rng.random() < 0.4 else image
    if portrait.point is not None:  # a change that drowns in the star's own residual would be no alert
        flux = max(flux, LEAST_CHANGE * exposure.flux(portrait.point))
    if portrait.fades and portrait.point is not None and rng.random() < 0.45:
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


def _residual(rng: Generator, static: Array, grain: Array) -> Array:
    """What a subtraction leaves of the static sky (63, 63) [DN]: misalignment, flat field, PSF; ``grain`` is white."""
    shift_y, shift_x = rng.normal(0, MISALIGNMENT * 10 ** rng.normal(0, 0.35), 2)
    down, across = slopes(static)
    flat = np.float32(FLAT_ERROR * 10 ** rng.normal(0, 0.45)) * grain + np.float32(rng.normal(0, 0.003))
    return np.asarray(flat * static - np.float32(shift_x) * across - np.float32(shift_y) * down)


def _match(rng: Generator) -> tuple[Kernel, Kernel]:
    """How matching the PSFs leaves neighbours of the difference correlated, across and up; each exposure is its own."""
    across = rng.normal(-0.035, 0.02) + rng.exponential(0.02), 0.002 - rng.exponential(0.02)
    up = rng.normal(-0.005, 0.005) + rng.exponential(0.02), 0.003 - rng.exponential(0.015)
    return across, up


def expose(rng: Generator, scene: Scene, exposure: Exposure, given: float | None = None) -> Cutouts:
    """Science, template and difference cut-outs of a scene in one night.

    Parameters
    ----------
    given : flux of the event [DN], negative where it faded; None to draw it by the portrait.


    The difference is made as image subtraction leaves it: the reference is
    matched to the science image's seeing, so static light cancels up to photon
    noise and the residual errors of the match.
    """
    static = _static(scene, exposure, exposure.seeing)
    event = _event(rng, scene, exposure, static, given)
    reference = _static(scene, exposure, exposure.reference_seeing)

    grain, sigma = white(rng, 2), exposure.pixel_noise(static + event)
    noise = filtered(grain, (rng.normal(-0.03, 0.015), -0.008), (0.0, -0.003)) * sigma
    matched = filtered(grain, *_match(rng)) * sigma * (1.005 - min(rng.exponential(0.035), 0.25))
    columns = np.asarray(rng.standard_normal(static.shape[1], dtype=np.float32))
    columns *= np.float32(COLUMNS * 10 ** rng.normal(0, 0.3) * exposure.noise)
    if rng.random() < STRIPED_SHARE:
        columns[::2] += np.float32(rng.uniform(0.2, 1.0) * exposure.noise)
        columns -= columns.mean()
    noise, matched = noise + columns, matched + columns
    photons = np.maximum(reference, 0) / (GAIN * FRAMES)
    reference_noise = filtered(white(rng, 2), *LANCZOS) * exposure.noisier
    reference_noise *= np.sqrt(photons + exposure.reference_noise**2)

    science = np.minimum(static + event + noise + exposure.sky, SATURATION)
    template = np.minimum(reference + reference_noise + exposure.sky + rng.normal(0.05, 0.2), SATURATION)
    difference = (
        event + matched - reference_noise + _residual(rng, static, grain.T[2:-2, 2:-2]) + rng.normal(0.08, 0.15)
    )
    core = slice(HALF - 2, HALF + 3)
    positive = float(event[core, core].sum()) >= 0
    images = [science, template, difference if positive else -difference]
    masked = bad_pixels(rng, scene.portrait.artefact == "edge_of_mask")
    if masked.any():
        for image in images:
            image[masked] = np.nan
    science, template, difference = (np.ascontiguousarray(image[exposure.window], dtype=np.float32) for image in images)
    return Cutouts(science, template, difference, positive)
