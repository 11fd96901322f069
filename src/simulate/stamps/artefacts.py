"""What detectors and subtraction do: images that look like nothing in the sky.

Each function returns (63, 63) in DN, to be added to the science image at the
place (x, y) [px] of the candidate; ``flux`` [DN] sets the scale and ``static`` is the
noiseless sky without the artefact.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from .sky import AXIS, HALF, SIDE, correlated, render_points, slopes

Array = NDArray[np.floating]
Generator = np.random.Generator
Artefact = Callable[[Generator, float, Array, float, float], Array]


def _blank() -> Array:
    return np.zeros((SIDE, SIDE), dtype=np.float32)


def cosmic_ray(rng: Generator, flux: float, static: Array, x: float, y: float) -> Array:
    """A particle's track: sharper than any PSF, as long as the hit was oblique."""
    image, length, angle = _blank(), rng.exponential(2.5), rng.uniform(0, np.pi)
    for step in np.linspace(-0.5, 0.5, 1 + int(4 * length)):
        column, row = (HALF + round(step * length * along) for along in (np.cos(angle), np.sin(angle)))
        image[row % SIDE, column % SIDE] += rng.uniform(0.5, 1.5)
    return image * np.float32(flux / image.sum())


def hot_pixel(rng: Generator, flux: float, static: Array, x: float, y: float) -> Array:
    """One to three neighbouring pixels, too bright or dead."""
    image = _blank()
    image[HALF, HALF] = flux * rng.choice([0.7, -0.7])
    if rng.random() < 0.5:
        image[HALF + rng.integers(-1, 2), HALF + rng.integers(-1, 2)] += image[HALF, HALF] * rng.uniform(0.3, 0.9)
    return image


def bad_column(rng: Generator, flux: float, static: Array, x: float, y: float) -> Array:
    """A column of one or two pixels' width, over all rows or from some row on."""
    image, width = _blank(), rng.integers(1, 3)
    image[0 if rng.random() < 0.5 else rng.integers(10, HALF) :, HALF : HALF + width] = 1
    ragged = 1 + 0.3 * rng.standard_normal((SIDE, 1), dtype=np.float32)
    return np.asarray(image * np.float32(flux / 8) * ragged)


def bleed(rng: Generator, flux: float, static: Array, x: float, y: float) -> Array:
    """Charge run over from a saturated star along its columns, and the star's own failed subtraction."""
    decay = np.exp(-np.abs(AXIS - y) / rng.uniform(6, 25))[:, None]
    spike = np.exp(-0.5 * ((AXIS - x) / rng.uniform(0.6, 1.6)) ** 2)
    core = static / static.max() * correlated(rng)
    return np.asarray(flux * (0.12 * decay * spike + 0.4 * core), dtype=np.float32)


def dipole(rng: Generator, flux: float, static: Array, x: float, y: float) -> Array:
    """Science and reference not aligned: the star's gradient, and some of the star itself."""
    shift, angle = rng.uniform(0.15, 0.6), rng.uniform(0, 2 * np.pi)
    down, across = slopes(static)
    slope = -shift * (np.cos(angle) * across + np.sin(angle) * down)
    core = static[HALF - 4 : HALF + 5, HALF - 4 : HALF + 5]
    share = flux / np.abs(slope).max()
    return np.asarray(0.35 * share * slope + 0.5 * flux * (static - static.min()) / (core - static.min()).sum())


def residual(rng: Generator, flux: float, static: Array, x: float, y: float) -> Array:
    """A bright star that did not cancel: misplaced, of another width, and ragged where its core is steep."""
    core = (slice(HALF - 6, HALF + 7),) * 2
    star = np.zeros_like(static)
    star[core] = static[core] / static[core].max()
    down, across = slopes(star)
    curvature = slopes(down)[0] + slopes(across)[1]
    left = rng.normal(0, 0.7) * across + rng.normal(0, 0.7) * down - rng.normal(0.5, 0.8) * curvature
    left += 0.35 * star * correlated(rng) + rng.normal(0.1, 0.2) * star
    return np.asarray(left * np.float32(0.16 * flux / np.abs(left).max()), dtype=np.float32)


def glints(rng: Generator, flux: float, static: Array, x: float, y: float) -> Array:
    """A tumbling satellite: equal flashes, equally far apart along a line."""
    apart, angle = rng.uniform(9, 24), rng.choice([0.0, rng.uniform(0, np.pi)])
    steps = np.arange(-3, 4) * apart
    share = flux * rng.uniform(0.8, 1.2, steps.size)
    places = x + steps * np.cos(angle), y + steps * np.sin(angle)
    return render_points(*places, share, np.full(steps.size, rng.uniform(0, 0.5)), 2.1)


def ghost(rng: Generator, flux: float, static: Array, x: float, y: float) -> Array:
    """Light reflected in the optics: a wide, faint disc or ring with soft edges."""
    centre, radius = rng.uniform(-6, 6, 2), rng.uniform(4, 16)
    distance = np.hypot(AXIS - x - centre[0], (AXIS - y - centre[1])[:, None])
    disc = 1 / (1 + np.exp((distance - radius) / rng.uniform(0.6, 2.5)))
    ring = np.exp(-0.5 * ((distance - radius) / 2.5) ** 2)
    return np.asarray(flux / 60 * (disc if rng.random() < 0.6 else ring + 0.4 * disc), dtype=np.float32)


def edge_of_mask(rng: Generator, flux: float, static: Array, x: float, y: float) -> Array:
    """The rim of a masked region: a ramp of counts that ends within a few pixels."""
    ramp = np.exp(-np.abs(AXIS - x) / rng.uniform(0.8, 2.0)) * np.exp(-(((AXIS - y)[:, None] / rng.uniform(2, 6)) ** 2))
    return np.asarray(flux / 8 * ramp * (1 + 0.4 * correlated(rng)), dtype=np.float32)


def noise_peak(rng: Generator, flux: float, static: Array, x: float, y: float) -> Array:
    """A chance clump of noise: nearly a point source, narrower than the seeing and ragged."""
    places = rng.normal(0, 0.7, (2, 4)) + np.array([[x], [y]])
    image = render_points(places[0], places[1], rng.dirichlet(np.ones(4)) * flux, np.zeros(4), rng.uniform(0.9, 1.6))
    return np.asarray(image * (1 + 0.3 * correlated(rng)))


ARTEFACTS: Mapping[str, Artefact] = {
    function.__name__: function
    for function in (
        cosmic_ray,
        hot_pixel,
        bad_column,
        bleed,
        dipole,
        residual,
        glints,
        ghost,
        edge_of_mask,
        noise_peak,
    )
}
