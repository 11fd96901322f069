"""Evaluation: from the predictions table to the numbers and figures of a paper; it never sees a model."""

from .classification.evaluator import Evaluator
from .classification.summary import Evaluation, evaluate
from .classification.tables import class_table, results_table

__all__ = ["Evaluation", "Evaluator", "class_table", "evaluate", "results_table"]
