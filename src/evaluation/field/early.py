"""Time to classification: accuracy, stability and earliness of probabilities against days since the first detection.

A label of the whole light curve comes too late to follow a transient up. Zhou et al. (2026, arXiv 2604.23792) propose
to look at the history of the probability vectors, and at the Wasserstein distance between successive ones. That needs
a distance between classes, and classes have no order: along their numbers it would mean nothing. With the discrete
distance, 1 between any two, it is the total variation, half the sum of the absolute differences: the probability that
has moved to another class. With branches, classes of one branch may be half as far apart; on such a tree it is a sum
over classes and branches too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from ..against.groups import days_of_parts
from ..evaluator import labelled
from ..metrics.spread import mean_and_std
from ..shown import Table
from ..tables.csv_text import csv_text, known

ALL = "all"
DISTANCES = ("discrete", "branches")
QUANTITIES = ("accuracy", "probability", "settled", "changed", "moved", "to_end")


@dataclass(frozen=True)
class Early:
    """Scores of each cut, and the last of the whole light curve, for all objects and each class.

    ``accuracy``, share decided rightly; ``probability``, mean of the true class; ``settled``, share of all objects that
    are right now and at every later cut; ``changed``, share whose decided class is another than at the cut before;
    ``moved``, mean distance of the probabilities from those of the cut before; ``to_end``, from those of the whole.

    Attributes
    ----------
    days : (c,) of the cuts, infinite of the whole. groups : ``all`` and the classes.
    objects : (g, c) that had enough detections by then, mean over repeats.
    mean, std : quantity -> (g, c) over repeats. median : (g,) days after which half of the objects are settled;
        infinite where fewer ever are.
    """

    days: tuple[float, ...]
    groups: tuple[str, ...]
    objects: NDArray[np.float64]
    mean: dict[str, NDArray[np.float64]]
    std: dict[str, NDArray[np.float64]]
    median: NDArray[np.float64]

    def table(self) -> Table:
        """All objects, a row a cut, for people."""
        header = ("days", "objects", "accuracy", "right for good", "class changed", "moved")
        keys = ("accuracy", "settled", "changed", "moved")
        rows = []
        for place, days in enumerate(self.days):
            cells = [(self.mean[key][0, place], self.std[key][0, place]) for key in keys]
            label = f"{days:g}" if np.isfinite(days) else ALL
            rows.append((label, f"{self.objects[0, place]:.0f}", *(_text(*cell) for cell in cells)))
        return Table("time_to_classification", "time to classification", header, rows)

    def csv(self) -> str:
        """A row a group and cut."""
        header = ["class", "days", "objects", *(f"{name}_{end}" for name in QUANTITIES for end in ("mean", "std"))]
        lines = []
        for row, name in enumerate(self.groups):
            for place, days in enumerate(self.days):
                values = [each[key][row, place] for key in QUANTITIES for each in (self.mean, self.std)]
                label = days if np.isfinite(days) else ALL
                lines.append([name, label, float(self.objects[row, place]), *map(known, values)])
        return csv_text(header, lines)


def _text(mean: float, std: float) -> str:
    if not np.isfinite(mean):
        return "-"
    return f"{mean:.3f} ± {std:.3f}" if np.isfinite(std) else f"{mean:.3f}"


def distance(
    first: NDArray[np.float64], second: NDArray[np.float64], branch: NDArray[np.int64] | None = None
) -> NDArray[np.float64]:
    """(n,) Wasserstein distance (order 1) of probability vectors, 0 to 1.

    Parameters
    ----------
    first, second : (n, k), rows sum to one.
    branch : (k,) of each class: classes of one branch are half as far apart as others. None: all are 1 apart.
    """
    moved: NDArray[np.float64] = np.abs(first - second).sum(axis=1) / 2
    if branch is None:
        return moved
    member = np.eye(int(branch.max()) + 1)[branch]
    between: NDArray[np.float64] = np.abs((first - second) @ member).sum(axis=1) / 2
    both: NDArray[np.float64] = (moved + between) / 2
    return both


def early(predictions: ClassPredictions, part: str, ground: str = DISTANCES[0]) -> Early | None:
    """See `Early`; None where the table holds no part of cut light curves, such as ``test_16d``.

    Objects are met by their names, those of several rows by their samples. An object that is absent from a cut, for it
    had too few detections, is not settled there.
    """
    cuts = days_of_parts(predictions, part)
    if not cuts:
        return None
    whole = labelled(predictions, part)
    branch = None
    if ground == "branches" and predictions.branches:
        owner = {name: number for number, of in enumerate(predictions.branches.values()) for name in of}
        branch = np.array([owner[name] for name in predictions.classes])
    parts = {name: labelled(predictions, name) for name in cuts}
    days = (*cuts.values(), np.inf)
    repeats = np.unique(whole.repeat).tolist()
    each = [_one([_of(rows, number) for rows in (*parts.values(), whole)], branch) for number in repeats]
    objects, values = np.stack([of for of, _ in each]), [of for _, of in each]
    spread = {name: mean_and_std(np.stack([of[name] for of in values])) for name in QUANTITIES}
    mean = {name: of for name, (of, _) in spread.items()}
    settled = mean["settled"] >= 0.5
    median = np.where(settled.any(axis=1), np.array(days)[settled.argmax(axis=1)], np.inf)
    std = {name: of for name, (_, of) in spread.items()}
    return Early(days, (ALL, *predictions.classes), objects.mean(axis=0), mean, std, median)


def _of(rows: ClassPredictions, repeat: int) -> ClassPredictions:
    return rows.take(rows.repeat == repeat)


def _one(
    cuts: Sequence[ClassPredictions], branch: NDArray[np.int64] | None
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """(g, c) objects, and each of QUANTITIES, of one repeat; the last cut is the whole."""
    whole = cuts[-1]
    by_name = all(len(np.unique(each.object_id)) == len(each) for each in cuts)
    keys = [each.object_id if by_name else each.sample_id for each in cuts]
    order = np.argsort(keys[-1], kind="stable")
    n, k, c = len(whole), len(whole.classes), len(cuts)
    vector = np.full((c, n, k), np.nan)
    decided = np.full((c, n), -1)
    for place, (rows, key) in enumerate(zip(cuts, keys, strict=True)):
        if not n:
            continue
        at = np.minimum(np.searchsorted(keys[-1], key, sorter=order), n - 1)
        met = keys[-1][order[at]] == key
        vector[place, order[at[met]]] = rows.probability[met]
        decided[place, order[at[met]]] = rows.prediction[met]
    there = decided >= 0
    right = there & (decided == whole.target)
    settled = np.logical_and.accumulate(right[::-1])[::-1]
    both = there[1:] & there[:-1]
    moved, changed = np.full((c, n), np.nan), np.full((c, n), np.nan)
    step = np.stack([distance(now, before, branch) for now, before in zip(vector[1:], vector[:-1], strict=True)])
    moved[1:] = np.where(both, step, np.nan)
    changed[1:] = np.where(both, decided[1:] != decided[:-1], np.nan)
    to_end = np.stack([distance(each, vector[-1], branch) for each in vector])
    own = vector[:, np.arange(n), whole.target]
    of = {
        "accuracy": np.where(there, right, np.nan),
        "probability": own,
        "settled": settled.astype(np.float64),
        "changed": changed,
        "moved": moved,
        "to_end": np.where(there, to_end, np.nan),
    }
    groups = [np.ones(n, bool), *(whole.target == index for index in range(k))]
    objects = np.stack([(there & group).sum(axis=1) for group in groups]).astype(np.float64)
    means = {name: np.stack([mean_and_std(values[:, group].T)[0] for group in groups]) for name, values in of.items()}
    return objects, means
