"""Evaluation: from the predictions table to the numbers and figures of a paper; it never sees a model."""

from .classification.evaluator import Evaluator
from .classification.summary import ClassEvaluation, evaluate
from .evaluation import Evaluation
from .evaluator import TaskEvaluator

__all__ = ["ClassEvaluation", "Evaluation", "Evaluator", "TaskEvaluator", "evaluate"]
