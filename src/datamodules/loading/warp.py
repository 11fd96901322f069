"""Images turned, stretched, mirrored and moved at once: one affine warp, one interpolation."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from ...core.contracts import Augmentation

HALF = 0.5  # share of a pixel that must be known


def random_matrices(
    n: int, augmentation: Augmentation, generator: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n, 2, 2) from a place in the changed image, off its middle, to that in the image, and (n, 2) moves, x and y.

    Turned by up to ``rotate`` degrees either way, stretched by up to ``zoom`` either way, evenly in its logarithm;
    half of them mirrored, moved by up to ``shift`` pixels in x and y.
    """
    angle = np.deg2rad(generator.uniform(-augmentation.rotate, augmentation.rotate, n))
    scale = np.exp(generator.uniform(-1, 1, n) * np.log(augmentation.zoom))
    mirror = np.where(generator.random(n) < HALF, -1.0, 1.0) if augmentation.flip else np.ones(n)
    cosine, sine = np.cos(angle) / scale, np.sin(angle) / scale
    matrix = np.stack([np.stack([mirror * cosine, -sine], 1), np.stack([mirror * sine, cosine], 1)], 1)
    return matrix, generator.uniform(-augmentation.shift, augmentation.shift, (n, 2))


def warp(images: NDArray[np.float32], matrix: NDArray[np.float64], move: NDArray[np.float64]) -> NDArray[np.float32]:
    """Bilinear values at ``matrix @ (place - middle) + middle + move`` for every place of each image.

    Pixels that are not finite count for nothing; NaN where less than half of what a pixel is made of is known, as
    beyond the edge.

    Parameters
    ----------
    images : (n, channels, y, x). matrix : (n, 2, 2). move : (n, 2) pixels; both x before y.
    """
    height, width = images.shape[-2:]
    middle = np.array([width - 1, height - 1]) / 2
    y, x = np.indices((height, width))
    places = np.stack([x, y], -1).reshape(-1, 2) - middle
    found = places @ matrix.transpose(0, 2, 1) + (middle + move)[:, None]
    grid = (2 * found + 1) / np.array([width, height]) - 1  # as torch counts: -1 and 1 are the outer edges
    where = torch.from_numpy(grid.astype(np.float32).reshape(-1, height, width, 2))
    known = np.isfinite(images)
    whole = bool(known.all())
    light = torch.from_numpy(images if whole else np.where(known, images, np.float32(0)))
    weight = torch.ones_like(light[:, :1]) if whole else torch.from_numpy(known.astype(np.float32))
    total, share = (
        functional.grid_sample(each, where, mode="bilinear", padding_mode="zeros", align_corners=False)
        for each in (light, weight)
    )
    warped: NDArray[np.float32] = torch.where(share >= HALF, total / share.clamp_min(HALF), torch.nan).numpy()
    return warped
