"""What the config names: evaluate the scores of a detector and write the files of a paper."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.journal import AAS
from ...core.predictions import ScorePredictions
from ...core.predictions.detection import UNKNOWN
from ...runtime.errors import AlertlabError
from ..against.curve import score_curves_csv
from ..evaluator import FORMATS, TaskEvaluator, labelled
from ..rows import Weight, by_repeat
from ..slices.cut import Asked
from ..tables.csv_text import csv_text, known
from .against import detection_against
from .alarms import alarm_scores, dependence, thresholds
from .judged import scores as judged_scores
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
    false_alarm_rate : share of the inliers of the validation part whose scores are above the threshold of alarms.
    independent_of : facts that scores of inliers are not to follow; those that a table lacks are left out.
    rates_by : facts that the detection rate is shown against; likewise.
    event : fact with the days from the first point to what an outlier is known by; None for none.
    part, resamples, confidence, formats, metrics, slices, journal : see :class:`TaskEvaluator`.

    Raises
    ------
    AlertlabError
        For a value outside these.
    """

    kind = ScorePredictions
    first_score = "auroc"

    def __init__(
        self,
        part: str = "test",
        ranks: Sequence[int] = RANKS,
        resamples: int = 1000,
        confidence: float = 0.90,
        formats: Sequence[str] = FORMATS,
        *,
        false_alarm_rate: float = 0.01,
        independent_of: Sequence[str] = ("detections", "days"),
        rates_by: Sequence[str] = (),
        event: str | None = None,
        metrics: Sequence[str] = (),
        slices: Asked | None = None,
        journal: str = AAS,
    ) -> None:
        super().__init__(part, resamples, confidence, formats, metrics, slices, journal)
        if not ranks or min(ranks) < 1 or len(set(ranks)) < len(ranks):
            raise AlertlabError(f"evaluation.ranks: {list(ranks)} are not distinct whole numbers of 1 or more")
        if not 0 < false_alarm_rate < 1:
            raise AlertlabError(f"evaluation.false_alarm_rate: {false_alarm_rate} is not between 0 and 1")
        self.ranks, self.false_alarm_rate, self.event = tuple(sorted(ranks)), false_alarm_rate, event
        self.independent_of, self.rates_by = tuple(independent_of), tuple(rates_by)

    def judge(self, predictions: ScorePredictions) -> ScoreEvaluation:
        """See `evaluate`, and :mod:`.alarms` for what comes beside."""
        above = thresholds(predictions, self.false_alarm_rate)
        facts = tuple(name for name in self.independent_of if name in predictions.facts)

        def further(rows: ScorePredictions, weight: Weight) -> dict[str, float]:
            return alarm_scores(rows, weight, above) | dependence(rows, weight, facts)

        asked = self.part, self.ranks, self.resamples, self.confidence
        shown = [name for name in self.rates_by if name in predictions.facts]
        against = detection_against(predictions, self.part, above, shown, self.event, self.resamples, self.confidence)
        return replace(evaluate(predictions, *asked, further), facts=facts, against=against)

    def scores(self, rows: Any, weight: Weight) -> dict[str, float]:
        """Those that runs are compared by."""
        return judged_scores(rows, weight)

    def tables(self, evaluation: ScoreEvaluation, predictions: ScorePredictions) -> dict[str, str]:
        """By kind, by rank, against facts and days, and the first rows of each repeat."""
        against = {f"{name}.csv": score_curves_csv([of.curve], of.quantity) for name, of in evaluation.against.items()}
        ranked = ranked_csv(labelled(predictions, self.part), self.ranks[-1])
        return evaluation.files() | against | {"ranked.csv": ranked}

    def figures(self, evaluation: ScoreEvaluation, predictions: ScorePredictions) -> "dict[str, Figure]":
        """Ranking curves, recall by rank, percentiles, detection against facts and days."""
        from . import figures  # here: matplotlib is half a second of import
        from .against_figure import against_figures

        return figures.figures(labelled(predictions, self.part)) | against_figures(evaluation.against)


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
