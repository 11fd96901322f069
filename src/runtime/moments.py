"""What an image is in a few numbers: brightness, place, size, shape, symmetry."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .errors import BundleError

SHAPES = ("brightest", "faintest", "distance", "size", "elongation", "asymmetry", "unknown")


def moments(array: NDArray[np.floating], radii: Sequence[float]) -> NDArray[np.float64]:
    """A row of numbers for images (n, channels, y, x), channel by channel: see `moment_names`.

    Within the widest disc about the centre the pixels above 0 have a centroid and second moments. Pixels that are
    not finite count as 0. What is undefined, such as the size of nothing, is NaN.

    Parameters
    ----------
    radii : of discs about the centre, in pixels, rising.

    Returns
    -------
    (n, channels * (len(radii) + 7)) float64.

    Raises
    ------
    BundleError
        For radii that do not rise.
    """
    sides = array.shape[-2:]
    if not radii or radii[0] <= 0 or any(b <= a for a, b in pairwise(radii)):
        raise BundleError(f"moments: radii {list(radii)}, expected numbers above 0 in rising order")
    y, x = (place.ravel() for place in np.indices(sides) - (np.array(sides)[:, None, None] - 1) / 2)
    r = np.hypot(x, y)
    flat = array.reshape(*array.shape[:-2], sides[0] * sides[1]).astype(np.float64)
    known = np.isfinite(flat)
    light = np.where(known, flat, 0.0)
    discs = np.stack([r <= radius for radius in radii], axis=1).astype(np.float64)
    inside = light[..., r <= radii[-1]]
    x, y = x[r <= radii[-1]], y[r <= radii[-1]]
    above = np.maximum(inside, 0)
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 / 0 is the NaN of no light
        means = above @ np.stack([x, y, x * x, y * y, x * y], axis=1) / above.sum(axis=-1, keepdims=True)
        mx, my, xx, yy, xy = np.moveaxis(means, -1, 0)
        xx, yy, xy = xx - mx * mx, yy - my * my, xy - mx * my
        size = np.sqrt(xx + yy)
        elongation = np.hypot(xx - yy, 2 * xy) / (xx + yy)
        turned = inside[..., ::-1]  # the disc is symmetric: its last pixel lies opposite the first
        asymmetry = np.abs(inside - turned).sum(axis=-1) / (2 * np.abs(inside).sum(axis=-1))
    ends = inside.max(axis=-1), inside.min(axis=-1)
    shapes = (*ends, np.hypot(mx, my), size, elongation, asymmetry, 1 - known.mean(axis=-1))
    found = np.concatenate([light @ discs / np.sqrt(discs.sum(axis=0)), np.stack(shapes, axis=-1)], axis=-1)
    return found.reshape(len(array), found.shape[1] * found.shape[2])


def moment_names(channels: Sequence[str], radii: Sequence[float]) -> list[str]:
    """What each number of `moments` is: the sum within a disc over the root of its pixels, and the shapes.

    Sums of pixels in units of their noise are signals to noise. ``distance`` is that of the centroid from the centre,
    ``size`` the root of both variances together, in pixels; ``elongation`` is 0 of a circle, 1 of a line;
    ``asymmetry`` is 0 of what is the same upside down, and 1 at most; ``unknown`` is a share of all pixels.
    """
    within = [f"within_{radius:g}" for radius in radii]
    return [f"{channel}_{name}" for channel in channels for name in (*within, *SHAPES)]
