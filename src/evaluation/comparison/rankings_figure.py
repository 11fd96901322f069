"""The critical-difference diagram: runs by their mean rank, a bar across those that do not differ."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from ...core.paper import TEXT, column, paper_style
from ..figures.width import text_width
from .direction import words
from .rankings import Ranking

AXIS = 1.6  # inches that the ranks have at least


@paper_style
def rankings_figure(ranking: Ranking, names: Sequence[str], level: float) -> Figure:
    """That of scikit-posthocs in the dress of a paper, in black: it tells nothing by colour.

    Parameters
    ----------
    ranking : of three runs or more. names : of the runs. level : of significance.
    """
    import pandas as pd
    import scikit_posthocs

    k, order = len(names), np.argsort(ranking.mean_rank, kind="stable")
    half = (k + 1) // 2  # as scikit-posthocs parts them
    left, right = (
        max(text_width(f"{names[place]} (0.00) ") for place in side) for side in (order[:half], order[half:])
    )
    wide = max(column(), left + right + AXIS + 0.1)
    high = 0.45 + 0.18 * (half + 3)
    figure = Figure(figsize=(wide, high))
    axes = figure.add_axes(((left + 0.05) / wide, 0.02, 1 - (left + right + 0.1) / wide, 1 - 0.43 / high - 0.02))
    p = pd.DataFrame(ranking.nemenyi, index=list(names), columns=list(names))
    drawn = scikit_posthocs.critical_difference_diagram(
        dict(zip(names, ranking.mean_rank.tolist(), strict=True)),
        p,
        alpha=level,
        ax=axes,
        label_fmt_left="{label} ({rank:.2f}) ",
        label_fmt_right=" ({rank:.2f}) {label}",
        label_props={"fontsize": TEXT, "va": "center"},
        marker_props={"s": 6},
        elbow_props={"linewidth": 0.5, "color": "black"},
        crossbar_props={"linewidth": 2.0, "color": "0.35", "solid_capstyle": "butt", "marker": ""},
        text_h_margin=0,
    )
    axes.set_xlim(1, k)
    axes.set_xticks(range(1, k + 1))
    said = f"Mean rank by {words(ranking.metric)}; critical difference {ranking.critical:.2f}"
    figure.text(0.5, 1 - 0.04 / high, said, ha="center", va="top", fontsize=TEXT)
    for text, elbow in zip(drawn["labels"], drawn["elbows"], strict=True):  # at the ends of the axis, not of the ranks
        end = 1 if text.get_ha() == "right" else k
        x, y = elbow.get_data()
        elbow.set_data([end, *x[1:]], y)
        text.set_x(end)
    return figure
