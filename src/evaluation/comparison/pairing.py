"""Several runs on the same test rows, in one order: what every paired statistic begins with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import Predictions
from ...runtime.errors import AlertlabError
from ..evaluator import labelled
from ..own import OwnMetric, own_scores
from ..rows import Weight
from ..task import JudgedTask
from ..tasks import judged

_SHARED = ("sample_id", "object_id", "part", "repeat")
NOUNS = {"object_id": "objects", "sample_id": "samples"}


@dataclass(frozen=True)
class RunRows:
    """The labelled test rows of one run, which is all that is kept of its table.

    Attributes
    ----------
    name : of the run.
    repeats : number -> rows in order of their samples.
    test_over_train : labelled test rows over training rows; infinite where these are not known.
    """

    name: str
    repeats: Mapping[int, Any]
    test_over_train: float

    @property
    def any(self) -> Any:
        """Rows of one repeat: of what classes or quantities they are, is the same in all."""
        return next(iter(self.repeats.values()))


@dataclass(frozen=True)
class Paired:
    """Rows of several runs that were asked the same.

    Attributes
    ----------
    names : of the runs. task : what all of them answer. own : metrics of one's own.
    repeats : number of each common repeat -> the rows of each run, all in one order, their truths the same.
    test_over_train : the largest of any run; infinite where one is not known.
    left_out : of each run its test rows of these repeats that another lacks; none but of an intersection.
    """

    names: tuple[str, ...]
    task: JudgedTask
    repeats: Mapping[int, tuple[Any, ...]]
    test_over_train: float
    left_out: tuple[int, ...]
    own: tuple[OwnMetric, ...] = ()

    def scores(self, level: str, rows: Any, weight: Weight = None) -> dict[str, float]:
        """Metrics of rows of one repeat at one level, see `JudgedTask`; those of one's own are of the lowest."""
        found = self.task.scores(rows, weight)
        return found if level else found | own_scores(self.own, rows, weight)

    @cached_property
    def objects(self) -> int:
        """Objects, each counted once over all repeats."""
        return len(np.unique(np.concatenate([np.unique(rows[0].object_id) for rows in self.repeats.values()])))

    @property
    def rows(self) -> int:
        """Rows of one run in all repeats."""
        return sum(len(rows[0]) for rows in self.repeats.values())


def rows_of_run(name: str, table: Predictions, train_rows: int | None = None) -> RunRows:
    """What a comparison keeps of a table.

    Parameters
    ----------
    name : of the run.
    train_rows : how many rows a repeat was trained on, where the table does not hold them.

    Raises
    ------
    AlertlabError
        Where no test row is labelled.
    """
    rows = labelled(table, "test")
    trained = int((table.labelled & (table.part == "train")).sum())
    numbers = np.unique(rows.repeat).tolist()
    trained = trained or (train_rows or 0) * len(numbers)
    repeats = {int(number): _in_order(replace(rows, embedding=None), number) for number in numbers}
    return RunRows(name, repeats, len(rows) / trained if trained else float("inf"))


