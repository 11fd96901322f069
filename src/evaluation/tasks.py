"""Every task's part of the evaluation floor; a sixth needs one more line here."""

from types import ModuleType
from typing import cast

from ..core.predictions import Predictions
from .classification import judged as classification
from .detection import judged as detection
from .forecast import judged as forecast
from .generation import judged as generation
from .regression import judged as regression
from .task import JudgedTask

TASKS: dict[str, ModuleType] = {
    "classification": classification,
    "detection": detection,
    "regression": regression,
    "forecast": forecast,
    "generation": generation,
}


def judged(predictions: Predictions) -> JudgedTask:
    """What there is for predictions of this task."""
    return cast(JudgedTask, TASKS[predictions.task])
