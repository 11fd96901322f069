"""Scores as a function of something: the number of detections, the length of the light curve."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from ...runtime.errors import AlertlabError
from ..metrics.confusion import confusion_counts
from ..metrics.intervals import bootstrap_intervals
from ..metrics.scores import overall_scores
from ..metrics.spread import mean_and_std
from .summary import probable

SCORES = ("macro_precision", "macro_recall", "macro_f1")
CUT = re.compile(r"_(\d+(?:\.\d+)?)d")  # the end of a part of cut light curves, such as test_16d


@dataclass(frozen=True)
class Group:
    """Samples that share a range of the quantity.

    Attributes
    ----------
    label : as the axis has it, ``8-15``.
    place : on the axis.
    rows : their labelled predictions, of any repeats; there may be none.
    """

    label: str
    place: float
    rows: ClassPredictions


@dataclass(frozen=True)
class ScoreCurve:
    """Scores of one level in each group.

    Attributes
    ----------
    level : ``top`` or ``leaf``.
    labels, places : (g,) of the groups.
    samples, objects : (g,) in each group, mean over the repeats.
    classes : (g,) that a group holds, mean over the repeats with samples in it; the others are
        left out of its macro averages.
    mean, std : score -> (g,) over the repeats that have samples in the group; NaN for none, or fewer than two.
    intervals : score -> (g, 2) bootstrap interval over objects of a single repeat; empty with several.
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


def score_curves(groups: Sequence[Group], resamples: int, confidence: float) -> list[ScoreCurve]:
    """The curve of the top level, where there is one, and that of the leaves.

    Parameters
    ----------
    groups : at least one, with samples in at least one of them.
    resamples, confidence : see `bootstrap_intervals`, which serves a single repeat.
    """
    curves = [_curve("leaf", groups, resamples, confidence)]
    if groups[0].rows.branches:
        top = [Group(group.label, group.place, group.rows.top()) for group in groups]
        curves.insert(0, _curve("top", top, resamples, confidence))
    return curves


def _curve(level: str, groups: Sequence[Group], resamples: int, confidence: float) -> ScoreCurve:
    repeats = np.unique(np.concatenate([group.rows.repeat for group in groups]))
    shape = (len(repeats), len(groups))
    samples, objects, classes = np.zeros(shape), np.zeros(shape), np.full(shape, np.nan)
    scores = {name: np.full(shape, np.nan) for name in SCORES}
    intervals = {name: np.full((len(groups), 2), np.nan) for name in SCORES} if len(repeats) == 1 else {}
    for column, group in enumerate(groups):
        k, decided = len(group.rows.classes), group.rows.prediction
        for row, repeat in enumerate(repeats):
            of = group.rows.repeat == repeat
            if not of.any():
                continue
            target, owner = group.rows.target[of], group.rows.object_id[of]
            samples[row, column] = len(target)
            objects[row, column] = len(np.unique(owner))
            classes[row, column] = len(np.unique(target))
            values = overall_scores(confusion_counts(target, decided[of], k))
            for name in SCORES:
                scores[name][row, column] = values[name]
            if intervals:
                bounds = bootstrap_intervals(target, decided[of], owner, k, resamples, confidence)
                for name in set(SCORES) & set(bounds):
                    intervals[name][column] = bounds[name]
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


def groups_by_fact(predictions: ClassPredictions, part: str, fact: str) -> list[Group]:
    """The labelled rows of a part in bins of a fact, each at a whole place; rows that lack it come last.

    Bins end at powers of two (6-7, 8-15, 16-31, ...), where the values are 0 or more,
    and at their octiles where some are negative. Empty ones at the ends are left out.
    """
    rows = probable(predictions, part)
    values = rows.facts[fact]
    finite = np.isfinite(values)
    groups: list[Group] = []
    if finite.any():
        edges = _edges(values[finite])
        whole = bool((values[finite] == np.round(values[finite])).all()) and edges[0] >= 0
        number = np.digitize(values, edges) - 1
        least = values[finite].min()
        for index, (low, high) in enumerate(pairwise(edges)):
            label = _label(max(low, least), high, whole)
            groups.append(Group(label, index, rows.take(finite & (number == index))))
    if not finite.all():
        groups.append(Group("unknown", len(groups), rows.take(~finite)))
    return groups


def _edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ends of the bins; the last lies above all values."""
    if values.min() < 0:
        edges = np.unique(np.quantile(values, np.linspace(0, 1, 9)))
        return np.append(edges[:-1] if len(edges) > 1 else edges, np.nextafter(edges[-1], np.inf))
    # frexp is exact where a logarithm of a power of two may fall short of a whole number
    first, last = (int(np.frexp(max(value, 0.5))[1]) - 1 for value in (values.min(), values.max()))
    powers = np.ldexp(1.0, np.arange(first, last + 2)).astype(np.float64)
    return np.append(0.0, powers[powers > 0.5]) if first < 0 else powers


def _label(low: float, high: float, whole: bool) -> str:
    if whole:
        return f"{low:.0f}" if high - low <= 1 else f"{low:.0f}-{high - 1:.0f}"
    return f"{low:.3g} to {high:.3g}"


def groups_by_days(predictions: ClassPredictions, part: str) -> list[Group]:
    """The parts of light curves that were cut (``test_16d``), shortest first, then the part itself, uncut.

    Places are days after the first detection; the uncut part stands at twice the longest cut.
    Empty where the predictions hold no such part with a labelled row.

    Raises
    ------
    AlertlabError
        For a cut of 0 days, which has no place on a logarithmic axis.
    """
    days = {}
    for name in np.unique(predictions.part).tolist():
        cut = CUT.fullmatch(name.removeprefix(part)) if name.startswith(part) else None
        if cut and (predictions.target[predictions.part == name] >= 0).any():
            days[name] = float(cut[1])
    if not days:
        return []
    if min(days.values()) == 0:
        name = min(days, key=lambda name: days[name])
        raise AlertlabError(f"predictions: part {name} was cut 0 days after the first detection; cut at more than 0")
    groups = [
        Group(f"{days[name]:g}", days[name], probable(predictions, name))
        for name in sorted(days, key=lambda name: days[name])
    ]
    return [*groups, Group("all", 2 * max(days.values()), probable(predictions, part))]
