"""The confusion matrix as a figure that can be read at column width."""

import math
from typing import Literal

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from numpy.typing import NDArray

from ..core.paper import COLUMN, POINT, SMALL, paper_style
from .summary import Evaluation

Cells = list[list[str]]

# white to #08306b on a straight line in Oklab (Ottosson 2020), where equal steps look equal
BLUES = ["#ffffff", "#dee3ed", "#bdc8da", "#9daec8", "#7e94b5", "#607aa3", "#436190", "#27497e", "#08306b"]
COLOURS = LinearSegmentedColormap.from_list("blues", BLUES)
LARGE = 8.0  # points: cell text never needs more
LEADING = 1.25  # line height over text size
LOOSE = 0.06  # inches around a cell's text before it may be larger than 6 pt


@paper_style
def confusion_figure(evaluation: Evaluation, what: Literal["fraction", "counts"] = "fraction") -> Figure:
    """Confusion matrix, rows true; colour is the fraction of the true class.

    As wide as a journal's column. Where the numbers do not fit, fractions turn to
    per cent and counts to thousands; where these do not fit either, the figure
    grows wider rather than its text smaller than 6 pt.

    Parameters
    ----------
    evaluation : of one repeat or several.
    what : ``fraction`` prints the mean (and ± the standard deviation over repeats),
        ``counts`` the samples, summed over repeats.
    """
    k = len(evaluation.classes)
    label = max(map(_width, evaluation.classes)) + 0.06
    left, right, top = label + 0.15, 0.03, 0.2
    room = (COLUMN - left - right) / k
    texts, title = _counts(evaluation, room) if what == "counts" else _fractions(evaluation, room)
    widest, lines = _widest(texts), max(cell.count("\n") + 1 for row in texts for cell in row)
    cell = max(room, widest)
    height = max(cell, lines * SMALL * LEADING * POINT)
    grow = min((cell - LOOSE) / widest, (height - LOOSE) / (lines * SMALL * LEADING * POINT))
    size = min(LARGE, SMALL * max(1, grow))

    across = label <= cell  # names fit under their cells
    bottom = (0.13 if across else label) + 0.16
    total = (left + k * cell + right, bottom + k * height + top)
    figure = Figure(total)
    axes = figure.add_axes((left / total[0], bottom / total[1], k * cell / total[0], k * height / total[1]))
    axes.set_facecolor("0.92")  # shows where a class is absent
    fraction = evaluation.fraction_mean
    axes.pcolormesh(fraction, cmap=COLOURS, vmin=0, vmax=1, edgecolors="0.85", linewidth=0.4)
    for (row, column), value in np.ndenumerate(fraction):
        place, text = (column + 0.5, row + 0.5), texts[row][column]
        axes.text(*place, text, ha="center", va="center", fontsize=size, color=ink(value), linespacing=1.1)
    places = np.arange(k) + 0.5
    axes.set_xticks(places, evaluation.classes, rotation=0 if across else 90, parse_math=False)
    axes.set_yticks(places, evaluation.classes, parse_math=False)
    axes.tick_params(length=0, pad=2)
    axes.invert_yaxis()
    axes.set_xlabel("Predicted class", labelpad=2)
    axes.set_ylabel("True class", labelpad=2)
    axes.set_title(title, fontsize=SMALL, pad=3)
    return figure


def _fractions(evaluation: Evaluation, room: float) -> tuple[Cells, str]:
    """Cells with two decimals, or in per cent where those need more than ``room`` inches; and the title."""
    mean, std = evaluation.fraction_mean, evaluation.fraction_std
    texts, unit = _cells(mean, std, ".2f"), "Fraction"
    if _widest(texts) > room:
        texts, unit = _cells(100 * mean, 100 * std, ".0f"), "Per cent"
    repeats = len(evaluation.repeats)
    return texts, f"{unit} of the true class" + (f", mean ± std of {repeats} repeats" if repeats > 1 else "")


def _counts(evaluation: Evaluation, room: float) -> tuple[Cells, str]:
    """Cells with all digits, or in thousands from 1000 on where those need more than ``room``; and the title."""
    counts = evaluation.counts.sum(axis=0).tolist()
    texts, unit = [[str(count) for count in row] for row in counts], "Samples"
    if _widest(texts) > room:
        texts, unit = [[_thousands(count) for count in row] for row in counts], "Samples (k: thousands)"
    repeats = len(evaluation.repeats)
    return texts, unit + (f", sum of {repeats} repeats" if repeats > 1 else "")


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


def _thousands(count: int) -> str:
    if count < 1000:
        return str(count)
    return f"{count / 1000:.1f}k" if count < 9950 else f"{count / 1000:.0f}k"


def ink(fraction: float) -> str:
    """Colour of a cell's text: faint where there is nothing, else dark on light and light on dark."""
    if not fraction > 0:  # NaN too
        return "0.65"
    red, green, blue = np.array(COLOURS(fraction)[:3]) ** 2.2
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "black" if luminance > 0.18 else "white"  # where both have the same WCAG contrast


def _widest(texts: Cells) -> float:
    return max(map(_width, {line for row in texts for cell in row for line in cell.splitlines()}))


def _width(text: str) -> float:
    """Inches that the text takes at the smallest size."""
    width, _, _ = text_to_path.get_text_width_height_descent(text, FontProperties(size=SMALL), ismath=False)
    return width * POINT
