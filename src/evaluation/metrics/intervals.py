"""Confidence intervals of a single repeat: the bootstrap over objects."""

from collections.abc import Callable

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


def bootstrap(
    scores: Callable[[NDArray[np.int64]], dict[str, float]],
    object_id: NDArray[np.str_],
    resamples: int,
    confidence: float,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """Percentile interval of any scores, over resamples of whole objects.

    Parameters
    ----------
    scores : of how often each row counts, (n,).
    object_id, resamples, confidence, seed : see `bootstrap_intervals`.

    Returns
    -------
    Score -> (low, high), of the resamples in which it is defined; empty for a single object.
    """
    objects, owner = np.unique(object_id, return_inverse=True)
    if len(objects) < 2:
        return {}
    random = np.random.default_rng(seed)
    drawn: list[dict[str, float]] = []
    for _ in range(resamples):
        weight = np.bincount(random.integers(len(objects), size=len(objects)), minlength=len(objects))
        drawn.append(scores(weight[owner]))
    names = dict.fromkeys(name for each in drawn for name in each)
    values = {name: np.array([each.get(name, np.nan) for each in drawn]) for name in names}
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    bounds = {name: np.nanquantile(each, tails) for name, each in values.items() if np.isfinite(each).any()}
    return {name: (float(low), float(high)) for name, (low, high) in bounds.items()}


def resampled_cells(
    cell: NDArray[np.int64], cells: int, object_id: NDArray[np.str_], resamples: int, seed: int = 0
) -> NDArray[np.int64]:
    """How many rows each resample of whole objects has in each cell; whatever follows from counts follows from these.

    Where every object has one row, all resamples are one draw of a multinomial, whatever the number of rows.

    Parameters
    ----------
    cell : (n,) of each row, negative for none. cells : how many there are.
    object_id, resamples, seed : see `bootstrap_intervals`.

    Returns
    -------
    (resamples, cells).
    """
    random = np.random.default_rng(seed)
    inside = cell >= 0
    objects, owner = np.unique(object_id, return_inverse=True)
    if len(objects) == len(cell):
        share = np.append(np.bincount(cell[inside], minlength=cells), (~inside).sum()) / max(len(cell), 1)
        return random.multinomial(len(cell), share, resamples)[:, :-1]
    counts = np.empty((resamples, cells), np.int64)
    kept, owners = cell[inside], owner[inside]
    for resample in range(resamples):
        drawn = np.bincount(random.integers(len(objects), size=len(objects)), minlength=len(objects))
        counts[resample] = np.bincount(kept, drawn[owners], cells)
    return counts
