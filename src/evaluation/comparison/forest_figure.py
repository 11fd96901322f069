"""Differences with their intervals, a line each: what a reader takes in at a glance."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from ...core.paper import column, paper_style
from .difference import Comparison, Difference
from .direction import direction, words
from .verdict import capital, interval_head, names_of, overall, parts

ROW, EDGES = 0.17, 0.85  # inches of a row, and of title and axis
FILL = "#0072B2"
BY_CLASS = ("recall", "precision", "f1", "rmse", "auroc")  # scores by class that have a figure
Lines = Sequence[tuple[str, Difference]]


def forest_figures(comparison: Comparison, metric: str) -> dict[str, Figure]:
    """Name of a file -> figure.

    Of two runs their differences in the metrics of the whole, and in each score by class; of several those of all
    pairs in one metric.
    """
    if len(comparison.pairs) > 1:
        lines = [("\nless ".join(names_of(comparison, pair)), pair.differences[metric]) for pair in comparison.pairs]
        said = f"{capital(words(metric))}, one run less another:\nright of zero the upper is better"
        return {"differences": forest_figure(lines, said, comparison)}
    (pair,) = comparison.pairs
    first, second = names_of(comparison, pair)
    said = f"Right of zero {first} is better,\nleft of it {second}"
    own = [(capital(words(name)), pair.differences[name]) for name in overall(pair)]
    figures = {"differences": forest_figure(own, said, comparison)}
    for score, names in parts(pair).items():
        if score.removeprefix("top/") in BY_CLASS:
            of = [(name.removeprefix("top/").partition("/")[2], pair.differences[name]) for name in names]
            head = f"{capital(words(score))}. {said}"
            figures[f"differences_{score.replace('/', '_')}"] = forest_figure(of, head, comparison)
    return figures


@paper_style
def forest_figure(lines: Lines, said: str, comparison: Comparison) -> Figure:
    """Every difference turned so that the right is the first run's; filled where it is significant.

    Form and place tell all: the colour repeats it.

    Parameters
    ----------
    lines : words and difference, from above to below; metrics that have no better side are left out.
    said : above the figure.
    """
    lines = [line for line in lines if direction(line[1].metric)]
    row = ROW * max(2 * label.count("\n") or 1 for label, _ in lines)
    figure = Figure(figsize=(column(), EDGES + row * len(lines)), layout="constrained")
    axes = figure.subplots()
    axes.axvline(0, color="0.5", linewidth=0.5, zorder=0)
    for place, (_, of) in enumerate(lines):
        sign = direction(of.metric)
        if of.interval is not None:
            axes.plot([sign * end for end in of.interval], [place, place], color="black", linewidth=0.8)
        fill = FILL if of.significant(comparison.level) else "white"
        axes.plot(
            [sign * of.mean], [place], "o", markersize=3.6, color="black", markerfacecolor=fill, markeredgewidth=0.6
        )
    axes.set_yticks(range(len(lines)), [label for label, _ in lines])
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    below = f"Difference, {interval_head(comparison)}\nfilled: p < {comparison.level:.2g} after Holm's correction"
    figure.supxlabel(below)
    figure.suptitle(said)
    return figure
