"""The confusion matrix as a figure: fractions, counts, or percentiles over repeats."""

import math
from typing import Literal

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..figures.matrix import Cells, Side, matrix_figure, thousands
from ..shown import plus_minus
from .summary import ClassEvaluation

What = Literal["fraction", "counts", "percentiles"]


def confusion_figure(evaluation: ClassEvaluation, what: What = "fraction") -> Figure:
    """Confusion matrix, rows true; colour is the fraction of the true class.

    Classes stand grouped by branch, with a thin line between branches. Where the
    numbers do not fit at column width, fractions turn to per cent, counts to
    thousands, and percentiles stand below each other; see `matrix_figure`.

    Parameters
    ----------
    evaluation : of one repeat or several.
    what : ``fraction`` prints the mean (and ± the standard deviation over repeats),
        ``counts`` the samples, summed over repeats, ``percentiles`` the median over
        repeats in per cent with the distances to the 95th and 5th percentile.
    """
    order = np.ix_(evaluation.order, evaluation.order)
    classes = tuple(evaluation.classes[index] for index in evaluation.order)
    fraction = (evaluation.fraction_percentiles[1] if what == "percentiles" else evaluation.fraction_mean)[order]
    if what == "counts":
        choices = _counts(evaluation.counts.sum(axis=0)[order])
    elif what == "percentiles":
        choices = _percentiles(np.stack([each[order] for each in evaluation.fraction_percentiles]))
    else:
        choices = _fractions(fraction, evaluation.fraction_std[order])
    repeats = len(evaluation.repeats)
    several = {
        "fraction": f"mean {plus_minus(repeats)} std",
        "counts": "sum",
        "percentiles": "median, 5th and 95th percentile",
    }[what]
    over = f", {several} of {repeats} repeats" if repeats > 1 else ""
    true, predicted = (Side(f"{name} class", classes, evaluation.breaks) for name in ("True", "Predicted"))
    return matrix_figure(fraction, true, predicted, [(texts, title + over) for texts, title in choices])


def _fractions(mean: NDArray[np.float64], std: NDArray[np.float64]) -> list[tuple[Cells, str]]:
    """Two decimals, or per cent; each with its title."""
    return [
        (_cells(mean, std, ".2f"), "Fraction of the true class"),
        (_cells(100 * mean, 100 * std, ".0f"), "Per cent of the true class"),
    ]


def _counts(counts: NDArray[np.int64]) -> list[tuple[Cells, str]]:
    """All digits, or thousands from 1000 on."""
    rows = counts.tolist()
    return [
        ([[str(count) for count in row] for row in rows], "Samples"),
        ([[thousands(count) for count in row] for row in rows], "Samples (k: thousands)"),
    ]


def _percentiles(percentiles: NDArray[np.float64]) -> list[tuple[Cells, str]]:
    """The distances on one line, or on two."""
    low, median, high = (100 * percentiles).tolist()
    rows = [list(zip(*cells, strict=True)) for cells in zip(low, median, high, strict=True)]
    return [
        (
            [[_percentile_cell(*cell, between) for cell in row] for row in rows],
            "Per cent of the true class",
        )
        for between in ("/", "\n")
    ]


def _percentile_cell(low: float, median: float, high: float, between: str) -> str:
    if math.isnan(median):
        return "-"
    if high == 0:
        return "0"
    if high < 0.5:
        return "<1"  # a bare 0 is exactly none
    return f"{median:.0f}\n+{high - median:.0f}{between}−{median - low:.0f}"  # noqa: RUF001 - a minus sign


def _cells(mean: NDArray[np.float64], std: NDArray[np.float64], form: str) -> Cells:
    return [[_cell(*cell, form) for cell in zip(*rows, strict=True)] for rows in zip(mean, std, strict=True)]


def _cell(mean: float, std: float, form: str) -> str:
    if math.isnan(mean):
        return "-"
    if mean == 0:
        return "0"
    if format(mean, form) == "0":
        return "<1"  # a bare 0 is exactly none
    return f"{mean:{form}}" if math.isnan(std) else f"{mean:{form}}\n±{std:{form}}"
