"""The evaluation of a classifier as CSV."""

from collections.abc import Sequence

import numpy as np

from ..tables.csv_text import csv_text, known
from .score_curve import SCORES, ScoreCurve
from .summary import ClassEvaluation


def confusion_counts_csv(evaluation: ClassEvaluation) -> str:
    """A row a repeat and true class, a column a predicted class."""
    rows = (
        [repeat.number, name, *counts]
        for repeat in evaluation.repeats
        for name, counts in zip(evaluation.classes, repeat.counts.tolist(), strict=True)
    )
    return csv_text(["repeat", "true", *evaluation.classes], rows)


def confusion_fraction_csv(evaluation: ClassEvaluation) -> str:
    """``true, predicted, mean, std`` over the repeats; empty where there is none."""
    mean, std = evaluation.fraction_mean, evaluation.fraction_std
    rows = (
        [true, predicted, known(mean[row, column]), known(std[row, column])]
        for row, true in enumerate(evaluation.classes)
        for column, predicted in enumerate(evaluation.classes)
    )
    return csv_text(["true", "predicted", "mean", "std"], rows)


def confusion_percentiles_csv(evaluation: ClassEvaluation) -> str:
    """``true, predicted, median, p5, p95`` of the fraction over the repeats; empty where there is none."""
    low, median, high = evaluation.fraction_percentiles
    rows = (
        [true, predicted, *(known(each[row, column]) for each in (median, low, high))]
        for row, true in enumerate(evaluation.classes)
        for column, predicted in enumerate(evaluation.classes)
    )
    return csv_text(["true", "predicted", "median", "p5", "p95"], rows)


def score_curves_csv(curves: Sequence[ScoreCurve], quantity: str) -> str:
    """A row a level and group; of each score mean and std over repeats, or the interval of a single repeat."""
    header = ["level", quantity, "samples", "objects", "classes"]
    rows = [
        [curve.level, label, *(float(each[row]) for each in (curve.samples, curve.objects, curve.classes))]
        for curve in curves
        for row, label in enumerate(curve.labels)
    ]
    places = [(curve, row) for curve in curves for row in range(len(curve.labels))]
    for name in SCORES:
        header += [f"{name}_mean", f"{name}_std", f"{name}_low", f"{name}_high"]
        for line, (curve, row) in zip(rows, places, strict=True):
            bounds = curve.intervals[name][row].tolist() if curve.intervals else [np.nan, np.nan]
            line += [known(value) for value in (curve.mean[name][row], curve.std[name][row], *bounds)]
    return csv_text(header, rows)
