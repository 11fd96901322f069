"""Is one detector better than another on the same cells? Paired differences with intervals."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..comparison.difference import CORRECTED, corrected_interval
from ..shown import Table
from ..tables.csv_text import csv_text
from .cells import AUROC, Cells

METHOD = f"{CORRECTED} over folds (Nadeau & Bengio 2003), the outliers of a class being the same in all of them"
ALL = "mean over classes"


@dataclass(frozen=True)
class PairedDifference:
    """The AUROC of one detector less that of another.

    Attributes
    ----------
    first, second : detectors. of : class left out, or :data:`ALL`.
    folds : (k,) the difference in each fold.
    interval : of its mean; None where a single fold, or no training rows, leave none.
    """

    first: str
    second: str
    of: str
    folds: NDArray[np.float64]
    interval: tuple[float, float] | None

    @property
    def mean(self) -> float:
        """Mean over folds."""
        return float(self.folds.mean())


def differences(cells: Cells, system: str, confidence: float) -> list[PairedDifference]:
    """A detector less each of the others, and the best one less each of the others, by class and over all.

    The difference of a fold over all classes is the mean of those of the classes: folds, which share training
    objects, are what the corrected interval is over.

    Parameters
    ----------
    system : the detector whose claim is judged; left out where it is none of them.
    """
    firsts = dict.fromkeys(name for name in (system, cells.best) if name in cells.detectors)
    pairs = [(first, second) for first in firsts for second in cells.detectors if second != first]
    pairs = [pair for pair in pairs if pair[::-1] not in pairs or pair[0] == system]  # once, with this sign
    return [found for pair in pairs for found in _of_pair(cells, *pair, confidence)]


def _of_pair(cells: Cells, first: str, second: str, confidence: float) -> Iterable[PairedDifference]:
    values, rows = cells.values[AUROC], (cells.detectors.index(first), cells.detectors.index(second))
    difference = values[rows[0]] - values[rows[1]]
    known = cells.folds > 1 and np.isfinite(cells.test_over_train)
    for name, folds in zip((ALL, *cells.classes), (difference.mean(axis=0), *difference), strict=True):
        interval = corrected_interval(folds, cells.test_over_train, confidence) if known else None
        yield PairedDifference(first, second, name, folds, interval)


def differences_table(found: list[PairedDifference], confidence: float) -> Table:
    """Over all classes, a row a pair."""
    rows = [
        (
            each.first,
            each.second,
            f"{each.mean:+.3f}",
            "-" if each.interval is None else f"[{each.interval[0]:+.3f}, {each.interval[1]:+.3f}]",
        )
        for each in found
        if each.of == ALL
    ]
    header = ("first", "second", "first minus second", f"{100 * confidence:.0f} % interval")
    return Table("differences", f"AUROC, {ALL}: paired differences", header, rows)


def differences_csv(found: list[PairedDifference]) -> str:
    """A row a pair and class."""
    folds = len(found[0].folds) if found else 0
    header = ["first", "second", "class", "difference", "low", "high", *(f"fold_{fold}" for fold in range(folds))]
    rows = [
        [each.first, each.second, each.of, each.mean, *(each.interval or (None, None)), *each.folds.tolist()]
        for each in found
    ]
    return csv_text(header, rows)
