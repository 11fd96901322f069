"""Purity of each class against the fraction of all rows that is kept, as a figure."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from ...core.paper import paper_style
from ..figures.curves import COLOURS, panels
from .kept import FRACTIONS, Kept

LINES = {"purity": ("o", COLOURS[0]), "completeness": ("s", COLOURS[1])}


@paper_style
def kept_figure(classes: Sequence[str], mixes: Kept) -> Figure:
    """A panel a class: full lines of the rows as they are, broken ones of a night; bars are deviations over repeats."""
    figure, axes = panels(len(classes), 1.7)
    for index, (panel, name) in enumerate(zip(axes, classes, strict=True)):
        for (mix, curves), style in zip(mixes.items(), ("-", "--"), strict=False):
            for quantity, (marker, colour) in LINES.items():
                mean, std = (each[index] for each in curves[quantity])
                label = f"{quantity}, {mix.replace('_', ' ')}" if len(mixes) > 1 else quantity
                panel.errorbar(
                    FRACTIONS,
                    mean,
                    np.nan_to_num(std),
                    elinewidth=0.5,
                    label=label,
                    linestyle=style,
                    color=colour,
                    marker=marker,
                    markersize=2,
                )
        panel.set(xscale="log", ylim=(-0.03, 1.05), title=name, xlabel="Fraction kept")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure
