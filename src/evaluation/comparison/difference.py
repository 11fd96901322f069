"""Is one run better than another on the same test samples? Paired differences of metrics."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import Predictions
from ...runtime.errors import AlertlabError
from ..evaluator import labelled
from ..metrics.intervals import bootstrap
from ..task import JudgedTask
from ..tasks import judged

CORRECTED, BOOTSTRAP = "corrected resampled t", "paired bootstrap over objects"
NO_TRAIN = "none, for the tables lack the training samples (part train) that say how much repeats share"


@dataclass(frozen=True)
class Difference:
    """One metric of two runs.

    Attributes
    ----------
    metric : its name, with ``top/`` before it at the top level.
    first, second : (r,) of each common repeat.
    interval : of the mean difference, first minus second; None where there is none.
    """

    metric: str
    first: NDArray[np.float64]
    second: NDArray[np.float64]
    interval: tuple[float, float] | None

    @property
    def mean(self) -> float:
        """Mean difference, first minus second."""
        return float(np.mean(self.first - self.second))

    @property
    def std(self) -> float | None:
        """Sample standard deviation (ddof=1) of the difference over repeats; None for a single one."""
        return float(np.std(self.first - self.second, ddof=1)) if len(self.first) > 1 else None


@dataclass(frozen=True)
class Comparison:
    """Paired differences of all metrics.

    Attributes
    ----------
    repeats : common ones.
    method : of the intervals.
    confidence : probability that they are made to cover.
    differences : of the top level first, where there is one.
    """

    repeats: tuple[int, ...]
    method: str
    confidence: float
    differences: tuple[Difference, ...]


def compare(first: Predictions, second: Predictions, resamples: int, confidence: float) -> Comparison:
    """Paired differences over the repeats that both tables hold, on the labelled rows of part test.

    A metric that a repeat of either lacks is not compared.
    Several repeats have the corrected resampled t interval, for which both tables
    must hold the rows they were trained on (part train), else there is none; a single
    repeat has the percentile interval of a paired bootstrap over objects.

    Raises
    ------
    AlertlabError
        For other tasks, classes or branches, no common repeat, or test samples or truths that differ.
    """
    if first.task != second.task:
        tasks = f"the first run is of a {first.task}, the second of a {second.task}"
        raise AlertlabError(f"{tasks}: only runs on one task can be compared")
    task = judged(first)
    second = task.aligned(first, second)
    ratio = max(_test_over_train(first), _test_over_train(second))  # the wider interval where they differ
    pairs = _pairs(labelled(first, "test"), labelled(second, "test"), task)
    several = len(pairs) > 1
    differences = []
    both = [(task.levels(a), task.levels(b)) for a, b in pairs.values()]
    for prefix in both[0][1]:  # the second has the branches of either
        rows = [(a[prefix], b[prefix]) for a, b in both]
        scores = [(task.scores(a, None), task.scores(b, None)) for a, b in rows]
        bounds = {} if several else paired_bootstrap(*rows[0], task, resamples, confidence)
        for name in (name for name in scores[0][0] if all(name in each for pair in scores for each in pair)):
            left, right = (np.array([each[side][name] for each in scores]) for side in (0, 1))
            if several and np.isfinite(ratio):
                bounds[name] = corrected_interval(left - right, ratio, confidence)
            differences.append(Difference(prefix + name, left, right, bounds.get(name)))
    method = (CORRECTED if np.isfinite(ratio) else NO_TRAIN) if several else BOOTSTRAP
    return Comparison(tuple(pairs), method, confidence, tuple(differences))


def corrected_interval(
    difference: NDArray[np.float64], test_over_train: float, confidence: float
) -> tuple[float, float]:
    """The corrected resampled t interval of a mean difference (Nadeau & Bengio 2003, Machine Learning 52, 239).

    Repeats share training samples, so their differences are not independent; the
    variance of the mean is (1/r + n_test/n_train) s**2, not s**2 / r, with r - 1 degrees of freedom.

    Parameters
    ----------
    difference : (r,) of each repeat, r of 2 or more.
    test_over_train : n_test / n_train.
    confidence : probability that the interval covers.
    """
    from scipy.stats import t  # here: its import takes half a second

    r = len(difference)
    error = float(np.sqrt((1 / r + test_over_train) * np.var(difference, ddof=1)))
    half = error * float(t.ppf((1 + confidence) / 2, r - 1))
    middle = float(np.mean(difference))
    return middle - half, middle + half


def paired_bootstrap(
    first: Predictions, second: Predictions, task: JudgedTask, resamples: int, confidence: float, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Percentile interval of first minus second, both on the same resamples of whole objects.

    Parameters
    ----------
    first, second : labelled rows of the same samples in the same order.
    task : whose scores they are. resamples, confidence, seed : see `bootstrap_intervals`.

    Returns
    -------
    Metric -> (low, high); empty for a single object.
    """

    def difference(weight: NDArray[np.int64]) -> dict[str, float]:
        left, right = task.scores(first, weight), task.scores(second, weight)
        return {name: left[name] - right[name] for name in left.keys() & right.keys()}

    return bootstrap(difference, first.object_id, resamples, confidence, seed)


def _pairs(first: Predictions, second: Predictions, task: JudgedTask) -> dict[int, tuple[Predictions, Predictions]]:
    """Repeat -> the rows of both in the order of their samples."""
    repeats = np.intersect1d(first.repeat, second.repeat).tolist()
    if not repeats:
        held = [np.unique(each.repeat).tolist() for each in (first, second)]
        raise AlertlabError(f"the runs have no repeat in common: the first has {held[0]}, the second {held[1]}")
    pairs = {}
    for repeat in repeats:
        left, right = (_of_repeat(each, repeat) for each in (first, second))
        for name in ("object_id", "sample_id"):
            a, b = getattr(left, name), getattr(right, name)
            if not np.array_equal(np.sort(a), np.sort(b)):
                only = [np.setdiff1d(a, b), np.setdiff1d(b, a)]
                such = ", ".join(str(each[0]) for each in only if len(each))
                noun = {"object_id": "objects", "sample_id": "samples"}[name]
                raise AlertlabError(
                    f"repeat {repeat}: the runs were tested on other {noun}, {len(only[0])} of them only in the first "
                    f"and {len(only[1])} only in the second{f' ({such})' if such else ''}; train both with one "
                    "datamodule and one split"
                )
        if not np.array_equal(left.key(), right.key()):
            raise AlertlabError(f"repeat {repeat}: the runs were asked other things of the same samples")
        if (differ := task.differ(left, right)) > 0:
            raise AlertlabError(f"repeat {repeat}: {differ} test samples have another truth in the second run")
        pairs[int(repeat)] = (task.aligned(right, left), right)
    return pairs


def _of_repeat(predictions: Predictions, repeat: int) -> Predictions:
    rows = predictions.take(predictions.repeat == repeat)
    return rows.take(np.lexsort((rows.key(), rows.object_id, rows.sample_id)))


def _test_over_train(predictions: Predictions) -> float:
    """Test samples over training samples; infinite for a table without training samples."""
    known = predictions.labelled
    test, train = (int((known & (predictions.part == part)).sum()) for part in ("test", "train"))
    return test / train if train else float("inf")
