"""Slices as a figure: each against the rest, worst first."""

import numpy as np
from matplotlib.figure import Figure

from ...core.paper import column, paper_style
from ..figures.curves import COLOURS, REFERENCE
from .judge import Slices

MOST = 25  # slices that a page holds


@paper_style
def slices_figure(of: Slices) -> Figure:
    """Difference of the shown metric from the rest, with two standard errors; full where Holm's p is below 0.05."""
    rows = of.worst()[:MOST][::-1]  # matplotlib counts from below
    figure = Figure((column(), 0.8 + 0.2 * len(rows)), layout="constrained")
    panel = figure.subplots()
    panel.axvline(0, **REFERENCE)
    for place, row in enumerate(rows):
        sure = row.p_holm < 0.05
        error = 2 * row.error if np.isfinite(row.error) else 0.0
        colour = COLOURS[1] if sure else COLOURS[0]
        fill = colour if sure else "white"
        panel.errorbar(row.difference, place, xerr=error, fmt="o", color=colour, mfc=fill, elinewidth=0.6)
    labels = [f"{row.fact.replace('_', ' ')} {row.slice} ({row.objects:.0f})" for row in rows]
    panel.set_yticks(np.arange(len(rows)), labels)
    words = of.metric.replace("_", " ")
    figure.supxlabel(f"{words[:1].upper() + words[1:]}, slice minus rest")
    return figure
