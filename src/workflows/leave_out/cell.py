"""One cell: a detector learns without a class and answers for the test part; nothing is recorded but its answers."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from ...config import instantiate
from ...core.contracts import Model, answers_of, task_of
from ...core.predictions import concatenate, predictions_of, told_of
from ...core.samples import PARTS, Samples
from ...core.split import Split, SplitPlan, Turn
from ...datamodules import DataModule
from ...runtime.errors import AlertlabError
from ...runtime.tasks.detection import SCORE


@dataclass(frozen=True)
class Ground:
    """What all cells stand on.

    Attributes
    ----------
    samples : all of them. plan : how they are parted. description : what they are.
    """

    samples: Samples
    plan: SplitPlan
    description: str


@dataclass(frozen=True)
class Task:
    """A cell to be done.

    Attributes
    ----------
    detector : its name. model : its config, as plain values.
    number : of the cell, which is a repeat of the split. turn : what that leaves out.
    seed : what the model draws from.
    path : where its predictions go, whole or not at all.
    """

    detector: str
    model: Mapping[str, Any]
    number: int
    turn: Turn
    seed: int
    path: Path


class Known(DataModule):
    """Train and validation of a cell and nothing else: what is left out, and what tests, is not there to be seen."""

    def __init__(self, ground: Ground, split: Split) -> None:
        super().__init__(ground.plan)
        known = np.isin(split.of(ground.samples.object_id), ("train", "validation"))
        self.kept, self.parted, self.about = ground.samples.take(known), split, ground.description

    @property
    def description(self) -> str:
        """What the data are."""
        return self.about

    @cached_property
    def split(self) -> Split:
        """That of the cell."""
        return self.parted

    def read(self) -> Samples:
        """The samples of both parts."""
        return self.kept


@dataclass
class Unrecorded:
    """A run of which nothing stays but a folder, for as long as the model learns."""

    seed: int
    directory: Path

    def log_metrics(self, metrics: Mapping[str, float], step: int) -> None:
        """Nobody looks at the epochs of a cell."""

    def log_files(self, path: Path) -> None:
        """The file goes with the folder."""


def work(ground: Ground, task: Task) -> None:
    """Fit, predict all parts, write the predictions; one thread.

    Raises
    ------
    AlertlabError
        For whatever goes wrong, with the names of detector, class and fold.
    """
    try:
        split = ground.plan.make(ground.samples, task.number)
        with threadpool_limits(1), tempfile.TemporaryDirectory(prefix="alertlab_") as folder:
            model: Model = instantiate(one_thread(task.model))
            model.fit(Known(ground, split), Unrecorded(task.seed, Path(folder)))
            parts = {part: ground.samples.take(split.rows(ground.samples, part)) for part in PARTS}
            answers = {part: {SCORE: answers_of(model, samples)[SCORE]} for part, samples in parts.items()}
        kind = task_of(model).name
        told = told_of(kind, parts["train"], answers["train"])
        tables = [predictions_of(kind, parts[part], each, told, part, task.number) for part, each in answers.items()]
        concatenate(tables).write(task.path)
    except Exception as error:
        kind = "" if isinstance(error, AlertlabError) else f"{type(error).__name__}: "
        raise AlertlabError(f"{task.detector} {task.turn}: {kind}{error}") from error


def one_thread(model: Any) -> Any:
    """The config of a model, or of a part of one, with one thread: processes share the cores already."""
    if not isinstance(model, Mapping):
        return model
    return {name: 1 if name == "n_jobs" else one_thread(value) for name, value in model.items()}
