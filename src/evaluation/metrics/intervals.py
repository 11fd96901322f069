"""Confidence intervals of a single repeat: the bootstrap over objects."""

import numpy as np
from numpy.typing import NDArray

from .confusion import confusion_counts
from .scores import overall_scores


def bootstrap_intervals(
    target: NDArray[np.int64],
    prediction: NDArray[np.int64],
    object_id: NDArray[np.str_],
    classes: int,
    resamples: int = 1000,
    confidence: float = 0.90,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """Percentile intervals of the scores that confusion counts give (Efron & Tibshirani 1993, ch. 13).

    Whole objects are drawn with replacement, for alerts of one object are not
    independent. A class that a resample loses is left out of its macro averages,
    as in `classification_metrics`.

    Parameters
    ----------
    target, prediction : (n,) class indices, all labelled.
    object_id : (n,) object of each row.
    classes : number of classes.
    resamples : number of bootstrap resamples.
    confidence : probability that the interval covers, in (0, 1).
    seed : of the resampling; the same seed gives the same intervals.

    Returns
    -------
    Score name -> (low, high); empty for a single object, which tells nothing of its kind.
    """
    objects, owner = np.unique(object_id, return_inverse=True)
    if len(objects) < 2:
        return {}
    random = np.random.default_rng(seed)
    counts = np.empty((resamples, classes, classes), dtype=np.int64)
    for resample in range(resamples):
        drawn = np.bincount(random.integers(len(objects), size=len(objects)), minlength=len(objects))
        counts[resample] = confusion_counts(target, prediction, classes, drawn[owner])
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    bounds = {name: np.quantile(values, tails) for name, values in overall_scores(counts).items()}
    return {name: (float(low), float(high)) for name, (low, high) in bounds.items()}
