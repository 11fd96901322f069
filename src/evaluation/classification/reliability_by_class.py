"""Reliability class by class: how often an object is of a class that has so much probability."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...core.paper import TRAIN, paper_style
from ...core.predictions import ClassPredictions
from ..figures.curves import REFERENCE, panels
from ..metrics.calibration import large_enough
from .calibration import before
from .calibration_figure import LEAST, wilson_bars

BINS = 10
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Bins:
    """Rows in bins of one class's probability.

    Attributes
    ----------
    told : (b,) mean probability. came : (b,) fraction of the class. count : (b,) rows.
    """

    told: Values
    came: Values
    count: Values


def bins_of(probability: Values, own: NDArray[np.bool_]) -> Bins:
    """Ten bins of equal width, neighbours joined to ten rows at the least: of bins of equal mass a rare class has one.

    Parameters
    ----------
    probability : (n,) of the class. own : (n,) whether a row is of it.
    """
    narrow = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
    number = large_enough(np.bincount(narrow, minlength=BINS).astype(np.float64), LEAST)[narrow]
    count = np.bincount(number).astype(np.float64)
    return Bins(np.bincount(number, probability) / count, np.bincount(number, own) / count, count)


@paper_style
def reliability_by_class_figure(rows: ClassPredictions) -> Figure:
    """A panel a class: fraction of the class against its probability, rows of all repeats together.

    Bars are 68 % intervals of a fraction (Wilson 1927); grey squares are of the probabilities before calibration,
    where the table has them.

    Parameters
    ----------
    rows : labelled; a class without a true row has no panel.
    """
    known = [index for index in range(len(rows.classes)) if (rows.target == index).any()]
    raw = before(rows)
    figure, axes = panels(len(known), 1.75, columns=4)
    for panel, index in zip(axes, known, strict=True):
        panel.plot([0, 1], [0, 1], **REFERENCE)
        if raw is not None:
            _points(panel, bins_of(raw.probability[:, index], rows.target == index), "0.55", "s")
        _points(panel, bins_of(rows.probability[:, index], rows.target == index), TRAIN, "o")
        panel.set_title(rows.classes[index], pad=3, parse_math=False)
        panel.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    figure.supxlabel("Probability of the class")
    figure.supylabel("Fraction of the class")
    return figure


def _points(panel: Axes, of: Bins, colour: str, marker: str) -> None:
    bars = wilson_bars(of.came, of.count)
    panel.errorbar(of.told, of.came, bars, color=colour, fmt=marker, markersize=2.5, elinewidth=0.6, capsize=1)
