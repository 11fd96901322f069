"""The evaluation of named values: errors by quantity, honesty of deviations, agreement within groups."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ValuePredictions
from ...runtime.tasks.regression import Quantities
from ..evaluator import labelled
from ..grouped import Grouped, GroupedEvaluation
from ..metrics.errors import error_scores, error_terms
from ..metrics.spread import mean_and_std
from ..rows import Weight, by_repeat, defined, judge, once

METRICS = {
    "rmse": "RMSE",
    "mae": "MAE",
    "bias": "bias",
    "reduced_chi2": "chi-squared",
    "coverage_1_sigma": "within 1 dev.",
    "coverage_2_sigma": "within 2 dev.",
}
BASELINE = "rmse_of_mean"
Terms = dict[str, NDArray[np.float64]]


@once
def terms(rows: ValuePredictions) -> Terms:
    """(n, quantities) each: see `error_terms`."""
    return error_terms(rows.value, rows.truth, rows.deviation)


@once
def agreement(rows: ValuePredictions) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Group -> (n,) whether value and truth have their largest of it in one place, and whether all truths are known."""
    found = {}
    for name, places in rows.quantities.groups.items():
        known = np.asarray(np.isfinite(rows.truth[:, places]).all(axis=1))
        truth = np.where(known[:, None], rows.truth[:, places], 0)
        same = known & (rows.value[:, places].argmax(axis=1) == truth.argmax(axis=1))
        found[name] = np.asarray(same, np.float64), np.asarray(known, np.float64)
    return found


@once
def mean_terms(rows: ValuePredictions, mean: tuple[float, ...]) -> Terms:
    """The same of a model that answers the mean; NaN is a quantity without one."""
    value = np.broadcast_to(mean, rows.truth.shape)
    truth = np.where(np.isfinite(value), rows.truth, np.nan)
    return error_terms(np.nan_to_num(value), truth, np.full(rows.truth.shape, np.nan))


def scores(
    rows: ValuePredictions, weight: Weight = None, mean: Mapping[int, tuple[float, ...]] | None = None
) -> dict[str, float]:
    """Scores of labelled rows of one repeat, of all known cells, and of each quantity as ``rmse/<name>``.

    They are those of `error_scores` but its likelihood. ``rmse`` is the root of the mean square over all known cells
    of all quantities, as Kaggle's Galaxy Zoo challenge has it. ``agreement/<group>`` is the share of rows where the
    largest value of a group that sums to one is that of the truth, of rows where all its truths are known. What is
    undefined is left out.

    Parameters
    ----------
    mean : repeat -> of each quantity what ``rmse_of_mean`` answers to every row; without it there is no such score.
    """
    found = _scores(terms(rows), weight, rows.quantities.names)
    if mean is not None:
        constant = _scores(mean_terms(rows, mean[int(rows.repeat[0])]), weight, rows.quantities.names)
        found |= {BASELINE + name.removeprefix("rmse"): of for name, of in constant.items() if name[:4] == "rmse"}
    for name, (same, known) in agreement(rows).items():
        count = known if weight is None else known * weight
        if count.any():
            found[f"agreement/{name}"] = float(same @ count / count.sum())
    return defined(found)


def _scores(of: Terms, weight: Weight, names: tuple[str, ...]) -> dict[str, float]:
    sums = {term: each.sum(axis=0) if weight is None else weight @ each for term, each in of.items()}
    overall = error_scores({term: np.asarray(each.sum()) for term, each in sums.items()})
    found = {metric: float(overall[metric]) for metric in METRICS}
    for metric, values in error_scores(sums).items():
        if metric in METRICS:
            found |= {f"{metric}/{name}": float(value) for name, value in zip(names, values, strict=True)}
    return found


@dataclass(frozen=True)
class ValueEvaluation(GroupedEvaluation):
    """What one part of a predictions table says of a model of named values.

    Attributes
    ----------
    quantities : what was asked for.
    mean_of : the part whose mean ``rmse_of_mean`` answers.
    """

    headline: ClassVar = ("rmse", BASELINE, "mae", "reduced_chi2", "coverage_1_sigma")
    compared: ClassVar = ("rmse", "mae", "reduced_chi2")
    first_figure: ClassVar = "values"

    quantities: Quantities = field(kw_only=True)
    mean_of: str = field(kw_only=True)

    def grouped(self) -> list[Grouped]:
        """By quantity, and by group that sums to one."""
        names = {name: f"/{name}" for name in self.quantities.names}
        units = {each.name: each.unit for each in self.quantities.quantities if each.unit}
        metrics = METRICS | {BASELINE: "RMSE of the mean", "support": "rows"}
        found = [Grouped("by_quantity", "by quantity", "quantity", names, metrics, units)]
        if groups := {name: f"/{name}" for name in self.quantities.groups}:
            found.append(Grouped("by_group", "by group", "group", groups, {"agreement": "same largest value"}))
        return found

    def warnings(self) -> list[str]:
        """What the baseline is a mean of, where it should be another, and units that do not add."""
        told = super().warnings()
        if self.mean_of != "train":
            told.append(
                f"the mean of rmse_of_mean is that of {self.mean_of} itself: the predictions hold no part train"
            )
        units = dict.fromkeys(each.unit or "none" for each in self.quantities.quantities)
        if len(units) > 1:
            told.append(f"rmse, mae and bias mix quantities of units {', '.join(units)}; read them by quantity")
        if absent := [name for name in self.quantities.names if f"rmse/{name}" not in self.mean]:
            told.append(f"no truth is known in {self.part} of {', '.join(absent)}")
        return told


def evaluate(
    predictions: ValuePredictions, part: str = "test", resamples: int = 1000, confidence: float = 0.90
) -> ValueEvaluation:
    """Evaluate the known truths of one part, repeat by repeat.

    What a constant would reach is told beside: ``rmse_of_mean`` answers to every row the mean truth of the training
    part of its repeat, where the predictions hold it, else that of the part itself.

    Raises
    ------
    AlertlabError
        When the part holds no truth.
    """
    of = by_repeat(labelled(predictions, part))
    train = by_repeat(predictions.take(predictions.labelled & (predictions.part == "train")))
    mean_of = "train" if set(of) <= set(train) else part
    mean = {number: _mean(train[number] if mean_of == "train" else rows) for number, rows in of.items()}
    repeats, intervals = judge(of, partial(scores, mean=mean), _support, resamples, confidence)
    quantities = predictions.quantities
    return ValueEvaluation(part, repeats, intervals, confidence, quantities=quantities, mean_of=mean_of)


def _mean(rows: ValuePredictions) -> tuple[float, ...]:
    return tuple(mean_and_std(rows.truth)[0].tolist())


def _support(rows: ValuePredictions) -> dict[str, float]:
    known = terms(rows)["known"].sum(axis=0)
    return {f"support/{name}": float(count) for name, count in zip(rows.quantities.names, known, strict=True)}
