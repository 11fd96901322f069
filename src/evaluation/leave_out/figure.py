"""The table as a figure: a cell a detector and class, its colour the mean."""

import numpy as np
from matplotlib.figure import Figure

from ..figures.matrix import Side, matrix_figure
from ..shown import plus_minus
from .cells import AUROC, Cells, Floats, winners
from .published import Published
from .tables import MEAN, TITLES

NARROWER = 0.9  # bold letters are wider by so much, and would touch those of the next cell


def table_figure(cells: Cells, metric: str, baselines: int, published: Published | None = None) -> Figure:
    """Detectors by classes, branch beside branch, each with the mean over its classes; below what was published.

    Parameters
    ----------
    baselines : how many of the last detectors are plain baselines, below a line.
    """
    several = len(cells.branches) > 1
    columns: list[str] = []
    breaks: list[int] = []
    means: list[Floats] = []
    stds: list[Floats] = []
    for classes in cells.branches.values():
        mean, std = cells.of(metric, classes)
        columns += [*classes, MEAN]
        breaks += [len(columns) - 1, len(columns)]
        means.append(mean)
        stds.append(std)
    mean, std = np.concatenate(means, axis=1), np.concatenate(stds, axis=1)
    bold = winners(mean)
    names = [name.replace("_", " ") for name in cells.detectors]
    lines = [len(names) - baselines] if 0 < baselines < len(names) else []
    if published and metric == AUROC:
        theirs = _published(published, columns)
        lines.append(len(names))
        names += [f"{name.replace('_', ' ')}, published" for name in theirs]
        found = np.array(list(theirs.values()))
        mean, std = np.concatenate([mean, found[..., 0]]), np.concatenate([std, found[..., 1]])
        bold = np.concatenate([bold, np.zeros(found.shape[:2], bool)])
    digits = [[_text(*cell) for cell in zip(*row, strict=True)] for row in zip(mean, std, strict=True)]
    spread = f"mean {plus_minus(cells.folds)} standard deviation over {cells.folds} folds"
    title = f"{TITLES[metric]}, {spread}, the largest in bold"
    side = Side("Class left out", tuple(columns), tuple(breaks[:-1] if several else breaks[:1]))
    shade = np.maximum(2 * mean - 1, 0) if metric == AUROC else mean  # white: no better than a random order
    figure = matrix_figure(shade, Side("", tuple(names), tuple(lines)), side, [(digits, title)])
    for text, strong in zip(figure.axes[0].texts, bold.ravel(), strict=True):
        if strong:
            text.set(fontweight="bold", fontsize=NARROWER * float(text.get_fontsize()))
    return figure


def _published(published: Published, columns: list[str]) -> dict[str, list[tuple[float, float]]]:
    unknown = (np.nan, np.nan)
    rows = {name: [of.get(column, unknown) for column in columns] for name, of in published.auroc.items()}
    return {name: row for name, row in rows.items() if any(value != unknown for value in row)}


def _text(mean: float, std: float) -> str:
    if np.isnan(mean):
        return "-"
    return f"{mean:.2f}" + ("" if np.isnan(std) else f"\n±{std:.2f}")
