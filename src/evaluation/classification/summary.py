"""One evaluation: the metrics of every repeat, and their mean and spread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import Predictions
from ...core.samples import UNLABELLED
from ...runtime.errors import AlertlabError
from ..metrics.calibration import Reliability, reliability
from ..metrics.confusion import confusion_counts, row_fractions
from ..metrics.intervals import bootstrap_intervals
from ..metrics.spread import mean_and_std, metric_spread, percentiles
from .metrics import classification_metrics


@dataclass(frozen=True)
class Repeat:
    """One repeat or fold of the experiment.

    Attributes
    ----------
    number : its number in the predictions table.
    samples, objects : its labelled rows, and how many objects they are of.
    metrics : see `classification_metrics`.
    counts : (k, k) confusion counts, rows true.
    reliability : the reliability diagram.
    """

    number: int
    samples: int
    objects: int
    metrics: dict[str, float]
    counts: NDArray[np.int64]
    reliability: Reliability

    def to_json(self) -> dict[str, Any]:
        """Plain, strict JSON."""
        return {
            "repeat": self.number,
            "samples": self.samples,
            "objects": self.objects,
            "metrics": self.metrics,
            "confusion_counts": self.counts.tolist(),
            "reliability": self.reliability.to_json(),
        }


@dataclass(frozen=True)
class Evaluation:
    """What one part of a predictions table says of a model.

    Attributes
    ----------
    part : the part that was evaluated.
    classes : names in taxonomy order, k of them.
    repeats : each repeat that has labelled rows, r of them.
    intervals : metric -> (low, high) of a single repeat; empty with several.
    confidence : probability that the intervals cover.
    branches : branch -> its classes; empty for a flat task.
    top : the same rows at the top level, of which the classes are the branches; None for a flat task.
    """

    part: str
    classes: tuple[str, ...]
    repeats: tuple[Repeat, ...]
    intervals: dict[str, tuple[float, float]]
    confidence: float
    branches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    top: "Evaluation | None" = None

    @property
    def levels(self) -> "dict[str, Evaluation]":
        """Prefix of a name -> evaluation: ``top/`` where there are branches, then the leaves without one."""
        return ({"top/": self.top} if self.top else {}) | {"": self}

    @property
    def mean(self) -> dict[str, float]:
        """Mean of each metric over the repeats that have it."""
        return metric_spread([repeat.metrics for repeat in self.repeats])[0]

    @property
    def std(self) -> dict[str, float]:
        """Sample standard deviation (ddof=1) of each metric that two or more repeats have."""
        return metric_spread([repeat.metrics for repeat in self.repeats])[1]

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

    def to_json(self) -> dict[str, Any]:
        """Plain, strict JSON: the content of ``evaluation.json``."""
        levels: dict[str, Any] = {}
        if self.top:
            levels = {"branches": {name: list(of) for name, of in self.branches.items()}, "top": self.top.to_json()}
        return {
            "part": self.part,
            "classes": list(self.classes),
            "absent": list(self.absent),
            "mean": self.mean,
            "std": self.std,
            "confidence": self.confidence,
            "intervals": {name: list(bounds) for name, bounds in self.intervals.items()},
            "repeats": [repeat.to_json() for repeat in self.repeats],
            **levels,
        }


def evaluate(
    predictions: Predictions,
    part: str = "test",
    bins: int = 15,
    resamples: int = 1000,
    confidence: float = 0.90,
) -> Evaluation:
    """Evaluate the labelled rows of one part, repeat by repeat; at both levels where there are branches.

    Parameters
    ----------
    predictions : rows of any parts and repeats.
    part : the part to evaluate.
    bins : equal-width bins of the reliability diagram.
    resamples, confidence : see `bootstrap_intervals`, which serves a single repeat.

    Raises
    ------
    AlertlabError
        When the part holds no labelled row, or probabilities of a row do not sum to one.
    """
    rows = labelled(predictions, part)
    top = _evaluation(rows.top(), part, bins, resamples, confidence) if rows.branches else None
    return _evaluation(rows, part, bins, resamples, confidence, top)


def _evaluation(
    rows: Predictions, part: str, bins: int, resamples: int, confidence: float, top: Evaluation | None = None
) -> Evaluation:
    numbers = [int(number) for number in np.unique(rows.repeat)]
    repeats = tuple(_repeat(rows.take(rows.repeat == number), number, bins) for number in numbers)
    intervals = {}
    if len(repeats) == 1:
        k = len(rows.classes)
        intervals = bootstrap_intervals(rows.target, rows.prediction, rows.object_id, k, resamples, confidence)
    return Evaluation(part, rows.classes, repeats, intervals, confidence, rows.branches, top)


def _repeat(rows: Predictions, number: int, bins: int) -> Repeat:
    return Repeat(
        number,
        len(rows),
        len(np.unique(rows.object_id)),
        classification_metrics(rows, bins),
        confusion_counts(rows.target, rows.prediction, len(rows.classes)),
        reliability(rows, bins),
    )


def labelled(predictions: Predictions, part: str) -> Predictions:
    """The labelled rows of a part; AlertlabError where there is none, or probabilities do not sum to one."""
    known = predictions.target != UNLABELLED
    rows = predictions.take(known & (predictions.part == part))
    if len(rows) == 0:
        held = [(name, predictions.part == name) for name in np.unique(predictions.part)]
        parts = [f"{name} ({(known & of).sum()} labelled of {of.sum()} rows)" for name, of in held]
        raise AlertlabError(
            f"evaluation.part: {part!r} holds no labelled row; the predictions hold {', '.join(parts) or 'no row'}"
        )
    total = rows.probability.sum(axis=1)
    wrong = np.abs(total - 1) > 1e-3  # a probability written with three digits passes
    if wrong.any():
        first = int(np.argmax(wrong))
        raise AlertlabError(
            f"predictions: probabilities of sample {rows.sample_id[first]} sum to {total[first]:.4g}, not to one"
        )
    return rows
