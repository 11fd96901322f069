"""Sets of classes and thresholds, set by held-out rows of each repeat and judged on the evaluated part."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...core.held_out import held_out_rows, settled
from ...core.predictions import ClassPredictions
from ...runtime.errors import AlertlabError
from ...runtime.tasks.classification import ClassAnswers
from ...runtime.thresholds import Curve, Goal, curve
from ..evaluator import labelled
from ..metrics.intervals import bootstrap
from ..rows import by_repeat
from ..shown import Table
from ..tables.csv_text import csv_text, known

if TYPE_CHECKING:
    from .summary import ClassEvaluation

Weight = NDArray[np.int64] | None
PURITY, COMPLETENESS, F1, VALUE = ("threshold_purity", "threshold_completeness", "threshold_f1", "threshold")


@dataclass(frozen=True)
class Decided:
    """What held-out rows have settled, repeat by repeat.

    Attributes
    ----------
    part : of these rows.
    coverage : of the sets that are judged; None for none.
    goals : of thresholds, by class.
    settled : number of a repeat -> what its held-out rows say.
    curves : class with a threshold -> precision against recall of each repeat's evaluated rows.
    """

    part: str
    coverage: float | None
    goals: Mapping[str, Goal]
    settled: Mapping[int, ClassAnswers]
    curves: Mapping[str, tuple[Curve, ...]]


def with_decisions(
    evaluation: "ClassEvaluation",
    predictions: ClassPredictions,
    coverage: float | None,
    goals: Mapping[str, Goal],
    resamples: int,
) -> "ClassEvaluation":
    """The evaluation with metrics of sets and thresholds, where the table has rows to set them by.

    The evaluated part never sets what it judges.

    Raises
    ------
    AlertlabError
        For thresholds of no class, or without held-out rows.
    """
    check_goals(goals, predictions.classes)
    rows = by_repeat(labelled(predictions, evaluation.part))
    held = {number: held_out_rows(predictions.take(predictions.repeat == number)) for number in rows}
    found = {number: settled(each, goals) for number, each in held.items() if each is not None}
    parts = {str(each.part[0]) for each in held.values() if each is not None}
    if len(found) < len(rows) or evaluation.part in parts:
        if goals and evaluation.part not in parts:
            raise AlertlabError(
                "evaluation.thresholds: the predictions hold no validation part to choose them on; give "
                "datamodule.split.validation=0.2"
            )
        return evaluation
    scores = {number: _scores(each, found[number], coverage) for number, each in rows.items()}
    repeats = tuple(
        replace(each, metrics={**each.metrics, **scores[each.number], **_values(found[each.number])})
        for each in evaluation.repeats
    )
    intervals = evaluation.intervals
    if len(rows) == 1:
        ((number, only),) = rows.items()
        intervals = intervals | bootstrap(
            lambda weight: _scores(only, found[number], coverage, weight),
            only.object_id,
            resamples,
            evaluation.confidence,
        )
    curves = {
        name: tuple(
            curve(each.probability[:, each.classes.index(name)], np.asarray(each.target == each.classes.index(name)))
            for each in rows.values()
            if (each.target == each.classes.index(name)).any()
        )
        for name in goals
    }
    decided = Decided(parts.pop(), coverage, goals, found, curves)
    return replace(evaluation, repeats=repeats, intervals=intervals, decided=decided)


def check_goals(goals: Mapping[str, Goal], classes: tuple[str, ...]) -> None:
    """Refuse thresholds of what is no class."""
    if unknown := [name for name in goals if name not in classes]:
        raise AlertlabError(f"evaluation.thresholds.{unknown[0]}: no such class; there are {', '.join(classes)}")


def _values(answers: ClassAnswers) -> dict[str, float]:
    return {f"{VALUE}/{name}": each.value for name, each in answers.thresholds.items() if each.value is not None}


def _scores(
    rows: ClassPredictions, answers: ClassAnswers, coverage: float | None, weight: Weight = None
) -> dict[str, float]:
    """Metrics of the rows of one repeat; what is undefined is left out."""
    once = np.ones(len(rows)) if weight is None else weight.astype(np.float64)
    return _set_scores(rows, answers, coverage, once) | _threshold_scores(rows, answers, once)


def _set_scores(
    rows: ClassPredictions, answers: ClassAnswers, coverage: float | None, once: NDArray[np.float64]
) -> dict[str, float]:
    """Coverage and size of sets; an object of several rows counts once, as when they are made."""
    if coverage is None or answers.sets is None:
        return {}
    owner, count = np.unique(rows.object_id, return_inverse=True, return_counts=True)[1:]
    share = once / count[owner]
    found = {}
    for name, by_class in (("set", False), ("class_set", True)):
        members = answers.sets.limits(coverage, rows.classes, by_class).members(rows.probability)
        covered, size = members[np.arange(len(rows)), rows.target], members.sum(axis=1)
        found[f"{name}_coverage"] = np.average(covered, weights=share)
        found[f"{name}_size"] = np.average(size, weights=share)
        found[f"{name}_empty"] = np.average(size == 0, weights=share)
        for index, each in enumerate(rows.classes):
            own = share * (rows.target == index)
            if own.sum():
                found[f"{name}_coverage/{each}"] = np.average(covered, weights=own)
                found[f"{name}_size/{each}"] = np.average(size, weights=own)
    return {name: float(value) for name, value in found.items()}


def _threshold_scores(rows: ClassPredictions, answers: ClassAnswers, once: NDArray[np.float64]) -> dict[str, float]:
    """Purity, completeness and F1 of what is above each threshold."""
    found: dict[str, float] = {}
    for name, limit in answers.thresholds.items():
        index = rows.classes.index(name)
        own = rows.target == index
        picked = limit.above(rows.probability[:, index])
        hits, taken, there = (float(once @ each) for each in (picked & own, picked, own))
        if there:
            found |= {f"{COMPLETENESS}/{name}": hits / there, f"{F1}/{name}": 2 * hits / (taken + there)}
            found |= {f"{PURITY}/{name}": hits / taken} if taken else {}
    return found


def sets_table(evaluation: "ClassEvaluation") -> Table | None:
    """Coverage and size of sets, of all objects and of those of each class."""
    decided = evaluation.decided
    if decided is None or decided.coverage is None:
        return None
    text = evaluation.formatted
    names = {"all": "", **{name: f"/{name}" for name in evaluation.classes}}
    columns = ("set_coverage", "set_size", "class_set_coverage", "class_set_size")
    rows = [(name, *(text.get(f"{each}{end}", "-") for each in columns)) for name, end in names.items()]
    header = ("class", "coverage", "classes in it", "coverage, by class", "classes in it, by class")
    return Table("sets", f"sets that hold the true class at {decided.coverage:g}", header, rows)


def thresholds_table(evaluation: "ClassEvaluation") -> Table | None:
    """A row a class with a threshold: what was asked, the threshold, and what it does on the evaluated part."""
    decided = evaluation.decided
    if decided is None or not decided.goals:
        return None
    text = evaluation.formatted
    columns = (VALUE, PURITY, COMPLETENESS, F1)
    rows = [
        (name, str(goal), *(text.get(f"{each}/{name}", "-") for each in columns), text.get(f"f1/{name}", "-"))
        for name, goal in decided.goals.items()
    ]
    words = decided.part.replace("_", " ")
    header = ("class", "goal", "threshold", "purity", "completeness", "F1", "F1 of the likeliest class")
    return Table("thresholds", f"thresholds, chosen on {words}", header, rows)


def thresholds_csv(decided: Decided) -> str:
    """A row a repeat and class: the threshold and what it had on the rows that chose it."""
    header = ["repeat", "class", "goal", "threshold", "part", "rows", "own", "purity", "completeness", "f1"]
    rows = (
        [number, name, each.goal, each.value, each.part, each.rows, each.own, each.purity, each.completeness, each.f1]
        for number, answers in decided.settled.items()
        for name, each in answers.thresholds.items()
    )
    return csv_text(header, rows)


def precision_recall_csv(decided: Decided) -> str:
    """A row a class, repeat and distinct probability, the highest first: all that is needed to draw the curve."""
    rows = (
        [name, repeat, *(known(each) for each in point)]
        for name, curves in decided.curves.items()
        for repeat, of in enumerate(curves)
        for point in zip(of.value, of.purity, of.completeness, of.f1, strict=True)
    )
    return csv_text(["class", "repeat", "threshold", "purity", "completeness", "f1"], rows)
