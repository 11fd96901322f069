"""Curves with their spread, panels of equal size, and the colours of both."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...core.paper import column, full
from ..metrics.spread import mean_and_std

# Okabe & Ito 2008 without their yellow, which is faint on white
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
# colour -> dashes, since some of them are the same grey
STYLES: dict[str, Any] = dict(
    zip(COLOURS, ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (2, 1)), "-"), strict=True)
)
REFERENCE: dict[str, Any] = {"color": "0.6", "linewidth": 0.6, "linestyle": "--", "zorder": 0}  # what is known before


def spread_line(
    axes: Axes,
    place: NDArray[np.float64],
    curves: NDArray[np.float64],
    colour: str,
    label: str = "",
    step: Any = None,
    **line: Any,
) -> None:
    """The mean of curves; around it one standard deviation, where there are several.

    Parameters
    ----------
    place : (p,). curves : (r, p) of each repeat, NaN where there is none.
    step : "mid" for a histogram, at the middle of its bins. line : how matplotlib draws it.
    """
    mean, std = mean_and_std(curves)
    line = {"linestyle": STYLES.get(colour, "-"), "drawstyle": f"steps-{step}" if step else "default"} | line
    axes.plot(place, mean, color=colour, label=label, **line)
    if len(curves) > 1:
        axes.fill_between(place, mean - std, mean + std, color=colour, alpha=0.25, linewidth=0, step=step)


def panels(number: int, height: float, columns: int = 3) -> tuple[Figure, list[Axes]]:
    """So many panels, a journal's column wide for one and two columns for several.

    Parameters
    ----------
    height : inches of a panel.
    """
    columns = min(number, columns)
    rows = math.ceil(number / columns)
    figure = Figure((column() if number == 1 else full(), rows * height), layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).ravel())
    for spare in axes[number:]:
        spare.remove()
    return figure, axes[:number]


def unit_label(words: str, unit: str) -> str:
    """A label of an axis, with the unit in brackets where there is one."""
    return f"{words} ({unit})" if unit else words
