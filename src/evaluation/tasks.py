"""Every task's part of the evaluation floor; a sixth needs one more line here."""

from types import ModuleType
from typing import cast

from ..core.predictions import Predictions
from .classification import judged as classification
from .task import JudgedTask

TASKS: dict[str, ModuleType] = {"classification": classification}


def judged(predictions: Predictions) -> JudgedTask:
    """What there is for predictions of this task."""
    return cast(JudgedTask, TASKS[predictions.task])
