"""ROC and precision-recall curves of each class, with bands over repeats or over resamples of the objects."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from ..metrics.ranking import counts, places
from ..metrics.spread import mean_and_std
from ..rows import by_repeat
from ..tables.csv_text import csv_text, known

ROC, PRECISION = "roc", "precision_recall_by_class"
GRID = {  # false positive rates, closer where surveys look; recalls
    ROC: np.unique([0.0, 0.001, 0.002, 0.005, *np.arange(1, 101) / 100]),
    PRECISION: np.arange(1, 101) / 100,
}
MOST = 200  # resamples of a band: it is drawn, not quoted
WORK = 50_000_000  # resampled rows of a class at the most
Values = NDArray[np.float64]


@dataclass(frozen=True)
class RankingCurve:
    """One curve of one class.

    Attributes
    ----------
    kind : ``roc`` or ``precision_recall_by_class``. name : the class.
    mean : (p,) at ``GRID[kind]``, over the repeats that have the class.
    low, high : (p,) one standard deviation around it, or the interval of a single repeat; NaN where there is none.
    share : of the class among the rows, which is the precision of a random order.
    """

    kind: str
    name: str
    mean: Values
    low: Values
    high: Values
    share: float


def ranking_curves(rows: ClassPredictions, resamples: int, confidence: float, seed: int = 0) -> list[RankingCurve]:
    """Both curves of each class that has true and other rows.

    Means are at equal false positive rate (Fawcett 2006, Pattern Recognition Letters 27, 861; straight lines
    between scores) and at equal recall (steps, as average precision has them).

    Parameters
    ----------
    rows : labelled, of any repeats.
    resamples, confidence, seed : of the bootstrap over objects, for a single repeat; 200 resamples at the most.
    """
    repeats = list(by_repeat(rows).values())
    found = []
    for index, name in enumerate(rows.classes):
        of = [each for each in repeats if 0 < (each.target == index).sum() < len(each)]
        if not of:
            continue
        share = float(np.mean([(each.target == index).mean() for each in of]))
        pairs = [_pair(each, index) for each in of]
        drawn = _resampled(of[0], index, resamples, confidence, seed) if len(repeats) == 1 else None
        for kind, curve in ((ROC, roc), (PRECISION, precision)):
            mean, std = mean_and_std(np.stack([curve(*pair) for pair in pairs]))
            low, high = np.clip(mean - std, 0, 1), np.clip(mean + std, 0, 1)
            if drawn is not None:
                low, high = drawn[kind]
            found.append(RankingCurve(kind, name, mean, low, high, share))
    return found


def roc(hits: Values, misses: Values) -> Values:
    """True positive rate at each false positive rate of the grid.

    Parameters
    ----------
    hits, misses : (p,) rows of and not of the class with each of the distinct scores, highest first.
    """
    found = np.append(0, np.cumsum(hits)) / hits.sum()
    wrong = np.append(0, np.cumsum(misses)) / misses.sum()
    last = np.append(wrong[1:] > wrong[:-1], True)  # of a vertical piece the upper end
    curve: Values = np.interp(GRID[ROC], wrong[last], found[last])
    return curve


def precision(hits: Values, misses: Values) -> Values:
    """Precision at the highest threshold that reaches each recall of the grid; parameters as of `roc`."""
    found, wrong = np.cumsum(hits), np.cumsum(misses)
    place = np.searchsorted(found, GRID[PRECISION] * found[-1] * (1 - 1e-12))
    curve: Values = (found / np.maximum(found + wrong, 1))[place]
    return curve


def curves_csv(curves: Sequence[RankingCurve], kind: str) -> str:
    """A row a class and place of the grid."""
    names = ["false_positive_rate", "true_positive_rate"] if kind == ROC else ["recall", "precision"]
    rows = (
        [each.name, round(float(place), 3), *(known(value) for value in values)]
        for each in curves
        if each.kind == kind
        for place, *values in zip(GRID[kind], each.mean, each.low, each.high, strict=True)
    )
    return csv_text(["class", *names, "low", "high"], rows)


def _pair(rows: ClassPredictions, index: int) -> tuple[Values, Values]:
    own, place = rows.target == index, places(rows.probability[:, index])
    return counts(place, own), counts(place, ~own)


def _resampled(
    rows: ClassPredictions, index: int, resamples: int, confidence: float, seed: int
) -> dict[str, tuple[Values, Values]] | None:
    """Kind -> low and high; None for a single object."""
    objects, owner = np.unique(rows.object_id, return_inverse=True)
    if len(objects) < 2:
        return None
    random = np.random.default_rng(seed)
    own, place = rows.target == index, places(rows.probability[:, index])
    drawn: dict[str, list[Values]] = {ROC: [], PRECISION: []}
    for _ in range(max(20, min(resamples, MOST, WORK // len(rows)))):
        weight = np.bincount(random.integers(len(objects), size=len(objects)), minlength=len(objects))[owner]
        hits, misses = counts(place, weight * own), counts(place, weight * ~own)
        if hits.any() and misses.any():
            drawn[ROC].append(roc(hits, misses))
            drawn[PRECISION].append(precision(hits, misses))
    if not drawn[ROC]:
        return None
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    bounds = {kind: np.quantile(np.stack(each), tails, axis=0) for kind, each in drawn.items()}
    return {kind: (low, high) for kind, (low, high) in bounds.items()}
