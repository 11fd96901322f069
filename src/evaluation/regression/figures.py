"""Named values as figures."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...core.paper import column, paper_style
from ...core.predictions import ValuePredictions
from ...runtime.tasks.regression import Quantity
from ..figures.curves import COLOURS, REFERENCE, panels, spread_line, unit_label
from ..metrics.spread import mean_and_std
from ..rows import by_repeat

PANELS = 12  # the most that two columns hold
FEW = 1000  # points that are told apart
BINS, REACH = 40, 5.0  # of the histogram of pulls, in deviations


@paper_style
def values_figure(rows: ValuePredictions) -> Figure:
    """Value against truth, a panel a quantity, twelve at most; many points as their density, all repeats together."""
    known = [place for place in range(len(rows.quantities.names)) if np.isfinite(rows.truth[:, place]).any()][:PANELS]
    figure, axes = panels(len(known), 2.9 if len(known) == 1 else 2.3)
    for panel, place in zip(axes, known, strict=True):
        there = np.isfinite(rows.truth[:, place])
        _scatter(panel, rows.truth[there, place], rows.value[there, place], rows.quantities.quantities[place])
    return figure


def _scatter(panel: Axes, truth: NDArray[np.float64], value: NDArray[np.float64], of: Quantity) -> None:
    both = np.concatenate([truth, value])
    low, high = np.percentile(both, [0.1, 99.9])  # one wild value would hide the others
    edge = 0.03 * (high - low) or 0.5
    low, high = low - edge, high + edge
    panel.plot([low, high], [low, high], **(REFERENCE | {"zorder": 3, "color": "0.3"}))
    if len(truth) > FEW:
        shown: dict[str, Any] = {
            "gridsize": 40,
            "norm": LogNorm(0.3),
            "cmap": "Blues",
            "mincnt": 1,
            "linewidths": 0.1,
        }  # 0.3: one point is to be seen
        panel.hexbin(truth, value, extent=(low, high, low, high), **shown)
    else:
        panel.plot(truth, value, ".", color=COLOURS[0], markersize=2, alpha=0.5, markeredgewidth=0)
    panel.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    panel.set(xlabel=unit_label("Truth", of.unit), ylabel=unit_label("Value", of.unit))
    panel.locator_params(nbins=5)  # the same ticks on both axes
    panel.set_title(of.name, pad=3, parse_math=False)


@paper_style
def residuals_figure(rows: ValuePredictions) -> Figure:
    """Errors in deviations, against the Gaussian that honest deviations give; without deviations in spreads of truth.

    The mean over repeats of their histograms, and one standard deviation.
    """
    deviation = np.where(rows.deviation > 0, rows.deviation, np.nan)
    given = bool(np.isfinite(deviation).any())
    scale = deviation if given else np.broadcast_to(spread(rows), rows.truth.shape)
    figure = Figure((column(), 2.4), layout="constrained")
    axes = figure.subplots()
    pulls = (rows.value - rows.truth) / scale
    reach = REACH if given else 1.3 * float(np.nanpercentile(np.abs(pulls), 99.5)) or 1.0
    edges = np.linspace(-reach, reach, BINS + 1)
    curves = []
    for number in by_repeat(rows):
        own = pulls[rows.repeat == number]
        own = own[np.isfinite(own)]
        counts = np.histogram(own, edges)[0]  # what lies beyond counts in the density
        curves.append(counts / max(len(own), 1) / np.diff(edges))
    spread_line(axes, (edges[1:] + edges[:-1]) / 2, np.stack(curves), COLOURS[0], "errors", step="mid")
    if given:
        axes.plot(edges, np.exp(-(edges**2) / 2) / np.sqrt(2 * np.pi), **REFERENCE, label="unit Gaussian")
    words = "deviation" if given else "standard deviation of the truth"
    axes.set(xlabel=f"(value − truth) / {words}", ylabel="Density", xlim=(-reach, reach), ylim=(0, None))  # noqa: RUF001
    axes.legend()
    return figure


def spread(rows: ValuePredictions) -> NDArray[np.float64]:
    """(quantities,) standard deviation of the known truths; 1 where they do not differ."""
    std = mean_and_std(rows.truth)[1]
    return np.where(std > 0, std, 1.0)
