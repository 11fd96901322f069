"""The evaluation of a classifier as CSV."""

from ..tables.csv_text import csv_text, known
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
