"""What the config names: evaluate named values and write the files of a paper."""

from typing import TYPE_CHECKING, Any

from ...core.predictions import ValuePredictions
from ..evaluator import TaskEvaluator, labelled
from ..rows import Weight
from .judged import scores as judged_scores
from .summary import ValueEvaluation, evaluate

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class RegressionEvaluator(TaskEvaluator[ValuePredictions, ValueEvaluation]):
    """Evaluation of named values; its parameters are those of :class:`TaskEvaluator`."""

    kind = ValuePredictions
    first_score = "rmse"

    def judge(self, predictions: ValuePredictions) -> ValueEvaluation:
        """See `evaluate`."""
        return evaluate(predictions, self.part, self.resamples, self.confidence)

    def scores(self, rows: Any, weight: Weight) -> dict[str, float]:
        """Those that runs are compared by."""
        return judged_scores(rows, weight)

    def tables(self, evaluation: ValueEvaluation, predictions: ValuePredictions) -> dict[str, str]:
        """By quantity, and by group."""
        return evaluation.files()

    def figures(self, evaluation: ValueEvaluation, predictions: ValuePredictions) -> "dict[str, Figure]":
        """Values against truths, and residuals."""
        from . import figures  # here: matplotlib is half a second of import

        rows = labelled(predictions, self.part)
        return {"values": figures.values_figure(rows), "residuals": figures.residuals_figure(rows)}
