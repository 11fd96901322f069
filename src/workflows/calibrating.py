"""What the key ``calibration`` of a training's config does."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from omegaconf import DictConfig

from ..core.contracts import CLASSIFICATION, Calibrates, Data, HeldOutAnswers, Model, task_of
from ..core.held_out import held_out_rows, settled
from ..core.predictions import ClassPredictions, Predictions
from ..models import BEST, METHODS, NONE, Calibrated
from ..runtime.errors import AlertlabError
from ..runtime.tasks.classification import ClassAnswers
from ..runtime.thresholds import Goal

KEY = "calibration"
LEAST = 20  # objects of the validation part, for a method that is asked for by name


def calibrated_model(model: Model, config: DictConfig) -> Model:
    """A classifier that is calibrated as it is trained; any other model as it is."""
    return Calibrated(model, method_of(config)) if task_of(model).name == CLASSIFICATION else model


def method_of(config: DictConfig) -> str:
    """The key's value; runs of before there was one have none."""
    return str(config.get(KEY, NONE))


def check_calibration(model: Model, config: DictConfig, data: Data) -> None:
    """Refuse what cannot be done, before anything is trained.

    Raises
    ------
    AlertlabError
        For no such method, another task than classification, or nothing to calibrate by.
    """
    method = method_of(config)
    if method not in (BEST, NONE, *METHODS):
        raise AlertlabError(f"{KEY}: {method!r} is none of {', '.join((BEST, NONE, *METHODS))}")
    if method in (BEST, NONE):
        return
    if task_of(model).name != CLASSIFICATION:
        raise AlertlabError(f"{KEY}: {method} is for probabilities of classes, and the model is of another task")
    objects = len(np.unique(data.samples("validation").object_id))
    if objects < LEAST and (objects or not isinstance(model, Calibrates)):
        raise AlertlabError(
            f"{KEY}: {method} needs objects that training does not learn from, {LEAST} at least, and the validation "
            f"part has {objects}; give datamodule.split.validation=0.1 or more, or {KEY}=none"
        )


def check_thresholds(model: Model, evaluator: Any, data: Data) -> None:
    """Refuse thresholds of no class, or without rows to choose them on, before anything is trained."""
    goals = getattr(evaluator, "goals", {})
    if not goals or task_of(model).name != CLASSIFICATION:
        return
    classes = data.samples().classes
    if unknown := [name for name in goals if name not in classes]:
        raise AlertlabError(f"evaluation.thresholds.{unknown[0]}: no such class; there are {', '.join(classes)}")
    if not len(data.samples("validation")) and not isinstance(model, Calibrates):
        raise AlertlabError(
            "evaluation.thresholds: there is no validation part to choose them on; give datamodule.split.validation=0.2"
        )


def held_out_answers(model: Model) -> HeldOutAnswers | None:
    """What a calibrated model says of the rows that calibrated it, each by a calibration fitted without its object."""
    return model.held_out if isinstance(model, Calibrated) else None


def settled_by(rows: Predictions, goals: Mapping[str, Goal]) -> ClassAnswers | dict[str, Any]:
    """What held-out rows settle for the manifest; nothing where none has a class."""
    assert isinstance(rows, ClassPredictions)  # of a calibrated model
    known = held_out_rows(rows)
    return settled(known, goals) if known else {}


def calibration_record(model: Model) -> Mapping[str, Any]:
    """What was done, for the manifest; empty where nothing was."""
    return model.record if isinstance(model, Calibrated) else {}
