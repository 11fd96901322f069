"""Importances as a table and a figure in the run's folder."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...core.paper import TRAIN, VALIDATION, column, full, paper_style, render
from ...files import replacing
from .importance import Importances

FOLDER = "importances"
SHOWN = 30  # features of a panel
ROW = 0.132  # inches of a feature: text of 8 pt with its descent
HEADER = ("forest", "feature", "impurity", "impurity_std", "permutation", "permutation_std")


def write_importances(each: Sequence[Importances], names: Sequence[str], directory: Path) -> Path:
    """Write ``importances/`` with a CSV of all features and a figure of the first 30 of each forest."""
    folder = directory / FOLDER
    folder.mkdir(exist_ok=True)
    with replacing(folder / "importances.csv") as partial, partial.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(HEADER)
        for one in each:
            values = np.transpose([one.impurity, one.impurity_std, one.permutation, one.permutation_std])
            for place in np.argsort(-one.impurity, kind="stable"):
                cells = ("" if math.isnan(value) else f"{value:.6g}" for value in values[place])
                rows.writerow((one.name, names[place], *cells))
    figure = importance_figure(each, names)
    for form in ("png", "pdf"):
        (folder / f"importances.{form}").write_bytes(render(figure, form))
    return folder


@paper_style
def importance_figure(each: Sequence[Importances], names: Sequence[str]):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """A panel a forest, features by falling impurity; dots are the permutation's, each as a share of its largest."""
    from matplotlib.figure import Figure  # takes a second, and a training has other things to do first

    shown = min(SHOWN, len(names))
    across = min(2, len(each))
    down = math.ceil(len(each) / across)
    figure = Figure((column() if across == 1 else full(), (ROW * shown + 0.5) * down))
    figure.set_layout_engine("constrained", w_pad=0.1)  # inches: letters are a little wider in the file than here
    panels = figure.subplots(down, across, squeeze=False).ravel()
    for axes, one in zip(panels, each, strict=False):
        first = np.argsort(-one.impurity, kind="stable")[:shown]
        places = np.arange(len(first))
        scale = one.impurity.max() or 1.0
        axes.barh(places, one.impurity[first] / scale, 0.7, color=TRAIN, alpha=0.45, label="impurity")
        spread = one.impurity_std[first] / scale
        axes.errorbar(one.impurity[first] / scale, places, xerr=spread, fmt="none", ecolor="0.4", elinewidth=0.4)
        largest = np.nanmax(one.permutation, initial=0.0)
        if largest > 0:
            axes.plot(one.permutation[first] / largest, places, "o", color=VALIDATION, label="permutation")
        axes.set_yticks(places, [names[place] for place in first], parse_math=False)
        axes.set_ylim(len(first) - 0.4, -0.6)
        axes.axvline(0, color="0.7", linewidth=0.4)
        axes.set_title(one.name, parse_math=False)
        axes.set_xlabel("Share of the largest importance")
        axes.tick_params(axis="y", length=0)
    for axes in panels[len(each) :]:
        axes.set_axis_off()
    panels[0].legend(loc="lower right")
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # laid out once, not anew for each form of file
    return figure
