"""The predictions table: all that evaluation ever sees of a model. A file a task; a sixth needs one more line here."""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...door.place import did_you_mean
from ...door.table import OpenTable, open_table
from ...runtime.errors import AlertlabError
from ...runtime.manifest import Manifest
from ...runtime.tasks import task_named
from ...runtime.tasks.detection import FALSE_ALARM_RATE
from ..samples import PARTS, Samples
from . import classification, detection, forecast, generation, regression
from .classification import ClassPredictions
from .columns import check_once
from .detection import ScorePredictions
from .forecast import ForecastPredictions
from .generation import FieldPredictions
from .regression import ValuePredictions
from .table import EMBEDDING, TASK, Identity, Predictions, Told
from .table import joined as concatenate

KINDS: dict[type[Predictions], ModuleType] = {  # in the order in which a table's columns are looked at
    ClassPredictions: classification,
    ScorePredictions: detection,
    ForecastPredictions: forecast,
    ValuePredictions: regression,
    FieldPredictions: generation,
}
TASKS = {kind.task: module for kind, module in KINDS.items()}

__all__ = [
    "ClassPredictions",
    "FieldPredictions",
    "ForecastPredictions",
    "Identity",
    "Predictions",
    "ScorePredictions",
    "Told",
    "ValuePredictions",
    "beside",
    "concatenate",
    "new_predictions",
    "predictions_of",
    "read_predictions",
    "told_of",
    "told_parts",
]


def told_parts(task: str) -> tuple[str, ...]:
    """Parts of the split that a trained model is asked about: all, but where the answers are large."""
    return getattr(TASKS[task], "ASKED_PARTS", PARTS)


def told_of(
    task: str,
    train: Samples,
    answers: Mapping[str, Any],
    validation: Mapping[str, Any] | None = None,
    false_alarm_rate: float = FALSE_ALARM_RATE,
) -> Told:
    """What a model's answers are called, from its training part and what it answers to that.

    Parameters
    ----------
    validation : what it answers to the validation part, which sets the threshold of a detector; None sets none.
    false_alarm_rate : share of the validation part above that threshold.
    """
    module = TASKS[task]
    found: Told = module.told_of(train, answers)
    if validation is not None and hasattr(module, "held_out"):
        found = module.held_out(found, validation, false_alarm_rate)
    return found


def predictions_of(
    task: str, samples: Samples, answers: Mapping[str, Any], told: Told, part: str, repeat: int
) -> Predictions:
    """Join what a model answered to the identity of its samples."""
    identity = _identity(samples.sample_id, samples.object_id, part, repeat, samples.facts, answers)
    found: Predictions = TASKS[task].predictions(identity, answers, told, samples.inputs, samples)
    return found


def new_predictions(
    manifest: Manifest,
    sample_id: NDArray[np.int64],
    object_id: NDArray[np.str_],
    inputs: Mapping[str, Any],
    answers: Mapping[str, Any],
    facts: Mapping[str, NDArray[np.float64]] | None = None,
) -> Predictions:
    """What a bundle answers to samples outside any split: unlabelled, part ``new``."""
    identity = _identity(sample_id, object_id, "new", 0, facts or {}, answers)
    told = Told(manifest.classes, manifest.taxonomy, manifest.answers)
    task = TASKS[task_named(manifest.task).name]
    found: Predictions = task.predictions(identity, answers, told, inputs, None)
    return found


def _identity(
    sample_id: NDArray[np.int64],
    object_id: NDArray[np.str_],
    part: str,
    repeat: int,
    facts: Mapping[str, NDArray[np.float64]],
    answers: Mapping[str, Any],
) -> Identity:
    parts, repeats = np.full(len(sample_id), part), np.full(len(sample_id), repeat, dtype=np.int64)
    return Identity(sample_id, object_id, parts, repeats, facts=facts, embedding=answers.get(EMBEDDING))


def read_predictions(path: Path) -> Predictions:
    """Read a predictions table written by any run or any other program, in any format that tables have.

    Its task stands in its metadata, or follows from its columns. Parts and repeats may be absent: all is then part
    test of repeat 0.

    Raises
    ------
    AlertlabError
        For a missing or damaged file, missing columns, rows without a name, answers that are none, or a sample
        that stands twice in one part and repeat.
    """
    path, origin = Path(path), str(path)
    if not path.exists():
        raise AlertlabError(f"{origin}: no such predictions file{did_you_mean(path)}")
    opened = open_table(path)
    found: Predictions = _task(opened).read(opened)
    found.check(origin)
    check_once(found.sample_id, found.object_id, found.part, found.repeat, found.key(), origin)
    return found


def beside(path: Path) -> tuple[str, ...]:
    """Names of files that belong to a predictions table and lie beside it; mostly none."""
    task = _task(open_table(path))
    return tuple(f"{path.stem}{ending}" for kind, module in KINDS.items() if module is task for ending in kind.beside)


def _task(opened: OpenTable) -> ModuleType:
    """The task of a table; what no task recognises is taken for classes, whose errors say what is needed."""
    named = opened.metadata.get(TASK, b"").decode(errors="replace")
    if named and named not in TASKS:
        raise AlertlabError(f"{opened.path}: predictions of a {named}, known: {', '.join(TASKS)}; upgrade alertlab")
    return TASKS.get(named) or next((task for task in TASKS.values() if task.recognises(opened.names)), classification)
