"""The table for people, papers and programs: detectors by classes, a block a branch, the best in bold."""

from functools import partial

import numpy as np

from ..shown import FEW, Table, plus_minus
from ..tables.csv_text import csv_text, known
from ..tables.latex import table_latex
from .cells import AUROC, DECIMALS, PRECISION, SHARE, Cells, Floats, winners
from .published import Published

TITLES = {AUROC: "AUROC", PRECISION: "Average precision"}
MEAN, RANDOM = "mean", "random order"


def blocks(cells: Cells, metric: str) -> list[Table]:
    """A table a branch: mean ± standard deviation over folds of each detector and class; the largest mean is strong.

    Of average precision the last row is what a random order has.
    """
    found = []
    for branch, classes in cells.branches.items():
        mean, std = cells.of(metric, classes)
        rows = [
            (name, *map(partial(_cell, cells.folds), *of)) for name, *of in zip(cells.detectors, mean, std, strict=True)
        ]
        if metric == PRECISION:
            share = cells.of(SHARE, classes)[0][0]
            rows.append((RANDOM, *(f"{value:.{DECIMALS}f}" for value in share)))
        strong = frozenset((int(row), int(column) + 1) for row, column in np.argwhere(winners(mean)))
        title = f"{TITLES[metric]}{f', {branch}' if branch else ''}"
        found.append(Table(f"{metric}{f'_{branch}' if branch else ''}", title, _header(classes), rows, strong=strong))
    return found


def published_blocks(cells: Cells, published: Published) -> list[Table]:
    """What was published of the same classes, where there is any; the mean is over those that have a value."""
    found = []
    for branch, classes in cells.branches.items():
        named = [name for name in classes if any(name in of for of in published.auroc.values())]
        detectors = [name for name, of in published.auroc.items() if any(each in of for each in named)]
        if not detectors:
            continue
        pairs = np.array([[published.auroc[name].get(of, (np.nan, np.nan)) for of in named] for name in detectors])
        mean, std = pairs[..., 0], pairs[..., 1]
        complete = np.isfinite(mean).all(axis=1)
        over = [f"{value:.{DECIMALS}f}" if whole else "-" for value, whole in zip(mean.mean(1), complete, strict=True)]
        rows = [
            (name, *map(partial(_cell, FEW), *of), last)
            for name, *of, last in zip(detectors, mean, std, over, strict=True)
        ]
        strong = frozenset((int(row), int(column) + 1) for row, column in np.argwhere(winners(np.nan_to_num(mean))))
        title = f"AUROC as published{f', {branch}' if branch else ''}"
        name = f"published{f'_{branch}' if branch else ''}"
        found.append(Table(name, title, _header(tuple(named)), rows, strong=strong))
    return found


def latex(tables: list[Table]) -> str:
    """All blocks, a tabular each."""
    return "\n".join(f"% {table.title}\n{table_latex(table)}" for table in tables)


def cells_csv(cells: Cells, published: Published | None) -> str:
    """A row a metric, branch, class and detector: mean, standard deviation, every fold, and what was published."""
    header = ["metric", "branch", "class", "detector", "mean", "std", *(f"fold_{fold}" for fold in range(cells.folds))]
    rows: list[list[object]] = []
    for metric in (AUROC, PRECISION):
        for branch, classes in cells.branches.items():
            mean, std = cells.of(metric, classes)
            folds = [cells.values[metric][:, cells.classes.index(name)] for name in classes]
            folds.append(cells.over_classes(metric, classes))
            for column, name in enumerate((*classes, MEAN)):
                for row, detector in enumerate(cells.detectors):
                    ours = [known(mean[row, column]), known(std[row, column]), *folds[column][row].tolist()]
                    theirs = _published(published, detector, name) if metric == AUROC else (None, None)
                    rows.append([metric, branch, name, detector, *ours, *theirs])
    return csv_text([*header, "published_mean", "published_std"], rows)


def _published(published: Published | None, detector: str, name: str) -> tuple[float | None, float | None]:
    found = published.auroc.get(detector, {}).get(name) if published else None
    return found or (None, None)


def _header(classes: tuple[str, ...]) -> tuple[str, ...]:
    return ("detector", *classes, MEAN)


def _cell(folds: int, mean: float, std: float) -> str:
    if np.isnan(mean):
        return "-"
    return f"{mean:.{DECIMALS}f}" + ("" if np.isnan(std) else f" {plus_minus(folds)} {std:.{DECIMALS}f}")


def overall(cells: Cells, metric: str) -> tuple[Floats, Floats]:
    """(detectors,) mean over all classes, and its standard deviation over folds."""
    mean, std = cells.of(metric, cells.classes)
    return mean[:, -1], std[:, -1]
