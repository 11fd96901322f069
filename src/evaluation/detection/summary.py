"""The evaluation of a detector: how its scores rank what is known to be an outlier."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ScorePredictions
from ..against.curve import Against
from ..evaluator import labelled
from ..grouped import Grouped, GroupedEvaluation
from ..metrics.ranking import area_and_precision, counts, hits_at, places
from ..rows import Weight, by_repeat, defined, judge, once, one_an_object
from ..shown import Table

RANKS = (10, 50, 100)
HEADER = ("object", "score", "percentile", "true class", "nearest class", "driven by")
USUALLY = re.compile(r" \(usually [^()]* to [^()]*\)")  # which a row of a terminal has no room for
SHOWN = 10  # of the strangest rows, where people look at a table
ALL = "all outliers"
Further = Callable[[ScorePredictions, Weight], dict[str, float]]


@dataclass(frozen=True)
class Ranking:
    """Rows by their place in the ranking.

    Attributes
    ----------
    place : (n,) among the distinct scores, 0 for the highest. inlier : (n,) whether training saw its class.
    kinds : class of outliers -> (n,) whether a row is one; those without a name are of no kind.
    """

    place: NDArray[np.int64]
    inlier: NDArray[np.bool_]
    kinds: dict[str, NDArray[np.bool_]]

    def count(self, rows: NDArray[np.bool_], weight: Weight = None) -> NDArray[np.float64]:
        """(p,) how many of these rows have each of the distinct scores, highest first."""
        return counts(self.place, rows if weight is None else weight * rows)


@once
def ranking(rows: ScorePredictions) -> Ranking:
    """The ranking of labelled rows of one repeat."""
    outlier = rows.outlier == 1
    names = [name for name in np.unique(rows.kind[outlier]).tolist() if name]
    return Ranking(places(rows.score), ~outlier, {name: outlier & (rows.kind == name) for name in names})


def scores(rows: ScorePredictions, weight: Weight = None, ranks: Sequence[int] = RANKS) -> dict[str, float]:
    """How labelled rows of one repeat are ranked, outliers being what is looked for.

    ``auroc``, ``average_precision`` of outliers against inliers; ``recall_at_K``, the share of the outliers that is
    among the K highest scores, and ``purity_at_K``, the share of outliers among these. Of scores that tie across the
    K-th place the mean over all orders is taken. ``outlier_share`` is what average precision and purity are of rows
    in random order, of which AUROC is 0.5. ``auroc/<class>`` and so on are of one class of outliers against all
    inliers. Left out are ranks beyond the rows, and all but the share where there are no outliers or no inliers.
    """
    of = ranking(rows)
    inliers, outliers = of.count(of.inlier, weight), of.count(~of.inlier, weight)
    share = outliers.sum() / (inliers.sum() + outliers.sum())
    if not inliers.any() or not outliers.any():
        return {"outlier_share": float(share)}
    area, precision = area_and_precision(outliers, inliers)
    found = {"auroc": area, "average_precision": precision, "outlier_share": share}
    for rank in ranks:
        if rank <= inliers.sum() + outliers.sum():
            hits = hits_at(rank, outliers, inliers + outliers)
            found |= {f"recall_at_{rank}": hits / outliers.sum(), f"purity_at_{rank}": hits / rank}
    for name, own in of.kinds.items():
        kind = of.count(own, weight)
        found[f"auroc/{name}"], found[f"average_precision/{name}"] = area_and_precision(kind, inliers)
        found[f"outlier_share/{name}"] = kind.sum() / (inliers.sum() + kind.sum())
    return defined(found)


@dataclass(frozen=True)
class ScoreEvaluation(GroupedEvaluation):
    """What one part of a predictions table says of a detector.

    Attributes
    ----------
    kinds : classes of outliers in any repeat.
    ranks : at which recall and purity are given.
    facts : that scores of inliers are not to follow.
    against : name of a file -> scores against something.
    strangest : rows of the table of the highest scores, an object once.
    """

    headline: ClassVar = ("auroc", "average_precision", "outlier_share", "recall_at_50", "purity_at_50")
    compared: ClassVar = ("auroc", "average_precision", "recall_at_50")
    first_figure: ClassVar = "ranking_curves"

    kinds: tuple[str, ...] = field(kw_only=True)
    ranks: tuple[int, ...] = field(kw_only=True)
    facts: tuple[str, ...] = field(kw_only=True, default=())
    against: Mapping[str, Against] = field(kw_only=True, default_factory=dict)
    strangest: tuple[tuple[str, ...], ...] = field(kw_only=True, default=())

    def grouped(self) -> list[Grouped]:
        """By kind of outlier, and by rank."""
        metrics = {"auroc": "AUROC", "average_precision": "average precision", "outlier_share": "in random order"}
        metrics["detection_rate"] = "detection rate"
        kinds = {ALL: "", **{name: f"/{name}" for name in self.kinds}}
        ranks = {str(rank): f"_at_{rank}" for rank in self.ranks if f"recall_at_{rank}" in self.mean}
        found = [
            Grouped("by_kind", "by kind of outlier", "kind", kinds, metrics | {"support": "rows"}),
            Grouped("by_rank", "by rank", "rank", ranks, {"recall": "recall", "purity": "purity"}),
        ]
        facts = {name: f"/{name}" for name in self.facts if f"spearman/{name}" in self.mean}
        if facts:
            words = {"spearman": "Spearman's rho among inliers"}
            found.append(Grouped("by_fact", "dependence of the score", "fact", facts, words))
        return found

    def tables(self) -> list[Table]:
        """By kind, by rank, and the strangest rows."""
        return [*super().tables(), Table("strangest", "strangest", HEADER, self.strangest)]

    def warnings(self) -> list[str]:
        """Whether there is nothing to tell apart, and ranks that are too large."""
        alone = [str(each.number) for each in self.repeats if "auroc" not in each.metrics]
        told = super().warnings()
        if alone:
            told.append(
                f"repeat {', '.join(alone)} of {self.part} holds only outliers or only inliers, so that its ranking "
                "cannot be judged; hold back other classes from training"
            )
        most = max(each.samples for each in self.repeats)
        if beyond := [str(rank) for rank in self.ranks if rank > most]:
            told.append(f"ranks {', '.join(beyond)} are left out: {self.part} holds {most} rows")
        return told


def evaluate(
    predictions: ScorePredictions,
    part: str = "test",
    ranks: Sequence[int] = RANKS,
    resamples: int = 1000,
    confidence: float = 0.90,
    further: Further | None = None,
) -> ScoreEvaluation:
    """Evaluate the rows of one part of which it is known whether they are outliers, repeat by repeat.

    Parameters
    ----------
    further : scores beside those of `scores`, of rows of one repeat and how often each counts.

    Raises
    ------
    AlertlabError
        When the part holds no such row.
    """
    rows = labelled(predictions, part)
    of = by_repeat(rows)

    def all_scores(own: ScorePredictions, weight: Weight) -> dict[str, float]:
        return scores(own, weight, ranks) | (further(own, weight) if further else {})

    repeats, intervals = judge(of, all_scores, _support, resamples, confidence)
    kinds = tuple(sorted({name for each in of.values() for name in ranking(each).kinds}))
    first = rows.take(strangest(rows)[:SHOWN])
    cells = tuple(_cells(first, row) for row in range(len(first)))
    return ScoreEvaluation(part, repeats, intervals, confidence, kinds=kinds, ranks=tuple(ranks), strangest=cells)


def strangest(rows: ScorePredictions) -> NDArray[np.int64]:
    """Rows in order of their scores, highest first, of each object one."""
    return one_an_object(rows.object_id, np.lexsort((rows.repeat, rows.sample_id, -rows.score)))


def _support(rows: ScorePredictions) -> dict[str, float]:
    return {f"support/{name}": float(own.sum()) for name, own in ranking(rows).kinds.items()}


def _cells(rows: ScorePredictions, row: int) -> tuple[str, ...]:
    percentile = rows.percentile[row]
    told = f"{percentile:.1f}" if np.isfinite(percentile) else "-"
    drivers = "" if rows.driven_by is None else USUALLY.sub("", str(rows.driven_by[row]))
    words = [str(rows.kind[row]), str(rows.nearest[row]), drivers]
    return str(rows.object_id[row]), f"{rows.score[row]:.4g}", told, *(each or "-" for each in words)
