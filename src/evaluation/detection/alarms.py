"""Alarms at a rate of false ones: which outliers are found when so few inliers are flagged."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, spearmanr

from ...core.predictions import ScorePredictions
from ..metrics.ranking import hits_at
from ..rows import Weight, defined
from .summary import ranking

CHOSEN_ON = "validation"  # part whose inliers set the threshold
TOP = 0.01  # share of the rows that a person looks at

Thresholds = Mapping[int, float]


def thresholds(predictions: ScorePredictions, rate: float) -> dict[int, float]:
    """Repeat -> score that a share ``rate`` of the inliers of its validation part exceeds.

    The quantile 1 - rate, linear between scores; repeats without such inliers are absent. The test part decides
    nothing, so that its own rate of false alarms is another one.
    """
    own = (predictions.part == CHOSEN_ON) & (predictions.outlier == 0)
    scores = {
        int(number): predictions.score[own & (predictions.repeat == number)] for number in predictions.repeat[own]
    }
    return {number: float(np.quantile(values, 1 - rate)) for number, values in scores.items()}


def flagged(rows: ScorePredictions, above: Thresholds) -> NDArray[np.bool_]:
    """(n,) whether the score exceeds the threshold of the row's repeat; never, where there is none."""
    return rows.score > np.array([above.get(int(number), np.inf) for number in rows.repeat])


def alarm_scores(rows: ScorePredictions, weight: Weight, above: Thresholds) -> dict[str, float]:
    """Rates of alarms of labelled rows of one repeat, and what the highest scores are worth.

    ``detection_rate``, the share of outliers that is flagged, ``/<class>`` of one class; ``false_alarms``, the share of
    inliers that is; both only with a threshold. ``purity_at_1_percent``, the share of outliers among the hundredth of
    the rows of highest score, at least one row; of scores that tie the mean over all orders.
    """
    of = ranking(rows)
    counted = np.ones(len(rows)) if weight is None else weight
    found: dict[str, float] = {}
    if int(rows.repeat[0]) in above:
        alarm = flagged(rows, above)

        def rate(own: NDArray[np.bool_]) -> float:
            total = float(counted[own].sum())
            return float(counted[own & alarm].sum()) / total if total else float("nan")

        found = {"detection_rate": rate(~of.inlier), "false_alarms": rate(of.inlier)}
        found |= {f"detection_rate/{name}": rate(own) for name, own in of.kinds.items()}
    outliers, inliers = of.count(~of.inlier, weight), of.count(of.inlier, weight)
    if outliers.any() and inliers.any():
        rank = max(1.0, TOP * float(outliers.sum() + inliers.sum()))
        found["purity_at_1_percent"] = float(hits_at(rank, outliers, outliers + inliers)) / rank
    return defined(found)


def dependence(rows: ScorePredictions, weight: Weight, facts: Sequence[str]) -> dict[str, float]:
    """``spearman/<fact>``: rank correlation of the score with a fact among inliers that have it.

    Spearman's rho, ties with their mean rank. A score that is to tell of the object and not of how well it was
    observed has none. Absent where the fact or the score is the same throughout.
    """
    found = {}
    inlier = rows.outlier == 0
    for name in facts:
        own = inlier & np.isfinite(rows.facts[name])
        score, value = rows.score[own], rows.facts[name][own]
        if weight is not None:
            score, value = np.repeat(score, weight[own]), np.repeat(value, weight[own])
        if len(score) > 2 and np.ptp(score) > 0 and np.ptp(value) > 0:
            found[f"spearman/{name}"] = float(spearmanr(score, value).statistic)
    return found


def wilson(hits: int, of: int, confidence: float) -> tuple[float, float]:
    """Interval of a share of so many (Wilson 1927), which has a width where the share is 0 or 1 too."""
    interval = binomtest(hits, of).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)
