"""The closed vocabulary of preprocessing: named numpy operations.

Training and the runtime call these very functions, so a bundle cannot
preprocess otherwise than its model was trained.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import BundleError

Array = NDArray[np.floating]


def crop(array: Array, size: int) -> Array:
    """Central ``size`` x ``size`` pixels of images (n, channels, y, x)."""
    height, width = array.shape[-2:]
    if not 0 < size <= min(height, width):
        raise BundleError(f"crop: size {size} does not fit the image, {height}x{width} pixels")
    top, left = (height - size) // 2, (width - size) // 2
    return array[..., top : top + size, left : left + size]


def minmax(array: Array) -> Array:
    """Scale each channel of each image to [0, 1], NaN ignored and kept.

    A constant channel has no scale and becomes NaN, as in the released code
    of Carrasco-Davis et al. (2021). Computed in float64: the range of two
    finite float32 values can overflow float32.
    """
    wide = array.astype(np.float64)
    low = np.fmin.reduce(wide, axis=(-2, -1), keepdims=True)
    span = np.fmax.reduce(wide, axis=(-2, -1), keepdims=True) - low
    scaled: Array = (wide - low) / np.where(span > 0, span, np.nan)
    return scaled


def nan_to_num(array: Array, value: float) -> Array:
    """Replace NaN by ``value``."""
    return np.where(np.isnan(array), value, array)


def fill_missing(array: Array, values: Sequence[float | None]) -> Array:
    """Replace NaN in column i by ``values[i]``; None leaves it NaN."""
    filler = np.array([np.nan if value is None else value for value in values])
    return np.where(np.isnan(array), filler, array)


def clip(array: Array, minimum: Sequence[float | None], maximum: Sequence[float | None]) -> Array:
    """Limit column i to [``minimum[i]``, ``maximum[i]``]; None is no limit, NaN stays."""
    low = np.array([-np.inf if value is None else value for value in minimum])
    high = np.array([np.inf if value is None else value for value in maximum])
    clipped: Array = np.clip(array, low, high)
    return clipped


def standardize(array: Array, mean: Sequence[float], scale: Sequence[float]) -> Array:
    """Subtract column means and divide by column scales, in float64."""
    if not np.all(np.array(scale) > 0):
        raise BundleError(f"standardize: scale {list(scale)}, expected numbers above 0")
    standardized: Array = (array.astype(np.float64) - np.array(mean)) / np.array(scale)
    return standardized


OPERATIONS: Mapping[str, Callable[..., Array]] = {
    function.__name__: function for function in (crop, minmax, nan_to_num, fill_missing, clip, standardize)
}


def apply(operations: Sequence[Mapping[str, Any]], array: Array) -> NDArray[np.float32]:
    """Run ``[{"op": name, **parameters}, ...]`` over a batch, in order.

    Parameters
    ----------
    operations : each names one of ``OPERATIONS`` and its parameters.
    array : (n, ...) raw input as the manifest declares it.

    Returns
    -------
    (n, ...) float32, what the graph takes.

    Raises
    ------
    BundleError
        For an operation outside the vocabulary.
    """
    for operation in operations:
        parameters = dict(operation)
        name = parameters.pop("op")
        if name not in OPERATIONS:
            raise BundleError(f"preprocessing: unknown operation {name!r}, known: {', '.join(OPERATIONS)}")
        with np.errstate(invalid="ignore"):  # inf - inf is NaN, and NaN is "not known" to the next operation
            array = OPERATIONS[name](array, **parameters)
    with np.errstate(over="ignore"):  # beyond float32 is infinite: the answer tells, row by row
        return np.ascontiguousarray(array, dtype=np.float32)
