"""Evaluation: from the predictions table to the numbers and figures of a paper; it never sees a model."""

from .evaluator import Evaluator
from .summary import Evaluation, evaluate
from .tables import class_table, results_table

__all__ = ["Evaluation", "Evaluator", "class_table", "evaluate", "results_table"]
