"""Macro scores against something, as a figure."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from ..against import figure
from ..against.curve import ScoreCurve
from ..against.figure import Line
from .score_curve import SCORES

LINES = {  # colours of Okabe & Ito 2008
    "macro_precision": Line("precision", "#009E73", "s"),
    "macro_recall": Line("recall", "#0072B2", "o"),
    "macro_f1": Line("F1", "#D55E00", "^"),
}
ONE = {"leaf": "Macro score"}
LEVELS = {"top": "Macro score, top level", "leaf": "Macro score, all classes"}


def score_curve_figure(
    curves: Sequence[ScoreCurve], quantity: str, logarithmic: bool = False, scores: Sequence[str] = SCORES
) -> Figure:
    """See `against.figure.score_curve_figure`.

    Parameters
    ----------
    scores : those to draw.
    """
    lines = {name: LINES[name] for name in scores}
    levels = LEVELS if len(curves) > 1 else ONE
    return figure.score_curve_figure(curves, quantity, lines, logarithmic, levels)
