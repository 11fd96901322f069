"""One cell: detectors learn without a class and answer for the test part; nothing is recorded but their answers."""

import hashlib
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

VARIED = ("_target_", "by_class")  # by which a Deep SVDD and an autoencoder of the same settings differ


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
class Detector:
    """One detector of a cell.

    Attributes
    ----------
    name : as the table has it. model : its config, as plain values.
    path : where its predictions go, whole or not at all.
    """

    name: str
    model: Mapping[str, Any]
    path: Path


@dataclass(frozen=True)
class Task:
    """A cell to be done.

    Attributes
    ----------
    number : of the cell, which is a repeat of the split. turn : what that leaves out.
    seed : what the models draw from.
    detectors : those that are to learn, one after the other.
    """

    number: int
    turn: Turn
    seed: int
    detectors: tuple[Detector, ...]


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
    """Fit every detector, let it answer for all parts, write its predictions; one thread.

    Raises
    ------
    AlertlabError
        For whatever goes wrong, with the names of detector, class and fold.
    """
    split = ground.plan.make(ground.samples, task.number)
    parts = {part: ground.samples.take(split.rows(ground.samples, part)) for part in PARTS}
    with threadpool_limits(1), tempfile.TemporaryDirectory(prefix="alertlab_") as folder:
        for each in task.detectors:
            try:
                model: Model = instantiate(one_thread(each.model))
                model.fit(Known(ground, split), Unrecorded(task.seed, folder_of(each, Path(folder))))
                _write(model, parts, task.number, each.path)
            except Exception as error:
                kind = "" if isinstance(error, AlertlabError) else f"{type(error).__name__}: "
                raise AlertlabError(f"{each.name} {task.turn}: {kind}{error}") from error


def folder_of(detector: Detector, cell: Path) -> Path:
    """The folder in which a detector learns.

    A Deep SVDD begins as an autoencoder. Where the cell has one of the same settings, it finds that one's finished
    training in the place of its own first training, and goes on from there: what would come out twice is done once.
    """
    settings = sorted((name, repr(value)) for name, value in detector.model.items() if name not in VARIED)
    autoencoder = cell / hashlib.sha256(repr(settings).encode()).hexdigest()
    autoencoder.mkdir(exist_ok=True)
    kind = str(detector.model["_target_"])
    if kind == "alertlab.models.Autoencoder":
        return autoencoder
    own = cell / detector.name
    own.mkdir()
    if kind == "alertlab.models.DeepSVDD":
        (own / "pretraining").symlink_to(autoencoder)
    return own


def _write(model: Model, parts: Mapping[str, Samples], number: int, path: Path) -> None:
    kind, answers = task_of(model).name, {name: answers_of(model, samples) for name, samples in parts.items()}
    told = told_of(kind, parts["train"], answers["train"])
    scores = {name: {SCORE: each[SCORE]} for name, each in answers.items()}
    tables = [predictions_of(kind, parts[name], each, told, name, number) for name, each in scores.items()]
    concatenate(tables).write(path)


def one_thread(model: Any) -> Any:
    """The config of a model, or of a part of one, with one thread: processes share the cores already."""
    if not isinstance(model, Mapping):
        return model
    return {name: 1 if name == "n_jobs" else one_thread(value) for name, value in model.items()}
