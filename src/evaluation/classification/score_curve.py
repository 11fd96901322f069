"""Scores of classes against the number of detections, or the length of the light curve."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from ...core.predictions import ClassPredictions
from ..against import groups
from ..against.curve import Judge, ScoreCurve, score_curve
from ..against.groups import Group
from ..metrics.confusion import confusion_counts
from ..metrics.intervals import bootstrap_intervals
from ..metrics.scores import overall_scores
from .summary import probable

SCORES = ("macro_precision", "macro_recall", "macro_f1")


def score_curves(groups: Sequence[Group[ClassPredictions]], resamples: int, confidence: float) -> list[ScoreCurve]:
    """The curve of the top level, where there is one, and that of the leaves.

    Parameters
    ----------
    groups : at least one, with samples in at least one of them.
    resamples, confidence : see `bootstrap_intervals`, which serves a single repeat.
    """
    judge = Judge(SCORES, _scores, partial(_intervals, resamples, confidence), lambda rows: len(np.unique(rows.target)))
    curves = [score_curve("leaf", groups, judge)]
    if groups[0].rows.branches:
        top = [Group(group.label, group.place, group.rows.top()) for group in groups]
        curves.insert(0, score_curve("top", top, judge))
    return curves


def _scores(rows: ClassPredictions) -> dict[str, float]:
    found = overall_scores(confusion_counts(rows.target, rows.prediction, len(rows.classes)))
    return {name: float(found[name]) for name in SCORES}


def _intervals(resamples: int, confidence: float, rows: ClassPredictions) -> dict[str, tuple[float, float]]:
    truth = rows.target, rows.prediction, rows.object_id
    return bootstrap_intervals(*truth, len(rows.classes), resamples, confidence)


def groups_by_fact(predictions: ClassPredictions, part: str, fact: str) -> list[Group[ClassPredictions]]:
    """The labelled rows of a part in bins of a fact, see `groups.groups_by_fact`."""
    rows = probable(predictions, part)
    return groups.groups_by_fact(rows, rows.facts[fact])


def groups_by_days(predictions: ClassPredictions, part: str) -> list[Group[ClassPredictions]]:
    """The parts of light curves that were cut, see `groups.groups_by_days`."""
    return groups.groups_by_days(predictions, part, probable)
