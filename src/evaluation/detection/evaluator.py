"""What the config names: evaluate the scores of a detector and write the files of a paper."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...core.predictions import ScorePredictions
from ...core.predictions.detection import UNKNOWN
from ...runtime.errors import AlertlabError
from ..evaluator import FORMATS, TaskEvaluator, labelled
from ..rows import by_repeat
from ..tables.csv_text import csv_text, known
from .summary import RANKS, ScoreEvaluation, evaluate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEADER = ["repeat", "rank", "object_id", "sample_id", "score", "percentile", "nearest", "target", "outlier"]
HEADER += ["flagged", "driven_by"]


class DetectionEvaluator(TaskEvaluator[ScorePredictions, ScoreEvaluation]):
    """Evaluation of a detector.

    Parameters
    ----------
    ranks : places of the ranking at which recall and purity are given; ``ranked.csv`` goes to the last.
    part, resamples, confidence, formats : see :class:`TaskEvaluator`.

    Raises
    ------
    AlertlabError
        For a value outside these.
    """

    kind = ScorePredictions

    def __init__(
        self,
        part: str = "test",
        ranks: Sequence[int] = RANKS,
        resamples: int = 1000,
        confidence: float = 0.90,
        formats: Sequence[str] = FORMATS,
    ) -> None:
        super().__init__(part, resamples, confidence, formats)
        if not ranks or min(ranks) < 1 or len(set(ranks)) < len(ranks):
            raise AlertlabError(f"evaluation.ranks: {list(ranks)} are not distinct whole numbers of 1 or more")
        self.ranks = tuple(sorted(ranks))

    def evaluate(self, predictions: ScorePredictions) -> ScoreEvaluation:
        """See `evaluate`."""
        return evaluate(predictions, self.part, self.ranks, self.resamples, self.confidence)

    def tables(self, evaluation: ScoreEvaluation, predictions: ScorePredictions) -> dict[str, str]:
        """By kind, by rank, and the first rows of each repeat."""
        return evaluation.files() | {"ranked.csv": ranked_csv(labelled(predictions, self.part), self.ranks[-1])}

    def figures(self, evaluation: ScoreEvaluation, predictions: ScorePredictions) -> "dict[str, Figure]":
        """Ranking curves, recall by rank, percentiles."""
        from . import figures  # here: matplotlib is half a second of import

        return figures.figures(labelled(predictions, self.part))


def ranked_csv(rows: ScorePredictions, most: int) -> str:
    """The highest scores of each repeat, highest first; what is unknown is empty."""
    lines: list[list[object]] = []
    for number, of in by_repeat(rows).items():
        nearest, above, words = of.nearest, of.flagged, of.driven_by
        for rank, row in enumerate(np.lexsort((of.sample_id, -of.score))[:most], 1):
            names = [of.object_id[row], of.sample_id[row], of.score[row], known(of.percentile[row])]
            outlier = None if of.outlier[row] == UNKNOWN else of.outlier[row]
            told = [None if above is None else int(above[row]), "" if words is None else words[row]]
            lines.append([number, rank, *names, nearest[row], of.kind[row], outlier, *told])
    return csv_text(HEADER, lines)
