"""The evaluation of a classifier: metrics, confusion and reliability of every repeat, at each level."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from ...runtime.errors import AlertlabError
from ..evaluation import NIGHT, Evaluation, Repeat
from ..evaluator import labelled
from ..field.early import Early
from ..field.kept import rank_scores
from ..metrics.calibration import Reliability, reliability
from ..metrics.confusion import confusion_counts, row_fractions
from ..metrics.intervals import bootstrap_intervals
from ..metrics.spread import mean_and_std, percentiles
from ..night.expected import Expected, expected
from ..night.mix import Mix
from ..published import Published
from ..shown import Table
from .calibration import before, calibration_metrics, calibration_table
from .decisions import Decided, sets_table, thresholds_table
from .metrics import classification_metrics

ELSEWHERE = ("brier_", "set_", "class_set_", "expected_calibration_error_equal_mass")


@dataclass(frozen=True)
class ClassRepeat(Repeat):
    """One repeat or fold of a classifier; its metrics are those of `classification_metrics`.

    Attributes
    ----------
    counts : (k, k) confusion counts, rows true.
    reliability : the reliability diagram. uncalibrated : of the raw probabilities; None where nobody knows them.
    class_objects : (k,) objects of each true class, of which the rows may be several.
    """

    counts: NDArray[np.int64]
    reliability: Reliability
    class_objects: NDArray[np.int64]
    uncalibrated: Reliability | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain, strict JSON."""
        own = {"confusion_counts": self.counts.tolist(), "class_objects": self.class_objects.tolist()}
        own |= {"reliability": self.reliability.to_json()}
        own |= {"uncalibrated_reliability": self.uncalibrated.to_json()} if self.uncalibrated else {}
        return {**super().to_json(), **own}


