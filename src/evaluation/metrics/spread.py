"""Mean and standard deviation over repeats, of which some may lack a value."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def mean_and_std(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and sample standard deviation along the first axis; NaN is no value.

    The standard deviation divides by n - 1: with the usual five runs ddof=0
    would make it 11 % too small.

    Parameters
    ----------
    values : (r, ...).

    Returns
    -------
    mean (...), NaN without a value; standard deviation (...), NaN for fewer than two.
    """
    present = np.isfinite(values)
    number = present.sum(axis=0)
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN of no value
        mean = np.where(present, values, 0).sum(axis=0) / number
    squares = np.where(present, values - mean, 0) ** 2
    std = np.sqrt(squares.sum(axis=0) / np.where(number > 1, number - 1, np.nan))
    return mean, np.where(std < 1e-14 * np.abs(mean), 0, std)  # the mean of equal values is rounded


def metric_spread(metrics: Sequence[dict[str, float]]) -> tuple[dict[str, float], dict[str, float]]:
    """Mean of each metric over the repeats that have it, and its standard deviation where two or more do."""
    names = list(dict.fromkeys(name for each in metrics for name in each))
    mean, std = mean_and_std(np.array([[each.get(name, np.nan) for name in names] for each in metrics]))
    known = {name: float(value) for name, value in zip(names, std, strict=True) if np.isfinite(value)}
    return {name: float(value) for name, value in zip(names, mean, strict=True)}, known


def percentiles(values: NDArray[np.float64], levels: tuple[float, float, float] = (5, 50, 95)) -> NDArray[np.float64]:
    """Three percentiles along the first axis, linear between values; NaN is no value.

    Parameters
    ----------
    values : (r, ...).

    Returns
    -------
    (3, ...), NaN without a value.
    """
    found = np.full((3, *values.shape[1:]), np.nan)
    known = np.isfinite(values).any(axis=0)
    found[:, known] = np.nanpercentile(values[:, known], levels, axis=0)
    return found


def std_bars(fraction: NDArray[np.float64], std: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, n) distances down and up of one standard deviation, no further than a fraction can lie."""
    std = np.nan_to_num(std)
    return np.stack([np.minimum(std, fraction), np.minimum(std, 1 - fraction)])
