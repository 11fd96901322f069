"""Scores of each group, with their spread over repeats or their interval."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import Predictions
from ..metrics.spread import mean_and_std
from ..tables.csv_text import csv_text, known
from .groups import Group

Rows = TypeVar("Rows", bound=Predictions)


@dataclass(frozen=True)
class Judge(Generic[Rows]):
    """How rows of one repeat and group are judged.

    Attributes
    ----------
    names : of the scores.
    scores : of rows; what is undefined is absent or NaN.
    intervals : of rows, score -> (low, high), where a single repeat is all there is.
    classes : of rows, how many classes they hold.
    """

    names: Sequence[str]
    scores: Callable[[Rows], Mapping[str, float]]
    intervals: Callable[[Rows], Mapping[str, tuple[float, float]]]
    classes: Callable[[Rows], int]


@dataclass(frozen=True)
class ScoreCurve:
    """Scores of one level in each group.

    Attributes
    ----------
    level : ``top`` or ``leaf`` of classes.
    labels, places : (g,) of the groups.
    samples, objects : (g,) in each group, mean over the repeats.
    classes : (g,) that a group holds, mean over the repeats with samples in it; the others are
        left out of its macro averages.
    mean, std : score -> (g,) over the repeats that have samples in the group; NaN for none, or fewer than two.
    intervals : score -> (g, 2) interval of a single repeat; empty with several.
    """

    level: str
    labels: tuple[str, ...]
    places: NDArray[np.float64]
    samples: NDArray[np.float64]
    objects: NDArray[np.float64]
    classes: NDArray[np.float64]
    mean: dict[str, NDArray[np.float64]]
    std: dict[str, NDArray[np.float64]]
    intervals: dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Against:
    """A curve, what its groups are of, a fact's name or ``days``, and whether its axis is logarithmic."""

    quantity: str
    curve: ScoreCurve
    logarithmic: bool = False


def score_curve(level: str, groups: Sequence[Group[Rows]], judge: Judge[Rows]) -> ScoreCurve:
    """Judge each group, repeat by repeat.

    Parameters
    ----------
    groups : at least one, with samples in at least one of them.
    """
    repeats = np.unique(np.concatenate([group.rows.repeat for group in groups]))
    shape = (len(repeats), len(groups))
    samples, objects, classes = np.zeros(shape), np.zeros(shape), np.full(shape, np.nan)
    scores = {name: np.full(shape, np.nan) for name in judge.names}
    intervals = {name: np.full((len(groups), 2), np.nan) for name in judge.names} if len(repeats) == 1 else {}
    for column, group in enumerate(groups):
        for row, repeat in enumerate(repeats):
            of = group.rows.take(group.rows.repeat == repeat)
            if not len(of):
                continue
            samples[row, column] = len(of)
            objects[row, column] = len(np.unique(of.object_id))
            classes[row, column] = judge.classes(of)
            values = judge.scores(of)
            for name in judge.names:
                scores[name][row, column] = values.get(name, np.nan)
            if intervals:
                for name, bounds in judge.intervals(of).items():
                    if name in intervals:
                        intervals[name][column] = bounds
    spread = {name: mean_and_std(values) for name, values in scores.items()}
    return ScoreCurve(
        level,
        tuple(group.label for group in groups),
        np.array([group.place for group in groups]),
        samples.mean(axis=0),
        objects.mean(axis=0),
        np.nan_to_num(mean_and_std(classes)[0]),
        {name: mean for name, (mean, _) in spread.items()},
        {name: std for name, (_, std) in spread.items()},
        intervals,
    )


def score_curves_csv(curves: Sequence[ScoreCurve], quantity: str) -> str:
    """A row a level and group; of each score mean and std over repeats, or the interval of a single repeat."""
    header = ["level", quantity, "samples", "objects", "classes"]
    rows = [
        [curve.level, label, *(float(each[row]) for each in (curve.samples, curve.objects, curve.classes))]
        for curve in curves
        for row, label in enumerate(curve.labels)
    ]
    places = [(curve, row) for curve in curves for row in range(len(curve.labels))]
    for name in curves[0].mean:
        header += [f"{name}_mean", f"{name}_std", f"{name}_low", f"{name}_high"]
        for line, (curve, row) in zip(rows, places, strict=True):
            bounds = curve.intervals[name][row].tolist() if curve.intervals else [np.nan, np.nan]
            line += [known(value) for value in (curve.mean[name][row], curve.std[name][row], *bounds)]
    return csv_text(header, rows)