@dataclass(frozen=True)
class ClassEvaluation(Evaluation):
    """What one part of a predictions table says of a classifier.

    Attributes
    ----------
    classes : names in taxonomy order, k of them.
    branches : branch -> its classes; empty for a flat task.
    top : the same rows at the top level, of which the classes are the branches; None for a flat task.
    night : what a night is expected to hold, where a class mix was given.
    early : time to classification, where there are parts of cut light curves.
    ranks : at which recall and purity of each class are given.
    decided : sets and thresholds that held-out rows have settled, where there are any.
    published : what a paper reports, to stand beside it.
    """

    headline: ClassVar = ("top/macro_f1", "balanced_accuracy", "macro_f1", "accuracy", "expected_calibration_error")
    compared: ClassVar = ("macro_recall", "macro_precision", "macro_f1")  # what papers compare
    first_figure: ClassVar = "confusion_matrix"

    repeats: tuple[ClassRepeat, ...]
    classes: tuple[str, ...] = field(kw_only=True)
    branches: Mapping[str, tuple[str, ...]] = field(default_factory=dict, kw_only=True)
    top: "ClassEvaluation | None" = field(default=None, kw_only=True)
    night: Expected | None = field(default=None, kw_only=True)
    early: Early | None = field(default=None, kw_only=True)
    published: Published | None = field(default=None, kw_only=True)
    ranks: tuple[int, ...] = field(default=(), kw_only=True)
    decided: Decided | None = field(default=None, kw_only=True)

    @property
    def levels(self) -> "dict[str, ClassEvaluation]":
        """Prefix of a name -> evaluation: ``top/`` where there are branches, then the leaves without one."""
        return ({"top/": self.top} if self.top else {}) | {"": self}

    @property
    def counts(self) -> NDArray[np.int64]:
        """(r, k, k) confusion counts."""
        return np.stack([repeat.counts for repeat in self.repeats])

    @property
    def fraction(self) -> NDArray[np.float64]:
        """(r, k, k) fractions of each true class, NaN rows for classes absent from a repeat."""
        return row_fractions(self.counts)

    @property
    def fraction_mean(self) -> NDArray[np.float64]:
        """(k, k) mean fraction over the repeats that have the true class, NaN rows where none has."""
        return mean_and_std(self.fraction)[0]

    @property
    def fraction_std(self) -> NDArray[np.float64]:
        """(k, k) sample standard deviation (ddof=1) of the fraction, NaN rows for fewer than two repeats."""
        return mean_and_std(self.fraction)[1]

    @property
    def fraction_percentiles(self) -> NDArray[np.float64]:
        """(3, k, k) 5th, 50th and 95th percentile of the fraction over repeats, NaN rows where none has the class."""
        return percentiles(self.fraction)

    @property
    def order(self) -> NDArray[np.int64]:
        """(k,) indices of the classes as figures show them: branch by branch, each in taxonomy order."""
        grouped = [[name for name in self.classes if name in of] for of in self.branches.values()]
        names = [name for of in grouped for name in of] or self.classes
        return np.array([self.classes.index(name) for name in names])

    @property
    def breaks(self) -> tuple[int, ...]:
        """Places in that order where a new branch begins."""
        return tuple(int(place) for place in np.cumsum([len(of) for of in self.branches.values()])[:-1])

    @property
    def absent(self) -> tuple[str, ...]:
        """Classes without a true sample in any repeat."""
        support = self.counts.sum(axis=(0, 2))
        return tuple(name for name, number in zip(self.classes, support, strict=True) if number == 0)

    def results(self) -> list[tuple[str, str]]:
        """Of the top level first, where there is one, as ``top/macro_f1``; without what has a table of its own."""
        levels = self.levels.items()
        found = [(prefix + name, text) for prefix, level in levels for name, text in Evaluation.results(level)]
        return [(name, text) for name, text in found if not name.removeprefix("top/").startswith(ELSEWHERE)]

    def tables(self) -> list[Table]:
        """Class, precision, recall, F1 and support (mean over repeats); dashes for an absent class.

        The branches first, where there are any, as ``top/Transient``.
        """
        faint = frozenset(prefix + name for prefix, level in self.levels.items() for name in level.absent)
        found = [Table("classes", "by class", *self._by_class(), faint)]
        found += [self.by_rank()] if self.ranks else []
        found += [each for each in (calibration_table(self), sets_table(self), thresholds_table(self)) if each]
        return [*found, *(each.table() for each in (self.night, self.early) if each), *self.further]

    def by_rank(self) -> Table:
        """Recall and purity of each class at each rank; dashes where there are fewer rows."""
        text = self.formatted
        names = [f"{score}_at_{rank}" for rank in self.ranks for score in ("recall", "purity")]
        rows = [(name, *(text.get(f"{each}/{name}", "-") for each in names)) for name in self.classes]
        header = ("class", *(name.replace("_", " ") for name in names))
        return Table("by_rank", "by rank of each class's probability", header, rows)

    def _by_class(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Header and rows; what a paper reports stands beside each score that it reports of any class."""
        rows = {prefix + name: (prefix, level, name) for prefix, level in self.levels.items() for name in level.classes}
        columns: dict[str, list[str]] = {}
        for score, head in (("precision", "precision"), ("recall", "recall"), ("f1", "F1")):
            columns[head] = [level.formatted.get(f"{score}/{name}", "-") for _, level, name in rows.values()]
            theirs = [self._published(f"{prefix}{score}/{name}") for prefix, _, name in rows.values()]
            if set(theirs) != {"-"}:
                columns[f"{head}, published"] = theirs
        columns["support"] = [f"{level.mean[f'support/{name}']:.0f}" for _, level, name in rows.values()]
        cells = zip(rows, *columns.values(), strict=True)
        return ("class", *columns), list(cells)

    def _published(self, name: str) -> str:
        return self.published.text(name) if self.published else "-"

    def results_table(self) -> Table:
        """With what a paper reports, where it reports any."""
        table = super().results_table()
        theirs = [self._published(name) for name, _ in table.rows]
        if set(theirs) <= {"-"}:
            return table
        rows = [(*row, each) for row, each in zip(table.rows, theirs, strict=True)]
        return replace(table, header=(*table.header, "published"), rows=rows)

    def warnings(self) -> list[str]:
        """Classes that are absent."""
        absent = [prefix + name for prefix, level in self.levels.items() for name in level.absent]
        told = [f"absent from {self.part}, and from every average: {', '.join(absent)}"] if absent else []
        told += [f"published: {self.published.source}"] if self.published else []
        return [*super().warnings(), *told, *(self.night.warnings() if self.night else [])]

    def named(self) -> Iterator[tuple[tuple[str, ...], bool, float]]:
        """Metrics and every cell of the confusion matrix; of the top level ``top/<metric>``."""
        for prefix, level in self.levels.items():
            for words, deviation, value in level.own_named():
                yield (*prefix.split("/")[:-1], *words), deviation, value

    def own_named(self) -> Iterator[tuple[tuple[str, ...], bool, float]]:
        """Those of this level."""
        yield from Evaluation.named(self)
        for deviation, matrix in (False, self.fraction_mean), (True, self.fraction_std):
            for row, true in enumerate(self.classes):
                for column, predicted in enumerate(self.classes):
                    yield ("confusion", true, predicted), deviation, float(matrix[row, column])

    def to_json(self) -> dict[str, Any]:
        """Plain, strict JSON: the content of ``evaluation.json``."""
        levels: dict[str, Any] = {}
        if self.top:
            levels = {"branches": {name: list(of) for name, of in self.branches.items()}, "top": self.top.to_json()}
        levels |= {each.table().name: each.table().to_json() for each in (self.night, self.early) if each}
        common = super().to_json()
        own = {"part": common.pop("part"), "classes": list(self.classes), "absent": list(self.absent)}
        return {**own, **common, **levels}


def evaluate(
    predictions: ClassPredictions,
    part: str = "test",
    bins: int = 15,
    resamples: int = 1000,
    confidence: float = 0.90,
    mix: Mix | None = None,
    ranks: tuple[int, ...] = (),
    class_weights: Mapping[str, float] | None = None,
) -> ClassEvaluation:
    """Evaluate the labelled rows of one part, repeat by repeat; at both levels where there are branches.

    Parameters
    ----------
    predictions : rows of any parts and repeats.
    part : the part to evaluate.
    bins : equal-width bins of the reliability diagram.
    resamples, confidence : see `bootstrap_intervals`, which serves a single repeat.
    mix : of the classes of a night, to which every metric is re-weighted beside; None for none.
    ranks : places of each class's ranking at which recall and purity are given.
    class_weights : class -> weight in the weighted log loss, 1 where it is not named.

    Raises
    ------
    AlertlabError
        When the part holds no labelled row, or probabilities of a row do not sum to one.
    """
    rows = probable(predictions, part)
    asked = part, bins, resamples, confidence, mix
    top = _evaluation(rows, rows.top(), *asked) if rows.branches else None
    class_weight = class_weights_of(rows.classes, class_weights or {})
    return _evaluation(rows, rows, *asked, top, ranks, class_weight)


def class_weights_of(classes: Sequence[str], given: Mapping[str, float]) -> NDArray[np.float64]:
    """(k,) weight of each class, 1 where none is given: AlertlabError for others than these classes."""
    if unknown := [name for name in given if name not in classes]:
        raise AlertlabError(
            f"evaluation.class_weights: {', '.join(unknown)} is no class of the predictions ({', '.join(classes)})"
        )
    weight = np.array([given.get(name, 1.0) for name in classes], np.float64)
    if not (np.isfinite(weight).all() and (weight >= 0).all() and weight.any()):
        raise AlertlabError("evaluation.class_weights: weights are numbers of 0 or more, one of them above 0")
    return weight


def _evaluation(
    leaves: ClassPredictions,
    rows: ClassPredictions,
    part: str,
    bins: int,
    resamples: int,
    confidence: float,
    mix: Mix | None = None,
    top: ClassEvaluation | None = None,
    ranks: tuple[int, ...] = (),
    class_weight: NDArray[np.float64] | None = None,
) -> ClassEvaluation:
    numbers = [int(number) for number in np.unique(rows.repeat)]
    of = [rows.repeat == number for number in numbers]
    weights = [None if mix is None else mix.weights(leaves.take(each)) for each in of]
    repeats = tuple(
        _repeat(rows.take(each), number, weight, bins, ranks, class_weight)
        for each, number, weight in zip(of, numbers, weights, strict=True)
    )
    intervals: dict[str, tuple[float, float]] = {}
    if len(repeats) == 1:
        k = len(rows.classes)
        intervals = bootstrap_intervals(rows.target, rows.prediction, rows.object_id, k, resamples, confidence)
    night, shown = None, tuple[str, ...]()
    if mix is not None:
        night, bounds = expected(leaves, rows, mix, resamples, confidence)
        intervals |= {NIGHT + name: pair for name, pair in bounds.items()}
        shown = tuple(name for name in repeats[0].metrics if name.startswith(NIGHT) and name.count("/") == 1)
    return ClassEvaluation(
        part,
        repeats,
        intervals,
        confidence,
        shown=shown,
        classes=rows.classes,
        branches=rows.branches,
        top=top,
        night=night,
        ranks=ranks,
    )


def _repeat(
    rows: ClassPredictions,
    number: int,
    weight: NDArray[np.float64] | None,
    bins: int,
    ranks: tuple[int, ...],
    class_weight: NDArray[np.float64] | None,
) -> ClassRepeat:
    metrics = classification_metrics(rows, bins, class_weight=class_weight) | rank_scores(rows, ranks)
    metrics |= calibration_metrics(rows, bins)
    raw = before(rows)
    if weight is not None:
        night = classification_metrics(rows, bins, weight, class_weight)
        metrics |= {NIGHT + name: value for name, value in night.items() if not name.startswith("support/")}
    return ClassRepeat(
        number,
        len(rows),
        len(np.unique(rows.object_id)),
        metrics,
        confusion_counts(rows.target, rows.prediction, len(rows.classes)),
        reliability(rows, bins),
        np.array([len(np.unique(rows.object_id[rows.target == each])) for each in range(len(rows.classes))]),
        reliability(raw, bins) if raw else None,
    )


def probable(predictions: ClassPredictions, part: str) -> ClassPredictions:
    """The labelled rows of a part; AlertlabError where there is none, or probabilities do not sum to one."""
    rows = labelled(predictions, part)
    total = rows.probability.sum(axis=1)
    wrong = np.abs(total - 1) > 1e-3  # a probability written with three digits passes
    if wrong.any():
        first = int(np.argmax(wrong))
        raise AlertlabError(
            f"predictions: probabilities of sample {rows.sample_id[first]} sum to {total[first]:.4g}, not to one"
        )
    return rows
