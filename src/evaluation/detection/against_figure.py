"""Detection against something, as figures."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from ..against.curve import Against
from ..against.figure import Line, score_curve_figure
from ..figures.curves import COLOURS
from .against import BY_LENGTH
from .summary import ALL

MARKERS = "osD^vPX"
NAMES = {
    "auroc": "AUROC",
    "average_precision": "average precision",
    "purity_at_1_percent": "purity of the top 1 %",
    "detection_rate": "detection rate",
    "false_alarms": "false alarms",
}
SCORES = {name: Line(NAMES[name], COLOURS[place], MARKERS[place]) for place, name in enumerate(BY_LENGTH)}
AXES = {"days": "Days after the first point", "days_since": "Days after the event"}
WORDS = {
    "scores_by_days": "Of light curves cut so many days after their first point.",
    "scores_by_days_since": "Of light curves cut so many days before or after the event, of each object its latest.",
}


def against_figures(against: Mapping[str, Against]) -> dict[str, Figure]:
    """Name of a file -> figure: rates by kind of outlier, or scores of all."""
    return {name: _figure(of) for name, of in against.items()}


def _figure(of: Against) -> Figure:
    drawn = [name for name, mean in of.curve.mean.items() if np.isfinite(mean).any()]
    lines = {name: line for name, line in SCORES.items() if name in drawn} or _kinds(drawn)
    quantity = AXES.get(of.quantity, of.quantity.replace("_", " ").capitalize())
    level = "Score" if of.quantity in AXES else "Detection rate"
    return score_curve_figure([of.curve], quantity, lines, of.logarithmic, {"": level}, below="kinds")


def _kinds(names: list[str]) -> dict[str, Line]:
    """All outliers in black, and the first kinds each in its colour."""
    kinds = [name for name in names if name != ALL][: len(COLOURS) - 1]
    lines = {name: Line(name, COLOURS[place], MARKERS[place]) for place, name in enumerate(kinds)}
    return {ALL: Line(ALL, COLOURS[-1], MARKERS[-1])} | lines
