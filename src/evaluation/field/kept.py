"""Recall and purity of each class among its rows of highest probability: what a follow-up gets for its time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from ..metrics.ranking import counts, hits_at, places
from ..metrics.spread import mean_and_std
from ..rows import by_repeat, once
from ..tables.csv_text import csv_text, known

FRACTIONS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 0.75, 1.0)
Spread = tuple[NDArray[np.float64], NDArray[np.float64]]
Kept = dict[str, dict[str, Spread]]  # mix -> each of KEPT -> mean and deviation
KEPT = ("purity", "completeness", "threshold")


@once
def class_places(rows: ClassPredictions, index: int) -> NDArray[np.int64]:
    """(n,) place of each row by its probability of a class."""
    return places(rows.probability[:, index])


def rank_scores(rows: ClassPredictions, ranks: Sequence[int]) -> dict[str, float]:
    """``recall_at_K/<class>`` and ``purity_at_K/<class>`` of labelled rows of one repeat.

    The share of the class's rows among the K of highest probability, and the share of these that are of the class; of
    probabilities that tie the mean over all orders. K beyond the rows, and classes without a row, are left out.
    """
    found: dict[str, float] = {}
    for index, name in enumerate(rows.classes if ranks else ()):
        own = rows.target == index
        if not own.any():
            continue
        place = class_places(rows, index)
        hits, all_rows = counts(place, own), counts(place, np.ones(len(rows)))
        for rank in (rank for rank in ranks if rank <= len(rows)):
            right = float(hits_at(rank, hits, all_rows))
            found |= {f"recall_at_{rank}/{name}": right / own.sum(), f"purity_at_{rank}/{name}": right / rank}
    return found


def kept_curves(rows: ClassPredictions, weight: NDArray[np.float64] | None = None) -> dict[str, NDArray[np.float64]]:
    """Each of KEPT, (k, fractions), where so large a fraction of labelled rows of one repeat is kept, by probability.

    ``threshold`` is the lowest probability that is kept. NaN for a class without a row.

    Parameters
    ----------
    weight : (n,) of each row in another mix of classes, of which the fraction is then.
    """
    shape = (len(rows.classes), len(FRACTIONS))
    found = {name: np.full(shape, np.nan) for name in KEPT}
    once_each = np.ones(len(rows)) if weight is None else weight
    for index in range(len(rows.classes)):
        own = (rows.target == index) * once_each
        if not own.any():
            continue
        place = class_places(rows, index)
        hits, all_rows = counts(place, own), counts(place, once_each)
        kept = np.array(FRACTIONS) * all_rows.sum()
        right = hits_at(kept, hits, all_rows)
        found["purity"][index], found["completeness"][index] = right / kept, right / own.sum()
        distinct = np.unique(rows.probability[:, index])[::-1]
        last = np.searchsorted(np.cumsum(all_rows), kept * (1 - 1e-12))
        found["threshold"][index] = distinct[np.minimum(last, len(distinct) - 1)]
    return found


def kept_of_repeats(rows: ClassPredictions, weights: Sequence[NDArray[np.float64]] | None = None) -> dict[str, Spread]:
    """Each of KEPT: mean and standard deviation over the repeats of labelled rows, (k, fractions)."""
    repeats = list(by_repeat(rows).values())
    curves = [kept_curves(each, weights[place] if weights else None) for place, each in enumerate(repeats)]
    return {name: mean_and_std(np.stack([each[name] for each in curves])) for name in KEPT}


def kept_csv(classes: Sequence[str], mixes: Kept) -> str:
    """A row a mix, class and fraction; of each of KEPT mean and standard deviation over repeats."""
    header = ["mix", "class", "kept", *(f"{name}_{end}" for name in KEPT for end in ("mean", "std"))]
    lines = [
        [mix, name, fraction, *(known(each[index, place]) for key in KEPT for each in curves[key])]
        for mix, curves in mixes.items()
        for index, name in enumerate(classes)
        for place, fraction in enumerate(FRACTIONS)
    ]
    return csv_text(header, lines)
