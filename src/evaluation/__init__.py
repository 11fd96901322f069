"""Evaluation: from the predictions table to the numbers and figures of a paper; it never sees a model."""

from .classification.evaluator import Evaluator
from .classification.summary import ClassEvaluation, evaluate
from .detection.evaluator import DetectionEvaluator
from .evaluation import Evaluation
from .evaluator import TaskEvaluator
from .forecast.evaluator import ForecastEvaluator
from .generation.evaluator import GenerationEvaluator
from .leave_out.evaluator import LeaveOneClassOut
from .regression.evaluator import RegressionEvaluator

__all__ = [
    "ClassEvaluation",
    "DetectionEvaluator",
    "Evaluation",
    "Evaluator",
    "ForecastEvaluator",
    "GenerationEvaluator",
    "LeaveOneClassOut",
    "RegressionEvaluator",
    "TaskEvaluator",
    "evaluate",
]
