"""A matrix of fractions as a figure that can be read at column width."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from numpy.typing import NDArray

from ...core.paper import COLUMN, POINT, SMALL, any_letter, paper_style

Cells = list[list[str]]

# white to #08306b on a straight line in Oklab (Ottosson 2020), where equal steps look equal
BLUES = ["#ffffff", "#dee3ed", "#bdc8da", "#9daec8", "#7e94b5", "#607aa3", "#436190", "#27497e", "#08306b"]
COLOURS = LinearSegmentedColormap.from_list("blues", BLUES)
LARGE = 8.0  # points: cell text never needs more
LEADING = 1.25  # line height over text size
LABEL = 7 / SMALL  # size of an axis label over that of its ticks
LOOSE = 0.06  # inches around a cell's text before it may be larger than 6 pt
TIGHT = 0.012  # inches around it at the least, or neighbours would read as one number
NOTHING, FAINT = ("0", "-"), "0.65"  # cells that need no reading, and their colour


@dataclass(frozen=True)
class Side:
    """One side of the matrix.

    Attributes
    ----------
    title : what its names are.
    names : of each row or column.
    breaks : places before which a new group begins, where a line is drawn.
    """

    title: str
    names: tuple[str, ...]
    breaks: tuple[int, ...] = ()


@paper_style
def matrix_figure(
    fraction: NDArray[np.float64], rows: Side, columns: Side, choices: Sequence[tuple[Cells, str]]
) -> Figure:
    """A cell a fraction, its colour; as wide as a journal's column where the text fits.

    Where it does not, the figure grows wider rather than its text smaller than 6 pt.

    Parameters
    ----------
    fraction : (rows, columns), NaN where there is none.
    rows, columns : their names and groups.
    choices : texts of the cells and the title that explains them, widest first;
        the first that fits at column width is taken, else the last.
    """
    down, along = fraction.shape
    label = max(map(_width, rows.names)) + 0.06
    left, right = label + 0.15, 0.03
    room = (COLUMN - left - right) / along
    texts, title = next((choice for choice in choices if _widest(choice[0]) + TIGHT <= room), choices[-1])
    widest, lines = _widest(texts), max(cell.count("\n") + 1 for row in texts for cell in row)
    cell = max(room, widest + TIGHT)
    height = max(min(cell, along * cell / down), lines * SMALL * LEADING * POINT)  # no taller than wide
    grow = min((cell - LOOSE) / widest, (height - LOOSE) / (lines * SMALL * LEADING * POINT))
    size = min(LARGE, SMALL * max(1, grow))

    label = max(map(_width, columns.names)) + 0.06
    across = label <= cell  # names fit under their cells
    bottom = (0.13 if across else label) + 0.16
    if _width(title) > along * cell:
        title = title.replace(", ", "\n", 1)
    top = 0.2 + 0.1 * title.count("\n")
    words = max(*map(_width, title.splitlines()), LABEL * _width(columns.title))
    right = max(right, (words - along * cell) / 2 + right)  # wider than a narrow matrix, they would be cut off
    over = (LABEL * _width(rows.title) - down * height) / 2
    top, bottom = max(top, over + 0.03), max(bottom, over + 0.03)
    total = (left + along * cell + right, bottom + down * height + top)
    figure = Figure(total)
    axes = figure.add_axes((left / total[0], bottom / total[1], along * cell / total[0], down * height / total[1]))
    axes.set_facecolor("0.92")  # shows where a class is absent
    axes.pcolormesh(fraction, cmap=COLOURS, vmin=0, vmax=1, edgecolors="0.85", linewidth=0.4)
    for (row, column), value in np.ndenumerate(fraction):
        place, text = (column + 0.5, row + 0.5), texts[row][column]
        colour = FAINT if text in NOTHING else ink(value)
        axes.text(*place, text, ha="center", va="center", fontsize=size, color=colour, linespacing=1.1)
    axes.set_xticks(np.arange(along) + 0.5, columns.names, rotation=0 if across else 90, parse_math=False)
    axes.set_yticks(np.arange(down) + 0.5, rows.names, parse_math=False)
    axes.invert_yaxis()
    _lines(axes, rows, columns)
    axes.tick_params(length=0, pad=2)
    axes.set_xlabel(columns.title, labelpad=2)
    axes.set_ylabel(rows.title, labelpad=2)
    axes.set_title(title, fontsize=SMALL, pad=3)
    return figure


def thousands(count: int) -> str:
    """A count in at most four characters: ``12k`` for 12,345."""
    if count < 1000:
        return str(count)
    return f"{count / 1000:.1f}k" if count < 9950 else f"{count / 1000:.0f}k"


def ink(fraction: float) -> str:
    """Colour of a cell's text: dark on light and light on dark."""
    red, green, blue = np.array(COLOURS(fraction)[:3]) ** 2.2
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "black" if luminance > 0.18 else "white"  # where both have the same WCAG contrast


def _lines(axes: Axes, rows: Side, columns: Side) -> None:
    for place in columns.breaks:
        axes.axvline(place, color="0.3", linewidth=0.6)
    for place in rows.breaks:
        axes.axhline(place, color="0.3", linewidth=0.6)


def _widest(texts: Cells) -> float:
    return max(map(_width, {line for row in texts for cell in row for line in cell.splitlines()}))


def _width(text: str) -> float:
    """Inches that the text takes at the smallest size."""
    with any_letter():
        width, _, _ = text_to_path.get_text_width_height_descent(text, FontProperties(size=SMALL), ismath=False)
    return width * POINT
