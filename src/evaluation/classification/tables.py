"""An evaluation as tables: CSV for programs, rows of text for the command line."""

from collections.abc import Sequence

import numpy as np

from ..tables.csv_text import csv_text, known
from .score_curve import SCORES, ScoreCurve
from .summary import Evaluation


def metrics_csv(evaluation: Evaluation) -> str:
    """``metric, mean, std`` and a column a repeat; empty where a repeat lacks the metric."""
    mean, std = evaluation.mean, evaluation.std
    header = ["metric", "mean", "std", *(f"repeat_{repeat.number}" for repeat in evaluation.repeats)]
    each = [repeat.metrics for repeat in evaluation.repeats]
    return csv_text(header, ([name, mean[name], std.get(name), *(of.get(name) for of in each)] for name in mean))


def confusion_counts_csv(evaluation: Evaluation) -> str:
    """A row a repeat and true class, a column a predicted class."""
    rows = (
        [repeat.number, name, *counts]
        for repeat in evaluation.repeats
        for name, counts in zip(evaluation.classes, repeat.counts.tolist(), strict=True)
    )
    return csv_text(["repeat", "true", *evaluation.classes], rows)


def confusion_fraction_csv(evaluation: Evaluation) -> str:
    """``true, predicted, mean, std`` over the repeats; empty where there is none."""
    mean, std = evaluation.fraction_mean, evaluation.fraction_std
    rows = (
        [true, predicted, known(mean[row, column]), known(std[row, column])]
        for row, true in enumerate(evaluation.classes)
        for column, predicted in enumerate(evaluation.classes)
    )
    return csv_text(["true", "predicted", "mean", "std"], rows)


def confusion_percentiles_csv(evaluation: Evaluation) -> str:
    """``true, predicted, median, p5, p95`` of the fraction over the repeats; empty where there is none."""
    low, median, high = evaluation.fraction_percentiles
    rows = (
        [true, predicted, *(known(each[row, column]) for each in (median, low, high))]
        for row, true in enumerate(evaluation.classes)
        for column, predicted in enumerate(evaluation.classes)
    )
    return csv_text(["true", "predicted", "median", "p5", "p95"], rows)


def results_table(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Metric and value: ``0.870 ± 0.010``, or ``0.870 [0.820, 0.910]`` for a single repeat.

    Of the top level first, where there is one, as ``top/macro_f1``.
    """
    return [
        (prefix + name, text)
        for prefix, level in evaluation.levels.items()
        for name, text in _formatted(level).items()
        if "/" not in name
    ]


def class_table(evaluation: Evaluation) -> list[tuple[str, str, str, str, str]]:
    """Class, precision, recall, F1 and support (mean over repeats); dashes for an absent class.

    The branches first, where there are any, as ``top/Transient``.
    """
    return [
        (prefix + name, precision, recall, f1, support)
        for prefix, level in evaluation.levels.items()
        for name, precision, recall, f1, support in _class_rows(level)
    ]


def _class_rows(evaluation: Evaluation) -> list[tuple[str, str, str, str, str]]:
    text, mean = _formatted(evaluation), evaluation.mean
    return [
        (
            name,
            text.get(f"precision/{name}", "-"),
            text.get(f"recall/{name}", "-"),
            text.get(f"f1/{name}", "-"),
            f"{mean[f'support/{name}']:.0f}",
        )
        for name in evaluation.classes
    ]


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


def _formatted(evaluation: Evaluation) -> dict[str, str]:
    text = {name: f"{value:.3f}" for name, value in evaluation.mean.items()}
    spread = {name: f" ± {value:.3f}" for name, value in evaluation.std.items()}
    spread |= {name: f" [{low:.3f}, {high:.3f}]" for name, (low, high) in evaluation.intervals.items()}
    return {name: value + spread.get(name, "") for name, value in text.items()}
