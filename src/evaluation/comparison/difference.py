"""Is one run better than another on the same test samples? Paired differences of metrics."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from ...runtime.decision import decide
from ..classification.metrics import classification_metrics
from .direction import direction, family
from .pairing import Paired
from .resampling import Resampled, resampled
from .significance import McNemar, corrected_t, holm, mcnemar, permutation_p

CORRECTED, BOOTSTRAP = "corrected resampled t", "paired bootstrap over objects"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """What a method says of a mean difference: interval and two-sided p-value."""

    interval: tuple[float, float]
    p: float


@dataclass(frozen=True)
class Difference:
    """One metric of two runs.

    Attributes
    ----------
    metric : its name, with ``top/`` before it at the top level.
    first, second : (r,) of each common repeat; NaN where a repeat lacks it.
    objects : over objects, for the trainings as they are; None for a single object.
    repeats : over repeats, for trainings to come; None of a single one, or without training rows.
    p_holm : the p-value of `judged` after Holm's correction, over the pairs of runs, and the classes of one score.
    """

    metric: str
    first: Floats
    second: Floats
    objects: Judged | None = None
    repeats: Judged | None = None
    p_holm: float = float("nan")

    @property
    def mean(self) -> float:
        """Mean difference, first minus second."""
        return float(np.nanmean(self.first - self.second))

    @property
    def std(self) -> float | None:
        """Sample standard deviation (ddof=1) of the difference over repeats; None for a single one."""
        known = np.isfinite(self.first - self.second)
        return float(np.std((self.first - self.second)[known], ddof=1)) if known.sum() > 1 else None

    @property
    def judged(self) -> Judged | None:
        """By repeats where there are several that can be judged by, else by objects."""
        return self.repeats or self.objects

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the mean difference, first minus second; None where there is none."""
        return self.judged.interval if self.judged else None

    @property
    def p(self) -> float:
        """Two-sided p-value; NaN where there is none."""
        return self.judged.p if self.judged else float("nan")

    @property
    def gain(self) -> float:
        """By how much the first is better: minus the difference where less is better."""
        return self.mean * (direction(self.metric) or 1)

    def significant(self, level: float) -> bool:
        """Whether the corrected p-value is below a level."""
        return bool(self.p_holm < level)