def paired(runs: Sequence[RunRows], intersection: bool = False, own: Sequence[OwnMetric] = ()) -> Paired:
    """Rows of the repeats that all runs hold.

    Parameters
    ----------
    runs : two or more.
    intersection : take the test rows that all have, where they differ; else they are refused.
    own : metrics of one's own, beside those of the task.

    Raises
    ------
    AlertlabError
        For other tasks, classes or branches, no common repeat, or test rows or truths that differ.
    """
    first = runs[0]
    for run in runs[1:]:
        if run.any.task != first.any.task:
            told = f"{first.name} is of a {first.any.task}, {run.name} of a {run.any.task}"
            raise AlertlabError(f"{told}: only runs on one task can be compared")
    task = judged(first.any)
    known = first.any.take(np.arange(1))
    for run in runs[1:]:  # the order of the first, and the branches of any
        known = _common_answers(known, run, first.name, task)
    numbers = sorted(set.intersection(*(set(run.repeats) for run in runs)))
    if not numbers:
        held = "; ".join(f"{run.name} has {sorted(run.repeats)}" for run in runs)
        raise AlertlabError(f"the runs have no repeat in common: {held}")
    names, repeats = [run.name for run in runs], {}
    for number in numbers:
        rows = [task.aligned(known, run.repeats[number]) for run in runs]
        if intersection:
            rows = _common(rows, number)
        one = rows[0]
        for place, (name, other) in enumerate(zip(names[1:], rows[1:], strict=True), 1):
            _check_same(one, other, (names[0], name), number)
            if (differ := task.differ(one, other)) > 0:
                raise AlertlabError(
                    f"repeat {number}: {differ} test samples have another truth in {name} than in {names[0]}; give "
                    "both one table of labels and one label map"
                )
            rows[place] = replace(other, **{each: getattr(one, each) for each in _SHARED})  # once in memory
        repeats[number] = tuple(rows)
    kept = sum(len(rows[0]) for rows in repeats.values())
    left_out = tuple(sum(len(run.repeats[number]) for number in numbers) - kept for run in runs)
    return Paired(tuple(names), task, repeats, max(run.test_over_train for run in runs), left_out, tuple(own))


def _common_answers(known: Any, run: RunRows, first: str, task: JudgedTask) -> Any:
    other = run.any.take(np.arange(1))
    try:
        task.aligned(known, other)
        return task.aligned(known, task.aligned(other, known))
    except AlertlabError as error:
        raise AlertlabError(f"{first} and {run.name}: {error}") from error


def _check_same(first: Predictions, second: Predictions, names: tuple[str, str], repeat: int) -> None:
    between = f"repeat {repeat}: {names[0]} and {names[1]}"
    for field, noun in NOUNS.items():
        a, b = getattr(first, field), getattr(second, field)
        if len(a) == len(b) and np.array_equal(a, b):
            continue
        if np.array_equal(np.sort(a), np.sort(b)):
            raise AlertlabError(f"{between} give the same samples to other objects; name objects alike in both")
        only = [np.setdiff1d(a, b), np.setdiff1d(b, a)]
        such = ", ".join(str(each[0]) for each in only if len(each))
        raise AlertlabError(
            f"{between} were tested on other {noun}, {len(only[0])} of them only in the first and {len(only[1])} only "
            f"in the second{f' ({such})' if such else ''}; train both with one datamodule and one split, or take the "
            f"{len(np.intersect1d(a, b))} in both by --intersection"
        )
    if not np.array_equal(first.key(), second.key()):
        raise AlertlabError(f"{between} were asked other things of the same samples")


def _common(rows: Sequence[Predictions], repeat: int) -> list[Any]:
    """The rows that all have."""
    ids = [_identities(each) for each in rows]
    common = reduce(np.intersect1d, ids)
    if not len(common):
        raise AlertlabError(f"repeat {repeat}: no test sample is in all runs, so --intersection leaves none")
    return [each.take(np.isin(of, common)) for each, of in zip(rows, ids, strict=True)]


def _identities(rows: Predictions) -> NDArray[Any]:
    """(n,) sample, object and what was asked, as one text."""
    each = zip(rows.sample_id.tolist(), rows.object_id.tolist(), rows.key().tolist(), strict=True)
    return np.array([f"{sample}\0{key}\0{of}" for sample, of, key in each])


def _in_order(rows: Predictions, repeat: int) -> Any:
    """Rows of a repeat by sample; names are sorted only where numbers leave a tie, for that takes seconds."""
    own = rows.repeat == repeat
    rows = rows if own.all() else rows.take(own)
    key = rows.key()
    order = np.lexsort((key, rows.sample_id))
    sample, asked = rows.sample_id[order], key[order]
    if ((sample[1:] == sample[:-1]) & (asked[1:] == asked[:-1])).any():
        order = np.lexsort((key, rows.object_id, rows.sample_id))
    return rows.take(order)
