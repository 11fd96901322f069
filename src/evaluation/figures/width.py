"""How wide text is, and what follows for legends and ticks of a column."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from ...core.paper import POINT, TEXT, any_letter, column

LINE = 1.4 * TEXT * POINT  # inches of a line of a legend
HANDLE, BESIDE, BETWEEN, AROUND, GAP = 1.5, 0.5, 1.2, 0.4, 0.7  # in letters: of a legend, and between labels of ticks
CLOSE: dict[str, Any] = {
    "handlelength": HANDLE,
    "handletextpad": BESIDE,
    "columnspacing": BETWEEN,
    "borderpad": AROUND,
}
AXES = 0.8  # of a column, what axes with a label beside them have left


def text_width(text: str, size: float = TEXT) -> float:
    """Inches that the text takes at a size in points."""
    with any_letter():
        width, _, _ = text_to_path.get_text_width_height_descent(text, FontProperties(size=size), ismath=False)
    return float(width) * POINT


def upright(labels: Sequence[str]) -> bool:
    """Whether labels of ticks at equal distances would touch across a column."""
    return len(labels) * (max(map(text_width, labels)) + GAP * TEXT * POINT) > AXES * column()


def legend_columns(labels: Sequence[str], most: int = 3) -> int:
    """The columns of a legend in which these fit above the axes of a column."""
    em = TEXT * POINT
    for number in range(min(most, len(labels)), 1, -1):
        widths = [max(map(text_width, of)) for of in np.array_split(list(labels), number)]  # as matplotlib parts them
        wide = sum(widths) + em * (number * (HANDLE + BESIDE) + (number - 1) * BETWEEN + 2 * AROUND)
        if wide <= AXES * column():
            return number
    return 1


def legend_above(axes: Axes, most: int = 3) -> None:
    """A legend above axes as wide as a column, in as many columns as fit."""
    _, labels = axes.get_legend_handles_labels()
    columns = legend_columns(labels, most)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.2, **CLOSE)
