"""What the config names: evaluate generated fields and write the files of a paper."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...core.journal import AAS
from ...core.predictions import FieldPredictions
from ...runtime.errors import AlertlabError
from ..evaluator import FORMATS, TaskEvaluator, labelled
from ..rows import Weight
from ..slices.cut import Asked
from .summary import STATISTICS, FieldEvaluation, evaluate
from .summary import scores as summary_scores

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class GenerationEvaluator(TaskEvaluator[FieldPredictions, FieldEvaluation]):
    """Evaluation of generated fields.

    Parameters
    ----------
    statistics : some of ``power_spectrum``, ``cross_correlation`` and ``rmse``.
    part, resamples, confidence, formats, metrics, slices, journal : see :class:`TaskEvaluator`.

    Raises
    ------
    AlertlabError
        For a value outside these.
    """

    kind = FieldPredictions
    first_score = "rmse"

    def __init__(
        self,
        part: str = "test",
        statistics: Sequence[str] = STATISTICS,
        resamples: int = 1000,
        confidence: float = 0.90,
        formats: Sequence[str] = FORMATS,
        metrics: Sequence[str] = (),
        slices: Asked | None = None,
        journal: str = AAS,
    ) -> None:
        super().__init__(part, resamples, confidence, formats, metrics, slices, journal)
        unknown = [name for name in statistics if name not in STATISTICS]
        if unknown or not statistics:
            told = f"{', '.join(unknown)} unknown" if unknown else "none"
            raise AlertlabError(f"evaluation.statistics: {told}; choose from {', '.join(STATISTICS)}")
        self.statistics = tuple(statistics)

    def judge(self, predictions: FieldPredictions) -> FieldEvaluation:
        """See `evaluate`."""
        return evaluate(predictions, self.part, self.statistics, self.resamples, self.confidence)

    def scores(self, rows: Any, weight: Weight) -> dict[str, float]:
        """Those that runs are compared by."""
        return summary_scores(rows, weight, self.statistics)

    def tables(self, evaluation: FieldEvaluation, predictions: FieldPredictions) -> dict[str, str]:
        """By wavenumber, and by channel."""
        return evaluation.files() | {"spectra.csv": evaluation.spectra_csv()}

    def figures(self, evaluation: FieldEvaluation, predictions: FieldPredictions) -> "dict[str, Figure]":
        """Spectra, and examples."""
        from . import figures  # here: matplotlib is half a second of import

        rows = labelled(predictions, self.part)
        return {"spectra": figures.spectra_figure(evaluation), "examples": figures.examples_figure(rows)}
