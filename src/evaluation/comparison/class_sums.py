"""Metrics of classifiers from sums over blocks of objects, so that a thousand resamples are one product of matrices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from ..metrics.ranking import log_losses
from ..metrics.scores import class_scores, overall_scores

Floats = NDArray[np.float64]
Sums = NDArray[np.float32]
RANKS = 512  # of one sort, own class or others: finer than these a resample does not part ranks
BINS = 15  # of the expected calibration error


@dataclass(frozen=True)
class ClassSums:
    """Sums over each block of the rows of one run and repeat; rows of a product with them are sums over resamples.

    Attributes
    ----------
    counts : (g, k * k) confusion counts. loss : (g, 1) of the logarithmic losses.
    bins : (g, 3 * BINS) rows, right ones and probabilities by bins of the decided class's probability.
    """

    counts: Sums
    loss: Floats
    bins: Floats

    def times(self, weight: Sums) -> "ClassSums":
        """Sums over resamples of blocks, (resamples, ...)."""
        return ClassSums(weight @ self.counts, weight @ self.loss, weight @ self.bins)

    def swapped(self, own: "ClassSums", other: "ClassSums") -> "ClassSums":
        """All of these, less what is given away, and what comes for it."""
        pairs = [(getattr(self, name), getattr(own, name), getattr(other, name)) for name in vars(self)]
        return ClassSums(*(whole.sum(axis=0) - given + taken for whole, given, taken in pairs))


def class_sums(rows: ClassPredictions, block: NDArray[np.int64], number: int) -> ClassSums:
    """Sums of a run.

    Parameters
    ----------
    rows : labelled, of one repeat. block : (n,) block of each. number : of blocks.
    """
    k, decided = len(rows.classes), rows.prediction
    confidence = rows.probability[np.arange(len(rows)), decided]
    place = np.digitize(confidence, np.linspace(0, 1, BINS + 1)[1:-1], right=True)
    cell = block * BINS + place

    def total(at: NDArray[np.int64], width: int, of: NDArray[np.float64] | None = None) -> Floats:
        return np.bincount(at, of, number * width).reshape(number, width).astype(np.float64)

    counts = total(block * k * k + rows.target * k + decided, k * k).astype(np.float32)
    right = (decided == rows.target).astype(np.float64)
    bins = np.hstack([total(cell, BINS), total(cell, BINS, right), total(cell, BINS, confidence)])
    return ClassSums(counts, total(block, 1, log_losses(rows.target, rows.probability)), bins)


def metrics_of(sums: ClassSums, classes: Sequence[str]) -> dict[str, Floats]:
    """Metric -> (resamples,), by the names of `classification_metrics`; NaN where a resample lacks a class."""
    k = len(classes)
    counts = np.round(sums.counts).astype(np.int64).reshape(-1, k, k)
    rows = np.maximum(counts.sum(axis=(1, 2)), 1)
    with np.errstate(invalid="ignore"):
        found = {name: np.asarray(each, np.float64) for name, each in overall_scores(counts).items()}
    found["log_loss"] = sums.loss[:, 0] / rows
    _, right, confidence = np.split(sums.bins, 3, axis=1)
    found["expected_calibration_error"] = np.abs(right - confidence).sum(axis=1) / rows
    for score, each in class_scores(counts).items():
        found |= {f"{score}/{name}": each[:, place] for place, name in enumerate(classes)}
    return found


@dataclass(frozen=True)
class Ranks:
    """How often each rank occurs in each block, of one class: rows of it, and others.

    Attributes
    ----------
    counts : (g, 2 * q) of its own rows, then of others, the highest ranks first.
    """

    counts: Sums

    def areas(self, weight: Sums) -> tuple[Floats, Floats]:
        """ROC AUC and average precision of resamples of blocks, (resamples,)."""
        return areas(weight @ self.counts)


def areas(counts: Sums) -> tuple[Floats, Floats]:
    """ROC AUC (trapezia) and average precision (steps) of (resamples, 2 * q) counts; NaN where undefined."""
    found: tuple[Floats, Floats] = _areas(np.ascontiguousarray(counts))
    return found


@njit(cache=True, nogil=True)
def _areas(counts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """As `area_and_precision`, for many resamples at once: hits in the first half of a row, misses in the other."""
    width = counts.shape[1] // 2
    area, precision = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    for row in range(len(counts)):
        found = wrong = under = steps = 0.0
        for place in range(width):
            hits, misses = float(counts[row, place]), float(counts[row, width + place])
            found += hits
            wrong += misses
            under += misses * (found - hits / 2)
            if hits > 0:
                steps += hits * found / (found + wrong)
        if found > 0 and wrong > 0:
            area[row], precision[row] = under / (found * wrong), steps / found
    return area, precision


def ranks_of(runs: Sequence[ClassPredictions], block: NDArray[np.int64], number: int) -> Iterator[list[Ranks]]:
    """Class by class the ranks of each run, on one scale: swapping a row between two runs swaps its ranks.

    Probabilities of two models need not be on one scale, their ranks are (Bandos et al. 2005, Statistics in Medicine
    24, 2873). Of many rows neighbouring ranks are joined, at quantiles of the class's own ranks and of the others.
    """
    from scipy.stats import rankdata  # here: its import takes half a second

    target = runs[0].target
    for place in range(len(runs[0].classes)):
        own = target == place
        ranks = [rankdata(-rows.probability[:, place]) for rows in runs]
        if 2 * len(target) <= 2 * RANKS:
            bins, width = [np.round(2 * each).astype(np.int64) - 2 for each in ranks], 2 * len(target)
        else:
            edges = np.unique(np.concatenate([_quantiles(ranks, own), _quantiles(ranks, ~own)]))
            bins, width = [np.searchsorted(edges, each) for each in ranks], len(edges) + 1
        first = block * (2 * width) + np.where(own, 0, width)
        yield [
            Ranks(np.bincount(first + each, minlength=number * 2 * width).reshape(number, -1).astype(np.float32))
            for each in bins
        ]


def _quantiles(ranks: Sequence[Floats], rows: NDArray[np.bool_]) -> Floats:
    pooled = np.concatenate([each[rows] for each in ranks])
    return np.quantile(pooled, np.linspace(0, 1, RANKS)) if len(pooled) else pooled
