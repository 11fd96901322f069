"""ROC and precision-recall curves, a panel a class."""

import math
from collections.abc import Sequence

from matplotlib.figure import Figure

from ...core.paper import TRAIN, column, full, paper_style
from ..figures.curves import REFERENCE
from .ranking_curves import GRID, ROC, RankingCurve

AXES = {True: ("False positive rate", "True positive rate"), False: ("Recall", "Precision")}


@paper_style
def ranking_figure(curves: Sequence[RankingCurve], kind: str) -> Figure:
    """Each class against the rest; bands as the curves have them, dashes are a random order.

    Two classes a column, up to five across a page.

    Parameters
    ----------
    kind : ``roc`` or ``precision_recall_by_class``; at least one curve is of it.
    """
    of = [each for each in curves if each.kind == kind]
    across = len(of) if len(of) < 3 else (5 if len(of) > 8 else math.ceil(len(of) / 2) if len(of) > 5 else 3)
    down = math.ceil(len(of) / across)
    wide = column() if across < 3 else full()
    figure = Figure((wide, 0.35 + down * (0.2 + 0.85 * min(wide / across, 2.2))), layout="constrained")
    panels = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True).ravel()
    for panel, each in zip(panels, of, strict=False):
        panel.plot([0, 1], [0, 1] if kind == ROC else [each.share] * 2, **REFERENCE)
        panel.fill_between(GRID[kind], each.low, each.high, color=TRAIN, alpha=0.3, linewidth=0)
        panel.plot(GRID[kind], each.mean, color=TRAIN)
        panel.set_title(each.name, pad=3, parse_math=False)
        panel.set(xlim=(0, 1), ylim=(0, 1.02), xticks=[0, 0.5, 1], xticklabels=["0", "0.5", "1"], yticks=[0, 0.5, 1])
    for panel in panels[max(0, len(of) - across) : len(of)]:
        panel.tick_params(labelbottom=True)
    for panel in panels[len(of) :]:
        panel.remove()
    x, y = AXES[kind == ROC]
    figure.supxlabel(x)
    figure.supylabel(y)
    return figure
