"""Detection against something: the amplitude of a change, the length of a light curve, the days since an event."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ScorePredictions, concatenate
from ..against.curve import Against, Judge, ScoreCurve, score_curve
from ..against.groups import days_of_parts, groups_by_days, groups_by_fact, occupied, quantile_edges
from ..evaluator import labelled
from ..metrics.intervals import bootstrap
from ..rows import Weight
from .alarms import Thresholds, alarm_scores, flagged, wilson
from .summary import ALL, ranking, scores

BINS = 6  # of a fact, with as many outliers each
SINCE = np.array([-np.inf, -64, -32, -16, 0, 16, 32, 64, 128, 256, np.inf])  # days since an event
BY_LENGTH = ("auroc", "average_precision", "purity_at_1_percent", "detection_rate", "false_alarms")


def detection_against(
    predictions: ScorePredictions,
    part: str,
    above: Thresholds,
    facts: Sequence[str],
    event: str | None,
    resamples: int,
    confidence: float,
) -> dict[str, Against]:
    """Name of a file -> what it shows: ``rates_by_<fact>``, ``scores_by_days`` and ``scores_by_days_since``.

    Parameters
    ----------
    above : thresholds; without any there are no rates.
    facts : those that the detection rate is shown against.
    event : fact with the days from the first point to an event; None without one.
    resamples, confidence : of a single repeat; rates have binomial intervals, other scores are bootstrapped.
    """
    rows = labelled(predictions, part)
    found = {}
    for fact in facts:
        if above and (curve := rates_by_fact(rows, rows.facts[fact], above, confidence)) is not None:
            found[f"rates_by_{fact}"] = Against(fact, curve)
    judge = Judge(
        BY_LENGTH,
        partial(_scores, above),
        lambda of: bootstrap(partial(_weighted, above, of), of.object_id, resamples, confidence),
        lambda of: len(ranking(of).kinds),
    )
    if groups := groups_by_days(predictions, part, labelled):
        curve = score_curve("", groups, judge)
        found["scores_by_days"] = Against("days", curve, logarithmic=True)
    if event is not None and (since := since_event(predictions, part, event)) is not None:
        days, of = since
        if spans := occupied(groups_by_fact(of, days, SINCE)):
            spans = [replace(span, place=float(place)) for place, span in enumerate(spans)]
            found["scores_by_days_since"] = Against("days_since", score_curve("", spans, judge))
    return found


def rates_by_fact(
    rows: ScorePredictions, values: NDArray[np.float64], above: Thresholds, confidence: float
) -> ScoreCurve | None:
    """The share of outliers that is flagged, all and each kind, in bins of a fact; None where they do not differ in it.

    Parameters
    ----------
    rows : labelled. values : (n,) the fact.
    """
    outliers = rows.outlier == 1
    known = outliers & np.isfinite(values)
    if not known.any() or np.ptp(values[known]) == 0:
        return None
    of, own = rows.take(known), values[known]
    kinds = [name for name in np.unique(of.kind).tolist() if name]

    def rates(each: ScorePredictions) -> dict[str, float]:
        alarm = flagged(each, above)
        found = {name: alarm[each.kind == name] for name in kinds} | {ALL: alarm}
        return {name: float(alarms.mean()) for name, alarms in found.items() if len(alarms)}

    def intervals(each: ScorePredictions) -> dict[str, tuple[float, float]]:
        alarm = flagged(each, above)
        found = {name: alarm[each.kind == name] for name in kinds} | {ALL: alarm}
        return {
            name: wilson(int(alarms.sum()), len(alarms), confidence) for name, alarms in found.items() if len(alarms)
        }

    names = (ALL, *kinds) if len(kinds) > 1 else (ALL,)
    judge = Judge(names, rates, intervals, lambda each: len(np.unique(each.kind)))
    return score_curve("", groups_by_fact(of, own, quantile_edges(own, BINS)), judge)


def since_event(
    predictions: ScorePredictions, part: str, event: str
) -> tuple[NDArray[np.float64], ScorePredictions] | None:
    """Days from an event to the end of each light curve, and the rows; of a bin of `SINCE` an object's latest row.

    None without light curves that were cut, or where no object has the event.

    Parameters
    ----------
    event : fact with the days from the first point to the event.
    """
    if event not in predictions.facts or not (days := days_of_parts(predictions, part)):
        return None
    ends = [(labelled(predictions, name), cut) for name, cut in days.items()]
    whole = labelled(predictions, part)
    length = whole.facts.get("days", np.full(len(whole), np.nan))
    of = cast(ScorePredictions, concatenate([*(rows for rows, _ in ends), whole]))
    end = np.concatenate([*(np.full(len(rows), cut) for rows, cut in ends), length])
    since = end - of.facts[event]
    known = np.isfinite(since)
    if not known.any():
        return None
    of, since = of.take(known), since[known]
    order = np.argsort(-since, kind="stable")  # the latest first
    keys = np.stack([of.repeat, of.sample_id, np.digitize(since, SINCE)], axis=1)[order]
    kept = np.sort(order[np.unique(keys, axis=0, return_index=True)[1]])
    return since[kept], of.take(kept)


def _scores(above: Thresholds, rows: ScorePredictions) -> dict[str, float]:
    return _weighted(above, rows, None)


def _weighted(above: Thresholds, rows: ScorePredictions, weight: Weight) -> dict[str, float]:
    found = scores(rows, weight, ()) | alarm_scores(rows, weight, above)
    return {name: value for name, value in found.items() if name in BY_LENGTH}
