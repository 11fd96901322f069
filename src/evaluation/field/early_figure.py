"""Time to classification, as a figure."""

import numpy as np
from matplotlib.figure import Figure

from ...core.paper import column, paper_style
from ..figures.curves import COLOURS
from ..figures.width import legend_above
from ..metrics.spread import std_bars
from .early import Early

PANELS = {
    "Share of objects": {"accuracy": "right", "settled": "right for good", "changed": "class changed"},
    "Distance": {"moved": "from the cut before", "to_end": "from the whole light curve"},
}
MARKERS = "osD"


@paper_style
def early_figure(of: Early, branches: bool) -> Figure:
    """Accuracy and earliness above, stability below, of all objects; the whole light curve stands last.

    Parameters
    ----------
    branches : whether classes of one branch are half as far apart as others.
    """
    figure = Figure((column(), 3.9), layout="constrained")
    panels = figure.subplots(2, 1, sharex=True)
    last = 2 * max(days for days in of.days if np.isfinite(days))
    places = np.array([days if np.isfinite(days) else last for days in of.days])
    for panel, (name, lines) in zip(panels, PANELS.items(), strict=True):
        for number, (key, label) in enumerate(lines.items()):
            mean, std = of.mean[key][0], of.std[key][0]
            aside = places * 2 ** (0.06 * (number - 1))
            bars = std_bars(np.nan_to_num(mean), std)
            panel.errorbar(
                aside, mean, bars, color=COLOURS[number], marker=MARKERS[number], label=label, elinewidth=0.6
            )
        panel.set_ylabel(name)
        panel.set_ylim(bottom=-0.02)
        legend_above(panel)
    panels[1].set_ylabel("Distance" + (" (branches)" if branches else ""))
    panels[1].set_xscale("log", base=2)
    panels[1].set_xticks(places, [f"{days:g}" if np.isfinite(days) else "all" for days in of.days])
    panels[1].set_xticks([], minor=True)
    panels[1].set_xlabel("Days after the first detection")
    return figure
