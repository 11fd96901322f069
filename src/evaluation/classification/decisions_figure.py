"""Precision against recall of the classes that have a threshold, and where the threshold lies."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...core.paper import paper_style
from ...runtime.thresholds import Curve
from ..figures.curves import COLOURS, panels
from ..metrics.spread import mean_and_std
from .decisions import COMPLETENESS, PURITY
from .summary import ClassEvaluation

GRID = np.linspace(0, 1, 201)  # of completeness


@paper_style
def precision_recall_figure(evaluation: ClassEvaluation) -> Figure:
    """A panel a class: the mean curve with a band of a standard deviation over repeats, and the threshold's place.

    A curve is a stair: at a completeness it has the highest purity that is reached with that much or more.
    """
    assert evaluation.decided is not None
    figure, axes = panels(len(evaluation.decided.curves), 2.2)
    mean, std = evaluation.mean, evaluation.std
    for panel, (name, curves) in zip(axes, evaluation.decided.curves.items(), strict=True):
        if curves:
            purity, spread = mean_and_std(np.stack([_stair(each) for each in curves]))
            panel.plot(GRID, purity, color=COLOURS[0], label="all thresholds")
            band = np.nan_to_num(spread)
            panel.fill_between(GRID, purity - band, purity + band, color=COLOURS[0], alpha=0.25, linewidth=0)
        place = [f"{each}/{name}" for each in (COMPLETENESS, PURITY)]
        if all(each in mean for each in place):
            x, y = place
            label = f"chosen on {evaluation.decided.part.replace('_', ' ')}"
            panel.errorbar(
                mean[x], mean[y], std.get(y, 0), std.get(x, 0), fmt="o", color=COLOURS[1], capsize=1.5, label=label
            )
        panel.set(
            xlim=(0, 1.02),
            ylim=(0, 1.05),
            title=f"{name}: {evaluation.decided.goals[name]}",
            xlabel="Completeness",
            ylabel="Purity",
        )
    handles, labels = max((panel.get_legend_handles_labels() for panel in axes), key=lambda each: len(each[1]))
    figure.legend(handles, labels, loc="outside upper center", ncols=2, frameon=False)
    return figure


def _stair(curve: Curve) -> NDArray[np.float64]:
    """(201,) highest purity at each completeness or more."""
    best = np.maximum.accumulate(curve.purity[::-1])[::-1]
    place = np.searchsorted(curve.completeness, GRID - 1e-12)
    found: NDArray[np.float64] = best[np.minimum(place, len(best) - 1)]
    return found
