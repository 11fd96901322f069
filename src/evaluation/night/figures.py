"""A night in pictures: purity and completeness of each class, and against a fact."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...core.paper import column, paper_style
from ..figures.curves import COLOURS
from ..figures.width import CLOSE, legend_above, upright
from .expected import Expected

MARKERS = "osD^vPX<"
MOST = 7  # classes in one panel: those of which a night has least
FEW = 10  # rows of a class; a bin that holds fewer has no point
WHOLE = {"purity": "Purity", "completeness": "Completeness"}


@paper_style
def night_figure(of: Expected, before: Mapping[str, float]) -> Figure:
    """Purity of each class in the labelled part and in a night, and completeness, the rarest class first.

    Parameters
    ----------
    before : class -> purity in the labelled part as it is.
    """
    order = np.argsort(of.mean["share"][:, 0], kind="stable")[::-1]  # matplotlib counts from below
    place = np.arange(len(order))
    figure = Figure((column(), 0.9 + 0.22 * len(order)), layout="constrained")
    panel = figure.subplots()
    names = [of.classes[index] for index in order]
    labelled = [before.get(name, np.nan) for name in names]
    panel.plot(labelled, place, "o", mfc="white", color="0.5", label="purity, labelled part")
    for aside, (quantity, marker, colour) in (
        (0.0, ("purity", "o", COLOURS[0])),
        (-0.25, ("completeness", "s", COLOURS[1])),
    ):
        values, bars = of.mean[quantity][order, 0], _bars(of, quantity, order, 0)
        label = f"{quantity}, night" if quantity == "purity" else quantity
        panel.errorbar(values, place + aside, xerr=bars, fmt=marker, color=colour, label=label, elinewidth=0.6)
    shares = [f"{name} ({_per_cent(of.mean['share'][index, 0])})" for name, index in zip(names, order, strict=True)]
    panel.set_yticks(place, shares)
    panel.set(xlim=(-0.02, 1.02))
    figure.supxlabel(f"Fraction (in brackets the share of {of.name.replace('_', ' ')})")
    figure.legend(loc="outside upper center", ncols=2, **CLOSE)
    panel.grid(axis="x", lw=0.3, color="0.85")
    panel.set_axisbelow(True)
    return figure


@paper_style
def night_by_figure(of: Expected) -> Figure:
    """Purity and completeness of the rarest classes in each bin of the fact, above how many of each a night has.

    A bin with fewer than ten labelled rows of a class has no point of it.
    """
    order = np.argsort(of.mean["share"][:, 0], kind="stable")[:MOST]
    place = np.arange(len(of.bins) - 1)
    figure = Figure((column(), 5.2), layout="constrained")
    panels = figure.subplots(3, 1, sharex=True, height_ratios=(1, 1, 0.7))
    for number, index in enumerate(order):
        style = {"color": COLOURS[number % len(COLOURS)], "marker": MARKERS[number]}
        aside = 0.06 * (number - (len(order) - 1) / 2)
        for panel, quantity in zip(panels, WHOLE, strict=False):
            values = np.where(of.rows[index, 1:] >= FEW, of.mean[quantity][index, 1:], np.nan)
            bars = np.stack([_bars(of, quantity, np.array([index]), bin_ + 1)[:, 0] for bin_ in place.tolist()], axis=1)
            panel.errorbar(place + aside, values, bars, elinewidth=0.6, label=of.classes[index], **style)
        panels[2].plot(place, np.where(of.mean["alerts"][index, 1:] > 0, of.mean["alerts"][index, 1:], np.nan), **style)
    for panel, name in zip(panels, WHOLE.values(), strict=False):
        panel.set(ylim=(-0.03, 1.03), ylabel=name)
    legend_above(panels[0])
    panels[2].set(yscale="log", ylabel="Alerts a night" if of.counted else "Share of a night")
    panels[2].set_xticks(place, of.bins[1:], rotation=90 if upright(of.bins[1:]) else 0)
    panels[2].set_xlabel(of.fact.replace("_", " ").capitalize())
    return figure


def _bars(of: Expected, quantity: str, order: NDArray[np.int64], place: int) -> NDArray[np.float64]:
    """(2, n) distances down and up: interval of a single repeat, or standard deviation."""
    mean = of.mean[quantity][order, place]
    if of.intervals:
        low, high = of.intervals[quantity][order, place].T
        bars: NDArray[np.float64] = np.nan_to_num(np.stack([mean - low, high - mean])).clip(min=0)
        return bars
    std = np.nan_to_num(of.std[quantity][order, place])
    return np.stack([np.minimum(std, np.nan_to_num(mean)), np.minimum(std, 1 - np.nan_to_num(mean))])


def _per_cent(share: float) -> str:
    return f"{100 * share:.2g} %"
