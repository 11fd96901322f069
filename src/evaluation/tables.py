"""An evaluation as tables: CSV for programs, rows of text for the command line."""

import csv
import io
from collections.abc import Iterable

import numpy as np

from .summary import Evaluation


def metrics_csv(evaluation: Evaluation) -> str:
    """``metric, mean, std`` and a column a repeat; empty where a repeat lacks the metric."""
    mean, std = evaluation.mean, evaluation.std
    header = ["metric", "mean", "std", *(f"repeat_{repeat.number}" for repeat in evaluation.repeats)]
    each = [repeat.metrics for repeat in evaluation.repeats]
    return _csv(header, ([name, mean[name], std.get(name), *(of.get(name) for of in each)] for name in mean))


def confusion_counts_csv(evaluation: Evaluation) -> str:
    """A row a repeat and true class, a column a predicted class."""
    rows = (
        [repeat.number, name, *counts]
        for repeat in evaluation.repeats
        for name, counts in zip(evaluation.classes, repeat.counts.tolist(), strict=True)
    )
    return _csv(["repeat", "true", *evaluation.classes], rows)


def confusion_fraction_csv(evaluation: Evaluation) -> str:
    """``true, predicted, mean, std`` over the repeats; empty where there is none."""
    mean, std = evaluation.fraction_mean, evaluation.fraction_std
    rows = (
        [true, predicted, _known(mean[row, column]), _known(std[row, column])]
        for row, true in enumerate(evaluation.classes)
        for column, predicted in enumerate(evaluation.classes)
    )
    return _csv(["true", "predicted", "mean", "std"], rows)


def results_table(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Metric and value: ``0.870 ± 0.010``, or ``0.870 [0.820, 0.910]`` for a single repeat."""
    return [(name, text) for name, text in _formatted(evaluation).items() if "/" not in name]


def class_table(evaluation: Evaluation) -> list[tuple[str, str, str, str, str]]:
    """Class, precision, recall, F1 and support (mean over repeats); dashes for an absent class."""
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


def _formatted(evaluation: Evaluation) -> dict[str, str]:
    text = {name: f"{value:.3f}" for name, value in evaluation.mean.items()}
    spread = {name: f" ± {value:.3f}" for name, value in evaluation.std.items()}
    spread |= {name: f" [{low:.3f}, {high:.3f}]" for name, (low, high) in evaluation.intervals.items()}
    return {name: value + spread.get(name, "") for name, value in text.items()}


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _csv(header: list[str], rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