@dataclass(frozen=True)
class Pair:
    """Two of the runs.

    Attributes
    ----------
    first, second : places of the runs. differences : by metric; of the top level first, where there is one.
    decisions : repeat -> McNemar's test, of classifiers; one decision an object.
    """

    first: int
    second: int
    differences: Mapping[str, Difference]
    decisions: Mapping[int, McNemar] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """Paired differences of all metrics, of two runs or more.

    Attributes
    ----------
    paired : the rows that are compared.
    method : of the intervals.
    confidence : probability that they are made to cover; one less it is the level of significance.
    values : metric -> (runs, repeats); NaN where a repeat lacks it.
    pairs : of runs.
    resampled : metrics over resamples of the objects.
    """

    paired: Paired
    method: str
    confidence: float
    values: Mapping[str, Floats]
    pairs: tuple[Pair, ...]
    resampled: Resampled

    @property
    def names(self) -> tuple[str, ...]:
        """Of the runs."""
        return self.paired.names

    @property
    def repeats(self) -> tuple[int, ...]:
        """Common ones."""
        return tuple(self.paired.repeats)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Of the first pair."""
        return tuple(self.pairs[0].differences.values())

    @property
    def level(self) -> float:
        """Of significance."""
        return 1 - self.confidence


def compare(
    paired: Paired,
    resamples: int = 1000,
    permutations: int = 2000,
    confidence: float = 0.90,
    reference: bool = False,
    seed: int = 0,
    tick: Callable[[], None] = lambda: None,
) -> Comparison:
    """Paired differences of all metrics that the runs of a task are judged by.

    Over objects each has the percentile interval of a bootstrap, in which all runs see the same objects, and the
    p-value of a permutation test that swaps two runs, object by object. Several repeats have the corrected resampled t
    beside, which needs the number of training rows; where there is one it is what counts.

    Parameters
    ----------
    resamples, permutations : how many. confidence : of the intervals.
    reference : compare all with the first run alone, not each with each.
    seed : of the draws; the same seed gives the same numbers.
    tick : called after each piece of work.
    """
    m = len(paired.names)
    places = [(0, other) for other in range(1, m)] if reference else list(combinations(range(m), 2))
    found = resampled(paired, places, resamples, permutations, seed, tick)
    values = _values(paired, list(found.whole))
    classes = isinstance(next(iter(paired.repeats.values()))[0], ClassPredictions)
    right = {number: _right(rows) for number, rows in paired.repeats.items()} if classes else {}
    several = len(paired.repeats) > 1 and np.isfinite(paired.test_over_train)
    pairs = []
    for number, (a, b) in enumerate(places):
        differences = {}
        for metric, value in values.items():
            one = Difference(metric, value[a], value[b], _objects(found, metric, (a, b), number, value, confidence))
            known = value[a] - value[b]
            known = known[np.isfinite(known)]
            if several and len(known) > 1:
                interval = corrected_interval(known, paired.test_over_train, confidence)
                one = replace(one, repeats=Judged(interval, corrected_t(known, paired.test_over_train)[1]))
            differences[metric] = one
        decisions = {repeat: mcnemar(of[a], of[b]) for repeat, of in right.items()}
        pairs.append(Pair(a, b, differences, decisions))
    method = CORRECTED if several else BOOTSTRAP
    return Comparison(paired, method, confidence, values, tuple(_corrected(pairs)), found)


def corrected_interval(difference: Floats, test_over_train: float, confidence: float) -> tuple[float, float]:
    """The corrected resampled t interval of a mean difference, see `corrected_t`.

    Parameters
    ----------
    difference : (r,) of each repeat, r of 2 or more.
    test_over_train : n_test / n_train.
    confidence : probability that the interval covers.
    """
    from scipy.stats import t  # here: its import takes half a second

    half = corrected_t(difference, test_over_train)[0] * float(t.ppf((1 + confidence) / 2, len(difference) - 1))
    middle = float(np.mean(difference))
    return middle - half, middle + half


def _values(paired: Paired, metrics: Sequence[str]) -> dict[str, Floats]:
    """Metric -> (runs, repeats)."""
    scores = [[_exact(paired, rows[place]) for rows in paired.repeats.values()] for place in range(len(paired.names))]
    found = {name: np.array([[each.get(name, np.nan) for each in of] for of in scores]) for name in metrics}
    return {name: of for name, of in found.items() if np.isfinite(of).any(axis=1).all()}


def _exact(paired: Paired, rows: Any) -> dict[str, float]:
    found: dict[str, float] = {}
    for prefix, of in paired.task.levels(rows).items():
        scores = classification_metrics(of) if isinstance(of, ClassPredictions) else {}
        found |= {prefix + name: value for name, value in (scores | paired.scores(prefix, of)).items()}
    return found


def _objects(
    found: Resampled, metric: str, runs: tuple[int, int], number: int, values: Floats, confidence: float
) -> Judged | None:
    """Interval and p-value over objects; that ranks are joined moves the interval by what it moves the whole."""
    if found.blocks.objects < 2:
        return None
    a, b = runs
    whole = float(found.whole[metric][a] - found.whole[metric][b])
    drawn = found.drawn[metric][a] - found.drawn[metric][b]
    if not np.isfinite(drawn).any():
        return None
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    moved = float(np.nanmean(values[a] - values[b])) - whole
    moved = 0.0 if abs(moved) < 1e-12 else moved
    low, high = (float(each) + moved for each in np.nanquantile(drawn, tails))
    return Judged((low, high), permutation_p(whole, found.swapped[metric][number]))


def _right(rows: Sequence[Any]) -> list[NDArray[np.bool_]]:
    """Of each run (objects,) whether each is decided rightly, by the mean probability over its rows.

    Rows of an object are not independent. Objects whose rows differ in their truth are left out.
    """
    target = rows[0].target
    names, first, owner = np.unique(rows[0].object_id, return_index=True, return_inverse=True)
    if len(names) == len(target):
        return [each.prediction == target for each in rows]
    differs = np.bincount(owner, target != target[first][owner], len(names)) > 0
    found = []
    for each in rows:
        total = [np.bincount(owner, each.probability[:, k], len(names)) for k in range(len(each.classes))]
        mean = np.stack(total, axis=1) / np.bincount(owner)[:, None]
        found.append((decide(mean) == target[first])[~differs])
    return found


def _corrected(pairs: Sequence[Pair]) -> list[Pair]:
    families: dict[str, list[tuple[int, str]]] = {}
    for number, pair in enumerate(pairs):
        for metric in pair.differences:
            families.setdefault(family(metric), []).append((number, metric))
    p_holm: dict[tuple[int, str], float] = {}
    for members in families.values():
        values = [pairs[number].differences[metric].p for number, metric in members]
        p_holm |= dict(zip(members, holm(values), strict=True))
    return [
        replace(
            pair,
            differences={
                metric: replace(each, p_holm=p_holm[number, metric]) for metric, each in pair.differences.items()
            },
        )
        for number, pair in enumerate(pairs)
    ]
