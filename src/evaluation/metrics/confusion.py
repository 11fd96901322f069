"""Confusion matrices: rows are true classes, columns predicted ones."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def confusion_counts(
    target: NDArray[np.int64],
    prediction: NDArray[np.int64],
    classes: int,
    weight: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Samples of each true class given each predicted class.

    Parameters
    ----------
    target, prediction : (n,) class indices, none negative.
    classes : number of classes k.
    weight : (n,) how often each row counts, or its share of another mix; once by default.

    Returns
    -------
    (k, k) whole counts, or sums of weights that are no whole numbers.
    """
    cell = target * classes + prediction
    counts = np.bincount(cell, weight, classes**2).reshape(classes, classes)
    return counts if weight is not None and weight.dtype.kind == "f" else counts.astype(np.int64)


def row_fractions(counts: NDArray[Any]) -> NDArray[np.float64]:
    """(..., k, k) fractions of each true class; rows sum to one, or are NaN where the class is absent."""
    support = counts.sum(axis=-1, keepdims=True)
    fraction = np.full(counts.shape, np.nan)
    np.divide(counts, support, out=fraction, where=support > 0)
    return fraction
