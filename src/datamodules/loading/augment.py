"""Random changes of images and light curves that leave the class as it is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.contracts import Augmentation
from ...core.curve_columns import CURVE, beginnings
from ...runtime.errors import AlertlabError
from ...runtime.ragged import Ragged
from .warp import random_matrices, warp

IMAGES = ("stamp", "image")  # inputs


def augment_inputs(inputs: dict[str, Any], augmentation: Augmentation, generator: np.random.Generator) -> None:
    """Change the inputs of a batch, in place.

    Raises
    ------
    AlertlabError
        For a change of an input that the data do not have.
    """
    image = next((name for name in IMAGES if name in inputs), IMAGES[0])
    asked = {image: augmentation.of_images, CURVE: augmentation.prefix}
    for name in (name for name, wanted in asked.items() if wanted):
        if isinstance(inputs.get(name), Ragged) != (name == CURVE) or name not in inputs:
            given, kind = ", ".join(inputs), "light_curve" if name == CURVE else f"{image} of one size"
            raise AlertlabError(f"model.augmentation: is of an input {kind}, the data have {given}; leave it out")
    if asked[image]:
        inputs[image] = augment(inputs[image], augmentation, generator)
    if asked[CURVE]:
        inputs[CURVE] = beginnings(inputs[CURVE], augmentation.prefix, augmentation.shortest, generator)


def augment(
    stamp: NDArray[np.float32], augmentation: Augmentation, generator: np.random.Generator
) -> NDArray[np.float32]:
    """Flip, shift, turn and stretch images at random, each on its own.

    Parameters
    ----------
    stamp : (n, channels, y, x); pixels that come from outside are NaN.

    Returns
    -------
    A changed copy of the same shape.
    """
    n = len(stamp)
    if augmentation.warps:
        return warp(stamp, *random_matrices(n, augmentation, generator))
    stamp = stamp.copy()
    if augmentation.flip:
        up_down, left_right = generator.random((2, n)) < 0.5
        stamp[up_down] = stamp[up_down, :, ::-1]
        stamp[left_right] = stamp[left_right, :, :, ::-1]
    if augmentation.shift:
        moves = generator.integers(-augmentation.shift, augmentation.shift, size=(n, 2), endpoint=True)
        stamp = np.stack([shift(image, int(dy), int(dx)) for image, (dy, dx) in zip(stamp, moves, strict=True)])
    return stamp


def shift(image: NDArray[np.float32], dy: int, dx: int) -> NDArray[np.float32]:
    """Move (channels, y, x) pixels by (dy, dx); what comes from outside is NaN."""
    moved = np.full_like(image, np.nan)
    height, width = image.shape[-2:]
    moved[:, max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)] = image[
        :, max(-dy, 0) : height + min(-dy, 0), max(-dx, 0) : width + min(-dx, 0)
    ]
    return moved
