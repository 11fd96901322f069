"""The closed vocabulary of preprocessing: named numpy operations.

Training and the runtime call these very functions, so a bundle cannot
preprocess otherwise than its model was trained.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import BundleError
from .moments import moments
from .ragged import Ragged
from .sequence_operations import OF_SEQUENCES

Array = NDArray[np.floating]


def crop(array: Array, size: int) -> Array:
    """Central ``size`` x ``size`` pixels of images (n, channels, y, x)."""
    height, width = array.shape[-2:]
    if not 0 < size <= min(height, width):
        raise BundleError(f"crop: size {size} does not fit the image, {height}x{width} pixels")
    top, left = (height - size) // 2, (width - size) // 2
    return array[..., top : top + size, left : left + size]


def fit(array: Array | Ragged, size: int) -> Array:
    """Central ``size`` x ``size`` pixels of images of any size, (channels, y, x) each; NaN where one ends before."""
    if size < 1:
        raise BundleError(f"fit: size {size}, expected 1 or more")
    channels = array[0].shape[0] if isinstance(array, Ragged) else array.shape[1]
    fitted = np.full((len(array), channels, size, size), np.nan, np.float32)
    for row in range(len(array)):
        (top, to_top), (left, to_left) = (_centred(side, size) for side in array[row].shape[-2:])
        fitted[row][:, to_top, to_left] = array[row][:, top, left]
    return fitted


def _centred(side: int, size: int) -> tuple[slice, slice]:
    """Where the middle of ``side`` pixels lies, and where it goes to among ``size``."""
    kept = min(side, size)
    start, to = (side - kept) // 2, (size - kept) // 2
    return slice(start, start + kept), slice(to, to + kept)


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


def percentile_scale(array: Array, percentile: float, limit: float) -> Array:
    """Scale each channel of each image by its own brightness, clipped to [-limit, limit].

    (x - min|x|) / (p|x| - min|x| + 1e-8), p the ``percentile`` with linear
    interpolation (ALeRCE's stamp classifier of 2025). Neither NaN nor infinite
    pixels count, and both become NaN. A constant channel c >= 0 becomes 0.
    """
    known = np.where(np.isfinite(array), array, np.nan)
    flat = np.abs(known).reshape(*array.shape[:-2], array.shape[-2] * array.shape[-1])
    ordered = np.sort(flat, axis=-1)  # NaN last; np.nanpercentile takes ten times as long
    count = np.isfinite(ordered).sum(axis=-1, keepdims=True)
    place = np.maximum((count - 1) * (percentile / 100), 0)
    ends = np.concatenate([np.zeros_like(place), np.floor(place), np.ceil(place)], axis=-1).astype(np.intp)
    picked = np.take_along_axis(ordered, ends, axis=-1).astype(np.float64)[..., None, None]
    low, below, above = np.moveaxis(picked, -3, 0)
    high = below + (above - below) * (place % 1)[..., None]
    scaled: Array = np.clip((known - low) / (high - low + 1e-8), -limit, limit).astype(np.float32)
    return scaled  # float32 holds what is bounded, and halves the work of what follows


def noise_scale(array: Array) -> Array:
    """Each channel of each image in units of its own noise: (x - median) / (1.4826 MAD).

    The median stands for the sky, the scaled median absolute deviation for its
    noise, so that no single pixel decides. Neither NaN nor infinite pixels
    count, and both become NaN; so does a channel of which half is alike.
    """
    known = np.where(np.isfinite(array), array, np.nan)
    flat = known.reshape(*array.shape[:-2], array.shape[-2] * array.shape[-1])
    above = flat - _medians(flat)
    noise = 1.4826 * _medians(np.abs(above).astype(flat.dtype))
    scaled: Array = above / np.where(noise > 0, noise, np.nan)
    return scaled.reshape(array.shape)


def _medians(flat: Array) -> Array:
    """Medians along the last axis, in float64, NaN left out; np.nanmedian takes several times as long."""
    ordered = np.sort(flat, axis=-1)  # NaN last
    count = (~np.isnan(ordered)).sum(axis=-1, keepdims=True)
    middle = np.concatenate([np.maximum(count - 1, 0) // 2, np.minimum(count // 2, flat.shape[-1] - 1)], axis=-1)
    picked = np.take_along_axis(ordered, middle, axis=-1).astype(np.float64)
    medians: Array = np.where(count > 0, picked.mean(axis=-1, keepdims=True), np.nan)
    return medians


def append_mask(array: Array) -> Array:
    """Add to images (n, channels, y, x) as many channels again: 1 where a pixel is not finite, else 0."""
    return np.concatenate([array, ~np.isfinite(array)], axis=1, dtype=array.dtype)


def pyramid(array: Array, size: int, levels: int) -> Array:
    """Central fields of ``size``, 2 ``size``, 4 ``size``... pixels, each averaged to ``size`` x ``size``.

    Fields finest first along the channels, (n, levels * channels, size, size)
    (Reyes-Jainaga et al. 2023). Means are over the finite pixels of a block,
    NaN without any. What the widest field lacks at the edge is unknown, and
    where a field cannot be centred it lies half a pixel to the lower right.
    """
    sides = array.shape[-2:]
    if size < 1 or not 1 <= levels <= 16:  # 16 would need an image of 32,768 pixels a side
        raise BundleError(f"pyramid: {levels} levels of size {size}, expected 1 to 16 levels of size 1 or more")
    coarsest = 2 ** (levels - 1)
    lacking = [max(size * coarsest - side, 0) for side in sides]
    if max(lacking) >= coarsest:
        image = "x".join(map(str, sides))
        raise BundleError(f"pyramid: {levels} levels of size {size} do not fit the image, {image} pixels")
    if max(lacking):
        edges = [(0, 0), (0, 0), *((each // 2, each - each // 2) for each in lacking)]
        array = np.pad(array, edges, constant_values=np.nan)
    means = []
    for block in (2**level for level in range(levels)):
        top, left = ((side - size * block + 1) // 2 for side in array.shape[-2:])
        field = array[..., top : top + size * block, left : left + size * block]
        known = np.isfinite(field)
        total = _block_sums(np.where(known, field, np.float64(0)), block)
        count = _block_sums(known.astype(np.float32), block)
        means.append(total / np.where(count > 0, count, np.nan))
    return np.concatenate(means, axis=1)


def block_mean(array: Array, factor: int) -> Array:
    """Images (n, channels, y, x) with ``factor`` x ``factor`` pixels averaged to one: means over the finite ones.

    A block without any is NaN. ``factor`` divides both sides.
    """
    height, width = array.shape[-2:]
    if factor < 1 or height % factor or width % factor:
        raise BundleError(f"block_mean: factor {factor} does not divide the image, {height}x{width} pixels")
    known = np.isfinite(array)
    total = _block_sums(np.where(known, array, np.float64(0)), factor)
    count = _block_sums(known.astype(np.float32), factor)
    return np.asarray(total / np.where(count > 0, count, np.nan))


def _block_sums(images: Array, block: int) -> Array:
    """Sums of ``block`` x ``block`` pixels; strided sums take a third of the time of a reshape's."""
    rows = reduce(np.add, [images[..., step::block, :] for step in range(block)])
    return reduce(np.add, [rows[..., step::block] for step in range(block)])


def bound(array: Array, limit: float, value: float) -> Array:
    """Infinite values become NaN, and finite ones beyond ``limit`` either way become ``value``."""
    return np.where(np.isinf(array), np.nan, np.where(np.abs(array) > limit, value, array))


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


def logarithm(array: Array, floor: Sequence[float | None]) -> Array:
    """Decadic logarithm of column i, of ``floor[i]`` where a value lies below; None leaves a column, NaN stays."""
    low = np.array([1.0 if value is None else value for value in floor])
    if not np.all(low > 0):
        raise BundleError(f"logarithm: floor {list(floor)}, expected numbers above 0")
    wide = array.astype(np.float64)
    return np.where([value is None for value in floor], wide, np.log10(np.maximum(wide, low)))


def linear(array: Array, minimum: float, maximum: float) -> Array:
    """``minimum`` becomes 0 and ``maximum`` 1, all else in proportion, in float64."""
    if not maximum > minimum:
        raise BundleError(f"linear: minimum {minimum}, maximum {maximum}; expected a maximum above it")
    return np.asarray((array.astype(np.float64) - minimum) / (maximum - minimum))


def tanh(array: Array) -> Array:
    """Hyperbolic tangent, in float64: into (-1, 1), nearly unchanged about 0."""
    bent: Array = np.tanh(array.astype(np.float64))
    return bent


def arsinh(array: Array) -> Array:
    """Inverse hyperbolic sine, in float64: unchanged about 0, a logarithm far from it (Lupton et al. 1999)."""
    bent: Array = np.arcsinh(array.astype(np.float64))
    return bent


def quantile(array: Array, knots: Sequence[Sequence[float]], missing: Sequence[float | None], offset: float) -> Array:
    """Rank of each value among training values, in [0, 1], plus ``offset``; NaN where not known.

    ``knots[i]`` are column i's quantiles at equal steps, from minimum to maximum;
    between them ranks are linear, and a value that many share takes the middle of
    its ranks, as in scikit-learn's ``QuantileTransformer``. NaN and ``missing[i]``
    stand for "not known".
    """
    table = np.array(knots, dtype=np.float64)
    if table.ndim != 2 or not np.all(np.diff(table) >= 0):
        raise BundleError("quantile: knots are not rows of as many numbers each in rising order")
    steps = np.linspace(0, 1, table.shape[1])
    ranks = np.empty(array.shape)
    for place, (column, row, sentinel) in enumerate(zip(array.T, table, missing, strict=True)):
        forward, backward = np.interp(column, row, steps), np.interp(-column, -row[::-1], -steps[::-1])
        rank = np.where(column <= row[0], 0, np.where(column >= row[-1], 1, (forward - backward) / 2))
        unknown = np.isnan(column) | (column == (np.nan if sentinel is None else sentinel))
        ranks[:, place] = np.where(unknown, np.nan, rank + offset)
    return ranks


OF_IMAGES = (fit, crop, minmax, percentile_scale, noise_scale, append_mask, pyramid, block_mean, moments)
OF_TABLES = (
    fill_missing,
    clip,
    standardize,
    logarithm,
    quantile,
)  # column by column; of sequences too, but for quantile
OPERATIONS: Mapping[str, Callable[..., Array]] = {
    function.__name__: function
    for function in (*OF_IMAGES, *OF_TABLES, *OF_SEQUENCES, bound, nan_to_num, linear, tanh, arsinh)
}
SIZING = fit.__name__  # brings images of any size to one
SINCE_2 = {  # which version 1 of the manifest does not have
    each.__name__ for each in (fit, noise_scale, moments, block_mean, logarithm, linear, tanh, arsinh, *OF_SEQUENCES)
}


def apply(operations: Sequence[Mapping[str, Any]], array: Array | Ragged) -> NDArray[np.float32]:
    """Run ``[{"op": name, **parameters}, ...]`` over a batch, in order.

    Parameters
    ----------
    operations : each names one of ``OPERATIONS`` and its parameters.
    array : (n, ...) raw input as the manifest declares it. Sequences of any length are padded with NaN first, to the
        longest; of images of any size the first operation is ``fit``.

    Returns
    -------
    (n, ...) float32, what the graph takes.

    Raises
    ------
    BundleError
        For an operation outside the vocabulary.
    """
    if isinstance(array, Ragged) and array.shapes is None:
        array = array.padded()
    for operation in operations:
        parameters = dict(operation)
        name = parameters.pop("op")
        if name not in OPERATIONS:
            raise BundleError(f"preprocessing: unknown operation {name!r}, known: {', '.join(OPERATIONS)}")
        with np.errstate(invalid="ignore"):  # inf - inf is NaN, and NaN is "not known" to the next operation
            array = OPERATIONS[name](array, **parameters)
    with np.errstate(over="ignore"):  # beyond float32 is infinite: the answer tells, row by row
        return np.ascontiguousarray(array, dtype=np.float32)
