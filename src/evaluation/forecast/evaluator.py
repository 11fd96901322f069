"""What the config names: evaluate forecasts and write the files of a paper."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.journal import AAS
from ...core.predictions import ForecastPredictions
from ...runtime.errors import AlertlabError
from ..evaluator import FORMATS, TaskEvaluator, labelled
from ..rows import Weight
from ..slices.cut import Asked
from .summary import HORIZONS, ForecastEvaluation, evaluate
from .summary import scores as summary_scores

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class ForecastEvaluator(TaskEvaluator[ForecastPredictions, ForecastEvaluation]):
    """Evaluation of forecasts.

    Parameters
    ----------
    horizons : edges of the bins in days after the last point seen, rising.
    part, resamples, confidence, formats, metrics, slices, journal : see :class:`TaskEvaluator`.

    Raises
    ------
    AlertlabError
        For a value outside these.
    """

    kind = ForecastPredictions
    first_score = "rmse"

    def __init__(
        self,
        part: str = "test",
        horizons: Sequence[float] = HORIZONS,
        resamples: int = 1000,
        confidence: float = 0.90,
        formats: Sequence[str] = FORMATS,
        metrics: Sequence[str] = (),
        slices: Asked | None = None,
        journal: str = AAS,
    ) -> None:
        super().__init__(part, resamples, confidence, formats, metrics, slices, journal)
        self.horizons = tuple(map(float, horizons))
        if not self.horizons or not np.isfinite(self.horizons).all() or np.any(np.diff(self.horizons) <= 0):
            raise AlertlabError(f"evaluation.horizons: {list(horizons)} are not rising numbers of days")

    def judge(self, predictions: ForecastPredictions) -> ForecastEvaluation:
        """See `evaluate`."""
        return evaluate(predictions, self.part, self.horizons, self.resamples, self.confidence)

    def scores(self, rows: Any, weight: Weight) -> dict[str, float]:
        """Those that runs are compared by."""
        return summary_scores(rows, weight, self.horizons)

    def tables(self, evaluation: ForecastEvaluation, predictions: ForecastPredictions) -> dict[str, str]:
        """By horizon, and by band."""
        return evaluation.files()

    def figures(self, evaluation: ForecastEvaluation, predictions: ForecastPredictions) -> "dict[str, Figure]":
        """Scores against horizon, and examples."""
        from . import figures  # here: matplotlib is half a second of import

        rows = labelled(predictions, self.part)
        return {"horizons": figures.horizons_figure(evaluation), "examples": figures.examples_figure(rows)}
