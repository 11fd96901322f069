"""Forecasts as figures."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...core.paper import column, paper_style
from ...core.predictions import ForecastPredictions
from ..figures.curves import COLOURS, REFERENCE, panels, unit_label
from ..figures.width import legend_above, upright
from .summary import ForecastEvaluation

EXAMPLES, SEED = 6, 0
MARKERS = "os^Dv<>"
COVERED = {"coverage_1_sigma": 0.6827, "coverage_2_sigma": 0.9545}  # of a Gaussian


@paper_style
def horizons_figure(evaluation: ForecastEvaluation) -> Figure:
    """RMSE, reduced chi-squared and coverage by horizon; dashes are what honest deviations give."""
    figure = Figure((column(), 4.6), layout="constrained")
    above, middle, below = figure.subplots(3, 1, sharex=True)
    place = np.arange(len(evaluation.horizons), dtype=float)
    for panel, metric in ((above, "rmse"), (middle, "reduced_chi2")):
        _points(panel, place, evaluation, [f"{metric}/{name}" for name in evaluation.horizons], color=COLOURS[0])
    above.set(ylabel=unit_label("RMSE", evaluation.unit), ylim=(0, None))
    middle.axhline(1, **REFERENCE)
    middle.set_ylabel("Reduced chi-squared")
    for number, (metric, nominal) in enumerate(COVERED.items(), 1):
        names = [f"{metric}/{name}" for name in evaluation.horizons]
        label = f"within {number} deviation{'s' if number > 1 else ''}"
        _points(below, place, evaluation, names, color=COLOURS[number - 1], label=label)
        below.axhline(nominal, **(REFERENCE | {"color": COLOURS[number - 1]}))
    below.set(ylabel="Coverage", ylim=(0, 1.03), xlim=(-0.5, len(place) - 0.5))
    legend_above(below)
    ticks = [name.removesuffix(" d").replace("below ", "<").replace("from ", "≥") for name in evaluation.horizons]
    below.set_xticks(place, ticks, rotation=90 if upright(ticks) else 0)
    below.set_xlabel("Days after the last point seen")
    return figure


def _points(
    axes: Axes, place: NDArray[np.float64], evaluation: ForecastEvaluation, names: Sequence[str], **drawn: Any
) -> None:
    """Metrics as points; bars are one standard deviation over repeats, or the interval of a single repeat."""
    mean, std = evaluation.mean, evaluation.std
    value = np.array([mean.get(name, np.nan) for name in names])
    bars = np.array([[std.get(name, 0.0)] * 2 for name in names])
    for row, name in enumerate(names):
        if name in evaluation.intervals:
            low, high = evaluation.intervals[name]
            bars[row] = max(mean[name] - low, 0), max(high - mean[name], 0)
    axes.errorbar(place, value, bars.T, fmt="o", elinewidth=0.6, capsize=1.5, **drawn)


@paper_style
def examples_figure(rows: ForecastPredictions) -> Figure:
    """Some objects, drawn at random (seed 0): truths as points, forecasts as lines with one deviation around them."""
    rows = rows.take(rows.repeat == rows.repeat.min())
    objects = np.random.default_rng(SEED).permutation(np.unique(rows.object_id))[:EXAMPLES]
    names = [name for name in rows.bands.bands if (rows.band == name).any()] or sorted(set(rows.band.tolist()))
    figure, axes = panels(len(objects), 1.9, columns=3 if len(objects) > 4 else 2)
    for panel, name in zip(axes, objects, strict=True):
        own = rows.take(rows.object_id == name)
        _example(panel, own.take(own.sample_id == own.sample_id[0]), names)
        panel.set_title(name, pad=3, parse_math=False)
    handles = {
        label: handle for panel in axes for handle, label in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    if len(names) > 1:
        shown = [name for name in names if name in handles]
        figure.legend([handles[name] for name in shown], shown, loc="outside upper center", ncols=8)
    figure.supxlabel("Days after the last point seen")
    figure.supylabel(unit_label("Value", rows.bands.unit))
    return figure


def _example(panel: Axes, rows: ForecastPredictions, names: list[str]) -> None:
    for number, name in enumerate(names):
        own = rows.take(rows.band == name)
        if not len(own):
            continue
        own = own.take(np.argsort(own.horizon, kind="stable"))
        colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
        low, high = own.value - own.deviation, own.value + own.deviation
        panel.fill_between(own.horizon, low, high, color=colour, alpha=0.2, linewidth=0)
        panel.plot(own.horizon, own.value, color=colour)
        if len(own) == 1:
            panel.errorbar(own.horizon, own.value, own.deviation, color=colour, fmt="_")
        drawn: dict[str, Any] = {"color": colour, "markersize": 2.2, "elinewidth": 0.5, "label": name}
        panel.errorbar(own.horizon, own.truth, own.truth_error, fmt=marker, **drawn)
    if rows.bands.unit == "mag":
        panel.invert_yaxis()  # bright is up
