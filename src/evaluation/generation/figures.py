"""Generated fields as figures."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from numpy.typing import NDArray

from ...core.paper import column, full, paper_style
from ...core.predictions import FieldPredictions
from ...runtime.tasks.generation import Grid
from ..figures.curves import COLOURS, REFERENCE, unit_label
from ..figures.width import legend_above
from ..metrics.spread import percentiles
from .spectra import by_channel, channels_of
from .summary import FieldEvaluation

EXAMPLES, SEED = 3, 0
BAND = (16, 50, 84)  # percentiles over fields


@paper_style
def spectra_figure(evaluation: FieldEvaluation) -> Figure:
    """Power, its ratio and r(k), a colour a channel: the median over the fields of all repeats, and 68 % of them."""
    figure = Figure((column(), 5.0), layout="constrained")
    above, middle, below = figure.subplots(3, 1, sharex=True, height_ratios=(3, 2, 2))
    of = [repeat.spectra for repeat in evaluation.repeats]
    place = of[0].wavenumber
    for channel, name in enumerate(of[0].channels):
        colour = COLOURS[channel % len(COLOURS)]
        truth, made, coherence = (
            np.concatenate([getattr(each, name)[:, channel] for each in of]) for name in ("truth", "made", "coherence")
        )
        _band(above, place, truth, "0.4" if len(of[0].channels) == 1 else colour, f"{name} truth".strip(), "--")
        _band(above, place, made, colour, f"{name} generated".strip(), "-")
        with np.errstate(invalid="ignore", divide="ignore"):
            _band(middle, place, np.where(truth > 0, made / truth, np.nan), colour, name, "-")
        _band(below, place, coherence, colour, name, "-")
    above.set(xscale="log", yscale="log", ylabel=unit_label("P(k)", _power_unit(evaluation.grid)))
    legend_above(above, 2)
    middle.axhline(1, **REFERENCE)
    middle.set_ylabel("P generated / P true")
    below.axhline(1, **REFERENCE)
    below.set(ylabel="r(k)", ylim=(None, 1.05))
    below.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))  # of a decade and a half powers of ten label too little
    below.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    below.xaxis.set_minor_formatter(NullFormatter())
    below.set_xlabel(f"Wavenumber ({evaluation.wavenumber_unit})")
    return figure


def _band(
    axes: Axes, place: NDArray[np.float64], curves: NDArray[np.float64], colour: str, label: str, style: str
) -> None:
    low, median, high = percentiles(curves, BAND)
    axes.plot(place, median, style, color=colour, label=label)
    axes.fill_between(place, low, high, color=colour, alpha=0.2, linewidth=0)


def _power_unit(grid: Grid) -> str:
    """Square of the unit of the fields, times a volume."""
    space = len(grid.axes) - bool(grid.channels)
    length = "cell" if grid.spacing is None else grid.spacing_unit
    units = ((grid.unit, 2), (length, space))
    return " ".join(f"{unit if unit.isalpha() else f'({unit})'}{'⁰¹²³⁴'[power]}" for unit, power in units if unit)


@paper_style
def examples_figure(rows: FieldPredictions) -> Figure:
    """Truth, its first draw and their difference, of some fields drawn at random (seed 0).

    Of several channels the first, of a cube the middle slice along its first axis.
    """
    drawn = np.sort(np.random.default_rng(SEED).permutation(len(rows))[:EXAMPLES])
    figure = Figure((full(), 0.3 + 1.75 * len(drawn)), layout="constrained")
    grid = figure.subplots(len(drawn), 3, squeeze=False, sharex=True, sharey=True)
    truth, made = by_channel(rows.grid, rows.truth[drawn], 1), by_channel(rows.grid, rows.field[drawn, :1], 2)
    for panels, row, true, draws in zip(grid, drawn, truth, made, strict=True):
        pair = [_slice(each) for each in (true[0], draws[0, 0])]
        low, high = np.percentile(np.stack(pair), [0.5, 99.5])
        for panel, image in zip(panels, pair, strict=False):
            shown = _show(panel, image, rows.grid, {"cmap": "viridis", "vmin": low, "vmax": high})
        label = unit_label(channels_of(rows.grid)[0] or "value", rows.grid.unit)
        figure.colorbar(shown, ax=panels[:2], label=label, pad=0.01, aspect=30)
        difference = pair[1] - pair[0]
        most = float(np.percentile(np.abs(difference), 99.5)) or 1.0
        shown = _show(panels[2], difference, rows.grid, {"cmap": "RdBu_r", "vmin": -most, "vmax": most})
        figure.colorbar(shown, ax=panels[2], label=unit_label("difference", rows.grid.unit), pad=0.02, aspect=30)
        panels[0].set_title(f"{rows.object_id[row]}: truth", pad=3, parse_math=False)
        panels[1].set_title("generated", pad=3)
        panels[2].set_title("generated − truth", pad=3)  # noqa: RUF001
        panels[0].set_ylabel(_axis(rows.grid, -2))
    for panel in grid[-1]:
        panel.set_xlabel(_axis(rows.grid, -1))
    return figure


def _slice(field: NDArray[np.float32]) -> NDArray[np.float64]:
    """(y, x)."""
    while field.ndim > 2:
        field = field[len(field) // 2]
    return np.atleast_2d(field).astype(np.float64)


def _show(panel: Axes, image: NDArray[np.float64], grid: Grid, shown: dict[str, Any]) -> AxesImage:
    size = 1.0 if grid.spacing is None else grid.spacing
    extent = (0, image.shape[1] * size, 0, image.shape[0] * size)
    return panel.imshow(image, origin="lower", extent=extent, **shown)


def _axis(grid: Grid, place: int) -> str:
    names = grid.axes[1:] if grid.channels else grid.axes
    name = names[place] if len(names) >= -place else ""
    return unit_label(name, grid.spacing_unit if grid.spacing is not None else "cells") if name else ""
