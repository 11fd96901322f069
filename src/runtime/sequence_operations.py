"""Preprocessing of light curves as sequences: each by its own points alone, so that a prefix is a curve of its own.

All take (n, length, columns), NaN throughout a row where a curve has ended.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .errors import BundleError

Array = NDArray[np.floating]


def append_present(array: Array) -> Array:
    """Add to sequences (n, length, columns) a column: 1 where a row holds a number, 0 where it has ended."""
    present = _present(array, "append_present")[..., None]
    return np.concatenate([array, present], axis=-1, dtype=array.dtype)


def keep_last(array: Array, count: int) -> Array:
    """The last ``count`` points of each curve; a shorter one as it is."""
    if count < 1:
        raise BundleError(f"keep_last: count {count}, expected 1 or more")
    present = _present(array, "keep_last")
    longest = array.shape[1]
    if longest <= count:
        return array
    lengths = ((np.arange(longest) + 1) * present).max(axis=1, initial=0)
    places = np.maximum(lengths - count, 0)[:, None] + np.arange(count)
    kept = np.take_along_axis(array, np.minimum(places, longest - 1)[..., None], axis=1)
    return np.where((places < lengths[:, None])[..., None], kept, np.nan)


def append_lag(array: Array, column: int, scale: float) -> Array:
    """Add a column: (x - x of the point before) / ``scale``, 0 of the first point, x being ``column``."""
    if not scale > 0:
        raise BundleError(f"append_lag: scale {scale}, expected a number above 0")
    times = _column(array, column, "append_lag")
    return np.concatenate([array, np.diff(times, axis=1, prepend=times[:, :1])[..., None] / scale], axis=-1)


def merge_close(array: Array, column: int, span: float, value: int, error: int) -> Array:
    """Points of a curve that lie within ``span`` of each other as one: exposures of a night.

    A group ends before a gap of more than ``span``, and is no longer than it. ``value`` becomes the mean by inverse
    variance and ``error`` that of this mean, which takes errors for independent; where a group has an error of 0 or
    none, the plain mean of either. All else becomes its mean.

    Parameters
    ----------
    column : of times, in order.
    """
    if not span > 0:
        raise BundleError(f"merge_close: span {span}, expected a number above 0")
    times = _column(array, column, "merge_close")
    wide = _wide(array, (value, error), "merge_close")
    present = _present(array, "merge_close")
    n, longest = present.shape
    gap = np.diff(times, axis=1, prepend=-np.inf) > span
    gap |= np.isnan(times)
    chain = np.maximum.accumulate(np.where(gap, np.arange(longest), 0), axis=1)
    piece = np.nan_to_num(np.floor((times - np.take_along_axis(times, chain, axis=1)) / span))
    begins = (gap | (np.diff(piece, axis=1, prepend=-1) != 0)) & present
    place = np.cumsum(begins, axis=1) - 1
    groups = max(1, int(begins.sum(axis=1).max(initial=0)))
    cell = (np.arange(n)[:, None] * groups + place)[present]

    def summed(values: Array) -> Array:
        return np.bincount(cell, values, n * groups).astype(np.float64)

    rows = wide[present]
    count = summed(np.ones(len(rows)))
    with np.errstate(divide="ignore", invalid="ignore"):
        merged = np.stack([summed(each) / count for each in rows.T], axis=1)  # 0 / 0 is the NaN beyond the end
        weight = 1 / rows[:, error] ** 2
        total = summed(weight)
        mean = summed(weight * rows[:, value]) / total
    known = np.isfinite(total) & np.isfinite(mean)
    merged[known, value] = mean[known]
    merged[known, error] = total[known] ** -0.5
    return merged.reshape(n, groups, array.shape[2])


def append_one_hot(array: Array, column: int, count: int) -> Array:
    """Add ``count`` columns: 1 in that of the whole number from 1 in ``column``, else 0; NaN beyond the end."""
    numbers = _column(array, column, "append_one_hot")[..., None]
    hot = np.where(np.isnan(numbers), np.nan, numbers == np.arange(1, count + 1))
    return np.concatenate([array, hot], axis=-1)


def scale_curve(array: Array, value: int, error: int) -> Array:
    """Column ``value`` less its mean and over its standard deviation, of each curve; ``error`` over the same.

    The preprocessing of Tachibana et al. (2020) and Sánchez-Sáez et al. (2021b). Where all values are one, the mean
    error stands for the deviation; where that is 0 too, 1.
    """
    wide = _wide(array, (value, error), "scale_curve")
    return _scaled(wide, np.isfinite(wide[..., value]), value, error)


def scale_by_beginning(array: Array, column: int, span: float, least: int, value: int, error: int) -> Array:
    """As `scale_curve`, by mean and deviation of the beginning of each curve, so that what comes later stands out.

    Later points change nothing of earlier ones.

    Parameters
    ----------
    column : of times, in order. span : after the first point, up to which the beginning goes; or the first ``least``
        points, where these are more.
    """
    if least < 1:
        raise BundleError(f"scale_by_beginning: least {least}, expected 1 or more")
    times = _column(array, column, "scale_by_beginning")
    wide = _wide(array, (value, error), "scale_by_beginning")
    known = np.isfinite(wide[..., value])
    early = (times <= times[:, :1] + span) | (np.cumsum(known, axis=1) <= least)
    return _scaled(wide, known & early, value, error)


def _scaled(wide: Array, by: NDArray[np.bool_], value: int, error: int) -> Array:
    """Values less the mean of some of them and over their deviation, or mean error, or 1; errors over the same."""
    count = np.maximum(by.sum(axis=1, keepdims=True), 1)

    def mean(values: Array) -> Array:
        return np.asarray(np.where(by, values, 0).sum(axis=1, keepdims=True) / count)

    centre = mean(wide[..., value])
    spread = np.sqrt(mean((wide[..., value] - centre) ** 2))
    for instead in (mean(np.nan_to_num(wide[..., error])), 1.0):
        spread = np.where(spread > 0, spread, instead)
    wide[..., value] = (wide[..., value] - centre) / spread
    wide[..., error] /= spread
    return wide


def asinh_curve(array: Array, value: int, error: int) -> Array:
    """Fluxes in column ``value`` as asinh(flux / s), s the median error of each curve; errors to first order.

    Linear within the noise and logarithmic above, so that negative fluxes have a value and bright curves stay
    brighter (Lupton, Gunn & Szalay 1999, eq. 3, without its units).
    """
    wide = _wide(array, (value, error), "asinh_curve")
    ordered = np.sort(np.where(np.isfinite(wide[..., value]), wide[..., error], np.nan), axis=1)  # NaN last
    count = np.isfinite(ordered).sum(axis=1, keepdims=True)
    pair = np.maximum(np.concatenate([(count - 1) // 2, count // 2], axis=1), 0)
    middle = np.take_along_axis(ordered, np.minimum(pair, max(ordered.shape[1] - 1, 0)), axis=1)
    softening = middle.mean(axis=1, keepdims=True)
    softening = np.where(softening > 0, softening, 1.0)
    scaled = wide[..., value] / softening
    wide[..., value] = np.arcsinh(scaled)
    wide[..., error] /= softening * np.hypot(1, scaled)
    return wide


def take_columns(array: Array, columns: Sequence[int]) -> Array:
    """These columns, in this order."""
    for column in columns:
        _column(array, column, "take_columns")
    return array[..., list(columns)]


OF_SEQUENCES = (
    append_present,
    keep_last,
    append_lag,
    merge_close,
    append_one_hot,
    scale_curve,
    scale_by_beginning,
    asinh_curve,
    take_columns,
)


def _present(array: Array, operation: str) -> NDArray[np.bool_]:
    """(n, length) whether there is a point."""
    if array.ndim != 3:
        raise BundleError(f"{operation}: takes sequences with columns, given {array.ndim} axes")
    return np.asarray(~np.isnan(array).all(axis=-1))


def _column(array: Array, column: int, operation: str) -> Array:
    """(n, length) in float64."""
    if array.ndim != 3 or not 0 <= column < array.shape[-1]:
        raise BundleError(f"{operation}: takes sequences with a column {column}, given shape {array.shape}")
    return array[..., column].astype(np.float64)


def _wide(array: Array, columns: Sequence[int], operation: str) -> Array:
    """A copy in float64."""
    for column in columns:
        _column(array, column, operation)
    return array.astype(np.float64)
