"""The ranking of a detector as figures."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...core.paper import column, paper_style
from ...core.predictions import ScorePredictions
from ..figures.curves import COLOURS, REFERENCE, STYLES, panels, spread_line
from ..metrics.ranking import hits_at
from ..rows import by_repeat
from .summary import ALL, Ranking, ranking

GRID = np.linspace(0, 1, 201)
SHOWN = len(COLOURS) - 1  # kinds that have a colour: those of most rows
BINS = 20  # of percentiles


def figures(rows: ScorePredictions) -> dict[str, Figure]:
    """Name of a file -> figure, of labelled rows of any repeats; none that needs outliers where there are none."""
    of = [ranking(each) for each in by_repeat(rows).values()]
    of = [each for each in of if each.inlier.any() and not each.inlier.all()]
    drawn = {"percentiles": percentiles_figure(rows)}
    return {"ranking_curves": ranking_curves(of), "recall_by_rank": recall_figure(of)} | drawn if of else drawn


@paper_style
def ranking_curves(of: list[Ranking]) -> Figure:
    """ROC and precision against recall, of all outliers and of each kind against all inliers.

    Mean over repeats and one standard deviation, at equal false positive rate (Fawcett 2006, Pattern Recognition
    Letters 27, 861) and equal recall; dashes are a random order.
    """
    figure, (left, right) = panels(2, 2.9)
    share = float(np.mean([(~each.inlier).mean() for each in of]))
    left.plot([0, 1], [0, 1], **REFERENCE, label="random order")
    right.axhline(share, **REFERENCE)
    for name, colour in _coloured(of).items():
        pairs = [(each.count(own), each.count(each.inlier)) for each in of if (own := _rows(each, name)).any()]
        wide = 1.2 if name == ALL else 0.7
        spread_line(left, GRID, np.stack([_roc(*pair) for pair in pairs]), colour, name, linewidth=wide)
        spread_line(right, GRID, np.stack([_precision(*pair) for pair in pairs]), colour, linewidth=wide)
    left.set(xlabel="False positive rate", ylabel="True positive rate", xlim=(0, 1), ylim=(0, 1.01))
    right.set(xlabel="Recall", ylabel="Precision", xlim=(0, 1), ylim=(0, 1.01))
    left.legend(loc="lower right")
    return figure


@paper_style
def recall_figure(of: list[Ranking]) -> Figure:
    """The share of each kind of outliers that is found by looking at so many of the highest scores."""
    figure = Figure((column(), 2.6), layout="constrained")
    axes = figure.subplots()
    most = min(len(each.place) for each in of)
    rank = np.unique(np.geomspace(1, most, 200).round())
    axes.plot(rank, rank / most, **REFERENCE, label="random order")
    for name, colour in _coloured(of).items():
        curves = [
            hits_at(rank, each.count(own), each.count(np.ones(len(own), bool))) / own.sum()
            for each in of
            if (own := _rows(each, name)).any()
        ]
        spread_line(axes, rank, np.stack(curves), colour, name, linewidth=1.2 if name == ALL else 0.7)
    axes.set(xscale="log", xlabel="Rank: rows of the highest scores", ylabel="Recall", xlim=(1, most), ylim=(0, 1.01))
    axes.legend()
    return figure


@paper_style
def percentiles_figure(rows: ScorePredictions) -> Figure:
    """Where inliers and kinds of outliers stand among the training part; by their scores where that is unknown."""
    figure = Figure((column(), 2.4), layout="constrained")
    axes = figure.subplots()
    told = bool(np.isfinite(rows.percentile).all())
    value = rows.percentile if told else rows.score
    edges = np.linspace(0, 100, BINS + 1) if told else np.histogram_bin_edges(value, BINS)
    inlier = rows.outlier == 0
    if inlier.any():
        axes.stairs(_shares(value[inlier], edges), edges, fill=True, color="0.8", label="inliers")
    of = Ranking(np.zeros(len(rows), int), inlier, {name: (rows.kind == name) & ~inlier for name in _names(rows)})
    for name, colour in (_coloured([of]) if not inlier.all() else {}).items():
        own = _rows(of, name)
        wide = 1.2 if name == ALL else 0.7
        axes.stairs(
            _shares(value[own], edges), edges, color=colour, linestyle=STYLES[colour], label=name, linewidth=wide
        )
    label = "Percentile among the scores of the training part" if told else "Score"
    axes.set(xlabel=label, ylabel="Share of the class", xlim=(edges[0], edges[-1]))
    axes.legend()
    return figure


def _names(rows: ScorePredictions) -> list[str]:
    return [name for name in np.unique(rows.kind[rows.outlier == 1]).tolist() if name]


def _coloured(of: list[Ranking]) -> dict[str, str]:
    """All outliers, and the kinds of most rows by name, each with its colour; one kind is all there are."""
    rows: dict[str, int] = {}
    for each in of:
        for name, own in each.kinds.items():
            rows[name] = rows.get(name, 0) + int(own.sum())
    most = sorted(sorted(rows, key=lambda name: -rows[name])[:SHOWN]) if len(rows) > 1 else []
    return dict(zip([ALL, *most], (COLOURS[-1], *COLOURS), strict=False))


def _rows(of: Ranking, name: str) -> NDArray[np.bool_]:
    return ~of.inlier if name == ALL else of.kinds.get(name, np.zeros(len(of.place), bool))


def _roc(hits: NDArray[np.float64], misses: NDArray[np.float64]) -> NDArray[np.float64]:
    """True positive rate at the false positive rates of the grid."""
    wrong, found = (np.append(0, np.cumsum(each)) / each.sum() for each in (misses, hits))
    rate: NDArray[np.float64] = np.interp(GRID, wrong, found)
    return rate


def _precision(hits: NDArray[np.float64], misses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Precision where the recall of the grid is first reached."""
    found, wrong = np.cumsum(hits), np.cumsum(misses)
    first = np.searchsorted(found / found[-1], np.maximum(GRID - 1e-12, 1e-12))  # at recall 0 that of the first hit
    precision: NDArray[np.float64] = (found / np.maximum(found + wrong, 1))[np.minimum(first, len(found) - 1)]
    return precision


def _shares(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.histogram(values, edges)[0] / len(values)
    return shares
