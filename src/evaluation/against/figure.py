"""Scores against something, as a figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...core.paper import column, paper_style
from ..figures.curves import STYLES
from ..figures.width import LINE, legend_above, legend_columns, text_width, upright
from ..metrics.spread import std_bars
from .curve import ScoreCurve


@dataclass(frozen=True)
class Line:
    """How a score is drawn, and what it is called."""

    name: str
    colour: str
    marker: str


@paper_style
def score_curve_figure(
    curves: Sequence[ScoreCurve],
    quantity: str,
    lines: Mapping[str, Line],
    logarithmic: bool = False,
    levels: Mapping[str, str] | None = None,
    below: str = "classes",
) -> Figure:
    """A panel a level, above the number of objects; bars are one standard deviation over repeats.

    Of a single repeat they are the bootstrap interval over objects. Each point of a
    panel has the number of classes that it averages over beneath it, where these differ.

    Parameters
    ----------
    curves : of the levels, over the same groups.
    quantity : the label of the axis.
    logarithmic : axis in powers of two; else each group has a place of the same width.
    lines : scores to draw -> how.
    levels : of several curves -> what stands beside the axis.
    below : what ``ScoreCurve.classes`` counts.
    """
    heights = [2.0] * len(curves) + [0.8]
    first, turned = curves[0], upright(curves[0].labels)
    legend = LINE * -(-len(lines) // legend_columns([line.name for line in lines.values()]))
    below_axis = max(map(text_width, first.labels)) if turned else 0.0
    figure = Figure((column(), 0.35 + sum(heights) + legend + below_axis), layout="constrained")
    *panels, bottom = figure.subplots(len(curves) + 1, 1, sharex=True, height_ratios=heights)
    for panel, curve in zip(panels, curves, strict=True):
        for number, (name, line) in enumerate(lines.items()):
            # side by side, or bars would hide each other
            aside = min(0.12, 0.6 / len(lines)) * (number - (len(lines) - 1) / 2)
            places = curve.places * 2**aside if logarithmic else curve.places + aside
            panel.errorbar(
                places,
                curve.mean[name],
                _bars(curve, name),
                color=line.colour,
                marker=line.marker,
                linestyle=STYLES.get(line.colour, "-"),
                label=line.name,
                elinewidth=0.6,
                capsize=1.5,
            )
        panel.set_ylabel((levels or {}).get(curve.level, "Score"))
        low, high = panel.get_ylim()
        panel.set_ylim(max(-0.12, low - 0.12 * (high - low)), min(1.02, high))
        if len(set(curve.classes.tolist())) > 1:
            for place, classes in zip(curve.places, curve.classes, strict=True):
                panel.text(place, 0.02, f"{classes:.0f}", transform=panel.get_xaxis_transform(), ha="center")
            panel.text(1.01, 0.02, below, transform=panel.transAxes, rotation=90)
    legend_above(panels[0])
    if logarithmic:
        bottom.set_xscale("log", base=2)
        bottom.plot(first.places, first.objects, color="0.4", marker="o")
        bottom.set_xticks([], minor=True)
    else:
        bottom.bar(first.places, first.objects, color="0.7")
    bottom.set_yscale("log" if first.objects.max() > 20 * max(first.objects.min(), 1) else "linear")
    for place, objects in zip(first.places, first.objects, strict=True):
        bottom.annotate(
            f"{objects:.0f}" if objects >= 1 else f"{objects:.1g}",
            (place, objects),
            (0, 3),
            textcoords="offset points",
            ha="center",
        )
    bottom.margins(y=0.35)
    bottom.set_xticks(first.places, first.labels, rotation=90 if turned else 0)
    bottom.set(xlabel=quantity, ylabel="Objects")
    return figure


def _bars(curve: ScoreCurve, name: str) -> NDArray[np.float64]:
    """(2, g) distances down and up."""
    if curve.intervals:
        low, high = curve.intervals[name].T
        bars: NDArray[np.float64] = np.nan_to_num(np.stack([curve.mean[name] - low, high - curve.mean[name]]))
        return bars.clip(min=0)
    return std_bars(np.nan_to_num(curve.mean[name]), curve.std[name])
