"""A matrix of fractions as a figure that can be read at column width."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ...core.paper import POINT, SMALL, TEXT, column, full, paper_style
from .width import text_width

Cells = list[list[str]]

# white to #08306b on a straight line in Oklab (Ottosson 2020), where equal steps look equal
BLUES = ["#ffffff", "#dee3ed", "#bdc8da", "#9daec8", "#7e94b5", "#607aa3", "#436190", "#27497e", "#08306b"]
COLOURS = LinearSegmentedColormap.from_list("blues", BLUES)
LEADING = 1.25  # line height over text size
EDGE = 0.03  # inches that stay free at the edge of a figure
NEXT = 0.23  # inches beside the names of the rows, for the title of that side
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


@dataclass(frozen=True)
class Layout:
    """Inches and points of a matrix: of one cell's width, of what stands left of all, and of the names."""

    cell: float
    left: float
    names: float
    texts: Cells
    title: str


@paper_style
def matrix_figure(
    fraction: NDArray[np.float64],
    rows: Side,
    columns: Side,
    choices: Sequence[tuple[Cells, str]],
    marked: NDArray[np.bool_] | None = None,
) -> Figure:
    """A cell a fraction, its colour; as wide as a journal's column where the text fits, else as its page.

    Words are of 8 pt; cells, and the names of many classes, of 6 pt at the least. Where these do not fit
    across a page, the figure grows wider rather than its text smaller.

    Parameters
    ----------
    fraction : (rows, columns), NaN where there is none.
    rows, columns : their names and groups.
    choices : texts of the cells and the title that explains them, widest first;
        the first that fits is taken, in a column before a page, else the last.
    marked : (rows, columns) cells with a frame, such as significant ones.
    """
    down, along = fraction.shape
    laid = _layout(rows, along, choices)
    texts, cell, left = laid.texts, laid.cell, laid.left
    widest, lines = _widest(texts), max(text.count("\n") + 1 for row in texts for text in row)
    height = max(min(cell, along * cell / down), lines * SMALL * LEADING * POINT)  # no taller than wide
    grow = min((cell - LOOSE) / widest, (height - LOOSE) / (lines * SMALL * LEADING * POINT))
    size = min(TEXT, SMALL * max(1, grow))

    label = _longest(columns, laid.names) + 0.06
    across = label <= cell  # names fit under their cells
    bottom = (laid.names * LEADING * POINT if across else label) + 0.2
    right = max(EDGE, (text_width(columns.title, TEXT) - along * cell) / 2 + EDGE)  # wider than a narrow matrix
    wide = left + along * cell + right
    title = _wrapped(laid.title, wide - 2 * EDGE)
    top = 0.07 + TEXT * LEADING * POINT * (1 + title.count("\n"))
    over = (text_width(rows.title, TEXT) - down * height) / 2
    top, bottom = max(top, over + EDGE), max(bottom, over + EDGE)
    total = (wide, bottom + down * height + top)
    figure = Figure(total)
    axes = figure.add_axes((left / total[0], bottom / total[1], along * cell / total[0], down * height / total[1]))
    axes.set_facecolor("0.92")  # shows where a class is absent
    axes.pcolormesh(fraction, cmap=COLOURS, vmin=0, vmax=1, edgecolors="0.85", linewidth=0.4)
    for (row, col), value in np.ndenumerate(fraction):
        text = texts[row][col]
        colour = FAINT if text in NOTHING else ink(value)
        axes.text(col + 0.5, row + 0.5, text, ha="center", va="center", fontsize=size, color=colour, linespacing=1.1)
        if marked is not None and marked[row, col]:
            axes.add_patch(Rectangle((col + 0.05, row + 0.05), 0.9, 0.9, fill=False, edgecolor=ink(value)))
    axes.set_xticks(np.arange(along) + 0.5, columns.names, rotation=0 if across else 90, parse_math=False)
    axes.set_yticks(np.arange(down) + 0.5, rows.names, parse_math=False)
    axes.invert_yaxis()
    _lines(axes, rows, columns)
    axes.tick_params(length=0, pad=2, labelsize=laid.names)
    axes.set_xlabel(columns.title, labelpad=2)
    axes.set_ylabel(rows.title, labelpad=2)
    axes.set_title(title, pad=4, x=(wide / 2 - left) / (along * cell))  # in the middle of the figure
    return figure


def _layout(rows: Side, along: int, choices: Sequence[tuple[Cells, str]]) -> Layout:
    """The first that fits: in a column before a page, cells of 8 pt before those of 6 pt, so the names."""
    for width, size, (texts, title), names in product((column(), full()), (TEXT, SMALL), choices, (TEXT, SMALL)):
        left = _longest(rows, names) + NEXT
        cell = (width - left - EDGE) / along
        if max(_widest(texts) * size / SMALL + TIGHT, names * POINT) <= cell:
            return Layout(cell, left, names, texts, title)
    texts, title = choices[-1]
    left = _longest(rows, SMALL) + NEXT
    return Layout(_widest(texts) + TIGHT, left, SMALL, texts, title)


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
    return max(
        text_width(line, SMALL) for line in {line for row in texts for cell in row for line in cell.splitlines()}
    )


def _longest(side: Side, size: float) -> float:
    return 1.05 * max(text_width(name, size) for name in side.names)  # pixels of a screen make letters wider


def _wrapped(text: str, width: float) -> str:
    """Words in lines no wider than so many inches."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and text_width(longer, TEXT) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)
