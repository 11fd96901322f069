"""The numbers of the table: metrics of each detector, class left out and fold."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ScorePredictions
from ...runtime.errors import AlertlabError
from ..detection.summary import scores
from ..evaluator import labelled
from ..metrics.spread import mean_and_std
from ..rows import by_repeat

AUROC, PRECISION, SHARE = "auroc", "average_precision", "outlier_share"
DECIMALS = 3  # of what is printed: of two that print alike neither is better
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """What several detectors reach on the same test rows.

    Attributes
    ----------
    detectors, classes : their names; a class is left out of training, and the outliers of its cells.
    branches : name -> its classes among these; one of no name for a flat taxonomy.
    values : metric -> (detectors, classes, folds): :data:`AUROC` by ranks and average :data:`PRECISION` of the
        outliers of a class against the test rows of known classes; :data:`SHARE`, what the latter is in random order.
    test_over_train : test rows of known classes for each row of training, the mean over all cells.
    """

    detectors: tuple[str, ...]
    classes: tuple[str, ...]
    branches: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Floats]
    test_over_train: float

    @property
    def folds(self) -> int:
        """Folds of each class."""
        return int(self.values[AUROC].shape[2])

    def over_classes(self, metric: str, classes: Sequence[str] | None = None) -> Floats:
        """(detectors, folds) mean over some classes, or all, of each fold."""
        rows = [self.classes.index(name) for name in (self.classes if classes is None else classes)]
        means: Floats = self.values[metric][:, rows].mean(axis=1)
        return means

    def of(self, metric: str, classes: Sequence[str]) -> tuple[Floats, Floats]:
        """(detectors, classes + 1) mean and standard deviation over folds; the last column is the mean over classes."""
        rows = [self.classes.index(name) for name in classes]
        folds = np.concatenate([self.values[metric][:, rows], self.over_classes(metric, classes)[:, None]], axis=1)
        return mean_and_std(np.moveaxis(folds, 2, 0))

    @cached_property
    def best(self) -> str:
        """The detector of the largest mean AUROC over all classes, the first in a tie."""
        return self.detectors[int(np.argmax(self.over_classes(AUROC).mean(axis=1)))]


def winners(means: Floats) -> NDArray[np.bool_]:
    """(detectors, columns) whether none has a larger mean, as it is printed."""
    printed = means.round(DECIMALS)
    largest: NDArray[np.bool_] = printed == printed.max(axis=0)
    return largest


def cells_of(
    tables: Mapping[str, ScorePredictions], branches: Mapping[str, tuple[str, ...]], part: str = "test"
) -> Cells:
    """The table of several detectors, whose repeats leave out the same classes and test on the same rows.

    Parameters
    ----------
    tables : detector -> predictions of all cells, each a repeat, in the order of the folds for each class.
    branches : name -> its classes that are left out in turn, or together; one of no name for a flat taxonomy.

    Raises
    ------
    AlertlabError
        For detectors that were tested on other rows, or a class that is no outlier of as many folds as the others.
    """
    classes = tuple(name for of in branches.values() for name in of)
    rows = {name: by_repeat(labelled(table, part)) for name, table in tables.items()}
    check_same(rows)
    values = {metric: np.stack([_folds(of, metric, classes) for of in rows.values()]) for metric in METRICS}
    first = next(iter(tables.values()))
    inliers = sum(int((of.outlier == 0).sum()) for of in next(iter(rows.values())).values())
    train = int((first.part == "train").sum())
    ratio = inliers / train if train else float("inf")
    return Cells(tuple(tables), classes, branches, values, ratio)


METRICS = (AUROC, PRECISION, SHARE)


def check_same(rows: Mapping[str, Mapping[int, ScorePredictions]]) -> None:
    """Refuse detectors that did not test the same rows, of the same truth, in every cell.

    Parameters
    ----------
    rows : detector -> number of each cell -> its test rows.
    """
    (first, expected), *others = (
        (name, {cell: digest(of) for cell, of in each.items()}) for name, each in rows.items()
    )
    for name, found in others:
        for cell in sorted(expected.keys() | found.keys()):
            if expected.get(cell) != found.get(cell):
                left = rows[first if cell in expected else name][cell]
                kinds = ", ".join(np.unique(left.kind[left.outlier == 1]).tolist())
                raise AlertlabError(
                    f"{name} and {first} were tested on other rows in cell {cell} (left out: {kinds}); "
                    "detectors compare on the same rows alone"
                )


def digest(rows: ScorePredictions) -> str:
    """SHA-256 over which samples were tested, and which of them are outliers, in any order."""
    lines = sorted(zip(rows.sample_id.tolist(), rows.object_id.tolist(), rows.outlier.tolist(), strict=True))
    return hashlib.sha256(repr(lines).encode()).hexdigest()


def _folds(rows: Mapping[int, ScorePredictions], metric: str, classes: Sequence[str]) -> Floats:
    """(classes, folds) a metric, in the order of the repeats that have the class among their outliers."""
    found = [scores(of) for _, of in sorted(rows.items())]
    each = [[of[f"{metric}/{name}"] for of in found if f"{metric}/{name}" in of] for name in classes]
    if len({len(folds) for folds in each}) > 1 or not each[0]:
        told = ", ".join(f"{name} in {len(folds)}" for name, folds in zip(classes, each, strict=True))
        raise AlertlabError(f"classes are outliers of unequal numbers of cells: {told}")
    return np.array(each)
