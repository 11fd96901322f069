"""Metrics of each slice against those of all other rows, with what chance makes of both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions, Predictions, ScorePredictions
from ...core.progress import track
from ..evaluation import digits
from ..rows import Weight, by_repeat
from ..shown import Table
from ..tables.csv_text import csv_text, known
from .cut import Slice, cut

RESAMPLES = 100  # a standard error from them is right within 7 %
LEAST = 20  # objects; of fewer in a slice no p-value is given
SHOWN = 10  # rows of a terminal
LONG = 1_000_000  # rows of all slices, from which a bar is shown
Scores = Callable[[Any, Weight], dict[str, float]]


@dataclass(frozen=True)
class Sliced:
    """One metric of one slice.

    Attributes
    ----------
    slice, fact, metric : what of what. samples, objects : rows and objects of the slice, mean over repeats.
    value, low, high : of the slice, and its bootstrap interval over objects.
    rest : of all other rows, of classes in the shares that the slice has.
    difference, error : value less rest, and its standard error.
    p, p_holm : that there is no difference, alone and by Holm's method for all slices; NaN for few objects.
    """

    fact: str
    slice: str
    metric: str
    samples: float
    objects: float
    value: float
    low: float
    high: float
    rest: float
    difference: float
    error: float
    p: float
    p_holm: float


@dataclass(frozen=True)
class Slices:
    """All metrics of all slices.

    Attributes
    ----------
    metric : the one that people are shown. better : whether more of it is better.
    rows : of all metrics, of each worst slice first.
    """

    metric: str
    better: bool
    rows: tuple[Sliced, ...]

    def worst(self) -> list[Sliced]:
        """Slices by the shown metric, the worst difference from the rest first."""
        return [row for row in self.rows if row.metric == self.metric]

    def table(self, shown: int = SHOWN) -> Table:
        """The worst slices, for people."""
        header = ("slice", "objects", self.metric, "of the rest", "difference", "p (Holm)")
        rows = []
        for row in self.worst()[:shown]:
            value = f"{digits(row.value)} [{digits(row.low)}, {digits(row.high)}]"
            change = f"{row.difference:+.3f} ± {row.error:.3f}"
            chance = "-" if np.isnan(row.p_holm) else f"{row.p_holm:.3f}" if row.p_holm >= 1e-3 else f"{row.p_holm:.1e}"
            rows.append((f"{row.fact} {row.slice}", f"{row.objects:.0f}", value, digits(row.rest), change, chance))
        strong = frozenset((place, 5) for place, row in enumerate(self.worst()[:shown]) if row.p_holm < 0.05)
        return Table("slices", f"worst slices by {self.metric}", header, rows, strong=strong)

    def csv(self) -> str:
        """A row a metric and slice; empty where there is no value."""
        names = [each.name for each in fields(Sliced)]
        values = ([getattr(row, name) for name in names] for row in self.rows)
        return csv_text(names, ([known(v) if isinstance(v, float) else v for v in line] for line in values))


def judge_slices(
    rows: Predictions,
    asked: Mapping[str, tuple[float, ...] | None],
    scores: Scores,
    metric: str,
    better: Callable[[str], bool],
    resamples: int,
    confidence: float,
    seed: int = 0,
) -> Slices:
    """Judge each slice of labelled rows against the rest.

    The rest is of other classes in other shares, and a slice of faint objects would look worse for its supernovae
    alone: its rows are weighted to the shares of classes, or of outliers, that the slice has, and those of classes
    that the slice lacks are left out. What is left is the difference at the same mix. The standard error is that of a
    bootstrap over objects, of the mean over repeats; the p-value is that of a normal distribution.

    Parameters
    ----------
    rows : labelled, of any repeats. asked : see `asked_slices`.
    scores : of rows of one repeat and their weights. metric : the one to show; the first where there is no such.
    better : metric -> whether more of it is better.
    resamples, confidence : of the bootstrap; more than 100 resamples are not drawn, for each slice needs them.
    """
    slices = cut(rows, asked)
    objects, owner = np.unique(rows.object_id, return_inverse=True)
    random = np.random.default_rng(seed)
    size = len(objects)
    drawn = [np.bincount(random.integers(size, size=size), minlength=size) for _ in range(min(resamples, RESAMPLES))]
    repeats = [np.flatnonzero(rows.repeat == number) for number in by_repeat(rows)]
    strata = _strata(rows)
    found: dict[str, list[Sliced]] = {}
    long = len(slices) * len(rows) > LONG
    for of in track(slices, "judging slices", len(slices)) if long else slices:
        pairs = [_Pair(rows, strata, owner, of, each, scores) for each in repeats if of.rows[each].any()]
        whole = _means([pair.scores(None) for pair in pairs])
        again = [_means([pair.scores(each) for pair in pairs]) for each in drawn]
        samples = float(np.mean([pair.samples for pair in pairs]))
        held = float(np.mean([pair.objects for pair in pairs]))
        for name, (value, rest) in whole.items():
            drawn_of = [each[name] for each in again if name in each]
            found.setdefault(name, []).append(_sliced(of, name, samples, held, value, rest, drawn_of, confidence))
    corrected = [_holm(each) for each in found.values()]
    ordered = [
        row for each in corrected for row in sorted(each, key=lambda row: (_worse(row, better), row.fact, row.slice))
    ]
    shown = metric if metric in found else next(iter(found), metric)
    return Slices(shown, better(shown), tuple(ordered))


def _worse(row: Sliced, better: Callable[[str], bool]) -> float:
    change = row.difference if better(row.metric) else -row.difference
    return change if np.isfinite(change) else np.inf


class _Pair:
    """A slice and the rest of one repeat."""

    def __init__(
        self,
        rows: Predictions,
        strata: NDArray[np.int64],
        owner: NDArray[np.int64],
        of: Slice,
        repeat: NDArray[np.int64],
        scores: Scores,
    ) -> None:
        inside = repeat[of.rows[repeat]]
        held = np.isin(strata[repeat], strata[inside])
        outside = repeat[~of.rows[repeat] & held]
        self.score = scores
        self.rows = rows.take(inside), rows.take(outside)
        self.strata = strata[inside], strata[outside]
        self.owner = owner[inside], owner[outside]
        self.kinds = int(strata.max()) + 1
        self.samples, self.objects = len(inside), len(np.unique(owner[inside]))

    def scores(self, drawn: NDArray[np.int64] | None) -> dict[str, tuple[float, float]]:
        """Metric -> of the slice and of the rest, of how often each object counts."""
        own, other = ((np.ones(len(each), np.int64) if drawn is None else drawn[each]) for each in self.owner)
        if not own.any():
            return {}
        count, rest = (np.bincount(s, w, self.kinds) for s, w in zip(self.strata, (own, other), strict=True))
        weight = other * (count / np.where(rest > 0, rest, 1))[self.strata[1]]
        value = self.score(self.rows[0], None if drawn is None else own)
        beside = self.score(self.rows[1], weight) if weight.any() else {}
        return {name: (of, beside.get(name, np.nan)) for name, of in value.items()}


def _strata(rows: Predictions) -> NDArray[np.int64]:
    """(n,) class of each row, or whether it is an outlier; 0 of other tasks."""
    if isinstance(rows, ClassPredictions):
        return rows.target
    return rows.outlier if isinstance(rows, ScorePredictions) else np.zeros(len(rows), np.int64)


def _means(each: Sequence[dict[str, tuple[float, float]]]) -> dict[str, tuple[float, float]]:
    """Over the repeats that have a metric."""
    names = dict.fromkeys(name for of in each for name in of)
    values = {name: np.array([of[name] for of in each if name in of]) for name in names}
    return {name: (float(of[:, 0].mean()), float(of[:, 1].mean())) for name, of in values.items()}


def _sliced(
    of: Slice,
    metric: str,
    samples: float,
    objects: float,
    value: float,
    rest: float,
    again: Sequence[tuple[float, float]],
    confidence: float,
) -> Sliced:
    from scipy.stats import norm  # here: its import takes half a second

    low = high = error = p = np.nan
    if objects > 1 and len(again) > 1:
        values = np.array(again)
        tails = [(1 - confidence) / 2, (1 + confidence) / 2]
        low, high = (float(each) for each in np.nanquantile(values[:, 0], tails))
        change = values[:, 0] - values[:, 1]
        change = change[np.isfinite(change)]
        error = float(np.std(change, ddof=1)) if len(change) > 1 else np.nan
    if objects >= LEAST and np.isfinite(error) and np.isfinite(rest):
        p = float(2 * norm.sf(abs(value - rest) / error)) if error > 0 else float(value == rest)
    return Sliced(of.fact, of.label, metric, samples, objects, value, low, high, rest, value - rest, error, p, np.nan)


def _holm(rows: Sequence[Sliced]) -> list[Sliced]:
    from statsmodels.stats.multitest import multipletests  # here: its import takes a second

    tested = [place for place, row in enumerate(rows) if np.isfinite(row.p)]
    found = list(rows)
    if tested:
        corrected = multipletests([rows[place].p for place in tested], method="holm")[1]
        for place, p in zip(tested, corrected, strict=True):
            found[place] = replace(rows[place], p_holm=float(p))
    return found
