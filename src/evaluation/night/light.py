"""A warning light: whether rows without labels look as those that a model was judged on.

No label is needed, so it cannot say that a model is wrong; it says that what was measured on the labelled part may not
hold of these rows. The bounds are what two samples of the labelled part itself differ by.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from ..metrics.intervals import resampled_cells
from ..metrics.scores import class_scores

BINS = 200  # of confidence; each is half a per cent
ALARM = 0.99  # a sound light stays dark in so many of a hundred cases, for each of its quantities


@dataclass(frozen=True)
class Reading:
    """One quantity of the light.

    Attributes
    ----------
    name : in words. value : of the unlabelled rows. usual : of the labelled part, NaN where there is no such thing.
    bound : that ``value`` has beyond which the light is on; ``above`` tells on which side.
    meaning : what a value beyond says, a sentence.
    """

    name: str
    value: float
    usual: float
    bound: float
    above: bool
    meaning: str

    @property
    def on(self) -> bool:
        """Whether the value is beyond the bound."""
        return self.value > self.bound if self.above else self.value < self.bound


def expected_accuracy(probability: NDArray[np.float64]) -> float:
    """What accuracy calibrated probabilities promise: the mean of the largest."""
    return float(probability.max(axis=1).mean())


def expected_macro_f1(probability: NDArray[np.float64], prediction: NDArray[np.int64]) -> float:
    """What macro F1 calibrated probabilities promise, of the classes that they expect one row of, or more.

    Of each decided class the probabilities are summed to a confusion matrix, whose scores these are
    (as arXiv 2209.15112 has it of binary F1).
    """
    k = probability.shape[1]
    counts = np.stack([np.bincount(prediction, probability[:, index], k) for index in range(k)])
    counts[counts.sum(axis=1) < 1] = 0
    return float(np.nanmean(class_scores(counts)["f1"]))


def threshold_accuracy(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], elsewhere: NDArray[np.float64]
) -> float:
    """Average thresholded confidence (Garg et al. 2022, ICLR, arXiv 2201.04234, eqs. 1 and 2).

    The share of rows elsewhere whose confidence is above the one that as many labelled rows exceed as are right.
    """
    threshold = np.quantile(confidence, 1 - right.mean())
    return float((elsewhere > threshold).mean())


def warning_light(
    labelled: ClassPredictions, rows: ClassPredictions, resamples: int = 500, seed: int = 0
) -> tuple[Reading, ...]:
    """Whether unlabelled rows differ from labelled ones by more than samples of these do from each other.

    Parameters
    ----------
    labelled : of one repeat, that the model has not learnt from, such as the validation part.
    rows : of the same classes; their labels are not looked at.
    resamples : pairs of samples, of as many objects as either has, that the bounds come from.

    Returns
    -------
    Distance of the decided classes' shares (total variation), largest distance of the distributions of confidence
    (Kolmogorov and Smirnov's), mean confidence, and accuracy by the threshold of `threshold_accuracy`.
    """
    k = len(rows.classes)
    near, far = (_cells(each, k) for each in (labelled, rows))
    own = np.bincount(near, minlength=k * BINS)
    there = np.bincount(far, minlength=k * BINS)
    first = resampled_cells(near, k * BINS, labelled.object_id, resamples, seed)
    second = _as_many(near, labelled.object_id, len(np.unique(rows.object_id)), k * BINS, resamples, seed + 1)
    differ = _distances(first, second, k)
    classes, shape = (float(each[0]) for each in _distances(own[None], there[None], k))
    means = _means(second, k) - _means(first, k)
    usual = expected_accuracy(labelled.probability)
    mean = expected_accuracy(rows.probability)
    right = labelled.prediction == labelled.target
    sure, elsewhere = labelled.probability.max(axis=1), rows.probability.max(axis=1)
    estimate, accuracy = threshold_accuracy(sure, right, elsewhere), float(right.mean())
    spread = float(np.std([_threshold_again(sure, right, len(rows), seed + 2 + n) for n in range(100)]))
    low = float(np.quantile(means, 1 - ALARM)) + usual
    return (
        Reading(
            "distance of class shares",
            classes,
            0.0,
            float(np.quantile(differ[0], ALARM)),
            True,
            "the classes are mixed in other shares: purity, accuracy and F1 of the labelled part do not hold here",
        ),
        Reading(
            "distance of confidence",
            shape,
            0.0,
            float(np.quantile(differ[1], ALARM)),
            True,
            "the model is more or less sure than it was: these are other objects, or classes in other shares",
        ),
        Reading(
            "mean confidence",
            mean,
            usual,
            low,
            False,
            "the model is less sure than it was: expect more mistakes",
        ),
        Reading(
            "accuracy, estimated",
            estimate,
            accuracy,
            accuracy - 2.33 * spread,  # 1 % of a normal distribution lies below
            False,
            "by its confidence the model is right less often than it was",
        ),
    )


def _cells(rows: ClassPredictions, k: int) -> NDArray[np.int64]:
    """(n,) decided class and bin of confidence."""
    sure = rows.probability.max(axis=1)
    cell: NDArray[np.int64] = rows.prediction * BINS + np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    return cell


def _means(counts: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    """(r,) mean confidence."""
    of = counts.reshape(-1, k, BINS).sum(axis=1)
    mean: NDArray[np.float64] = of @ ((np.arange(BINS) + 0.5) / BINS) / of.sum(axis=1)
    return mean


def _distances(
    first: NDArray[np.int64], second: NDArray[np.int64], k: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(r,) total variation of class shares, and largest distance of cumulated confidence."""
    left, right = (each.reshape(-1, k, BINS) / each.sum(axis=1)[:, None, None] for each in (first, second))
    classes = 0.5 * np.abs(left.sum(axis=2) - right.sum(axis=2)).sum(axis=1)
    shape = np.abs(np.cumsum(left.sum(axis=1), axis=1) - np.cumsum(right.sum(axis=1), axis=1)).max(axis=1)
    return classes, shape


def _as_many(
    cell: NDArray[np.int64], object_id: NDArray[np.str_], objects: int, cells: int, resamples: int, seed: int
) -> NDArray[np.int64]:
    """(resamples, cells) of so many objects drawn with replacement."""
    random = np.random.default_rng(seed)
    names, owner = np.unique(object_id, return_inverse=True)
    if len(names) == len(cell):
        share = np.bincount(cell, minlength=cells) / len(cell)
        at_once: NDArray[np.int64] = random.multinomial(objects, share, resamples)
        return at_once
    counts = np.empty((resamples, cells), np.int64)
    for resample in range(resamples):
        drawn = np.bincount(random.integers(len(names), size=objects), minlength=len(names))
        counts[resample] = np.bincount(cell, drawn[owner], cells)
    return counts


def _threshold_again(sure: NDArray[np.float64], right: NDArray[np.bool_], rows: int, seed: int) -> float:
    """The estimate of `threshold_accuracy` on two resamples of the labelled rows."""
    random = np.random.default_rng(seed)
    size = min(rows, 100_000)  # more do not change the spread that the labelled rows leave
    one, other = random.integers(len(sure), size=len(sure)), random.integers(len(sure), size=size)
    return threshold_accuracy(sure[one], right[one], sure[other])
