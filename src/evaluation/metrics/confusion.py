"""Confusion matrices: rows are true classes, columns predicted ones."""

import numpy as np
from numpy.typing import NDArray


def confusion_counts(
    target: NDArray[np.int64],
    prediction: NDArray[np.int64],
    classes: int,
    weight: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Samples of each true class given each predicted class.

    Parameters
    ----------
    target, prediction : (n,) class indices, none negative.
    classes : number of classes k.
    weight : (n,) how often each row counts; once by default.

    Returns
    -------
    (k, k) counts.
    """
    cell = target * classes + prediction
    return np.bincount(cell, weight, classes**2).reshape(classes, classes).astype(np.int64)


def row_fractions(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """(..., k, k) fractions of each true class; rows sum to one, or are NaN where the class is absent."""
    support = counts.sum(axis=-1, keepdims=True)
    fraction = np.full(counts.shape, np.nan)
    np.divide(counts, support, out=fraction, where=support > 0)
    return fraction
