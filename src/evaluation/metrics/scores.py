"""Scores that follow from confusion counts alone, for one matrix or a stack of them.

The bootstrap needs them a thousand times over, which is why they are not
scikit-learn's; the tests hold them to it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = dict[str, NDArray[np.float64]]


def class_scores(counts: NDArray[Any]) -> Scores:
    """Precision, recall and F1 of each class, dimensionless.

    Parameters
    ----------
    counts : (..., k, k), rows true; sums of weights do as well.

    Returns
    -------
    ``precision``, ``recall``, ``f1``: (..., k), NaN for classes without a true
    sample; precision 0 for a class that is never predicted.
    """
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    support, predicted = counts.sum(axis=-1), counts.sum(axis=-2)
    absent = np.where(support > 0, 1.0, np.nan)
    return {
        "precision": absent * _share(hits, predicted),  # without a prediction there is no hit
        "recall": absent * _share(hits, support),
        "f1": absent * _share(2 * hits, support + predicted),
    }


def _share(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """Part of the whole, 0 of nothing."""
    return np.asarray(part / np.where(whole > 0, whole, 1))


def overall_scores(counts: NDArray[Any]) -> Scores:
    """Accuracy and macro averages over the classes that are present, dimensionless.

    Parameters
    ----------
    counts : (..., k, k), rows true, more than 0 in each matrix.

    Returns
    -------
    ``accuracy``, ``balanced_accuracy``, ``macro_precision``, ``macro_recall``,
    ``macro_f1``: (...). Balanced accuracy is macro recall under its other name.
    """
    hits = np.trace(counts, axis1=-2, axis2=-1)
    macro = {f"macro_{name}": np.nanmean(each, axis=-1) for name, each in class_scores(counts).items()}
    return {"accuracy": hits / counts.sum(axis=(-2, -1)), "balanced_accuracy": macro["macro_recall"], **macro}
