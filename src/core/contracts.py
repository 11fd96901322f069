"""What a model may ask of its data and its run, and what it must do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import AlertlabError
from ..runtime.tasks import task_named
from ..runtime.tasks.task import Task
from .curves import Curve
from .export import Exported
from .samples import Samples
from .split import Split

CLASSIFICATION = "classification"
Transform = Callable[[Mapping[str, Any]], dict[str, NDArray[np.float32]]]


@dataclass(frozen=True)
class Augmentation:
    """Random changes of training samples that leave the class as it is.

    Attributes
    ----------
    flip : mirror half of the images, up-down and left-right each.
    shift : largest move of images in pixels, in x and y each.
    rotate : largest turn of images in degrees, either way; 180 is any. zoom : largest stretch, either way; 1 is none.
        With either, all changes of an image are one warp with one interpolation, and moves are of any part of a pixel.
    prefix : share of light curves that are cut behind a random point. shortest : points that are left at least.
    """

    flip: bool = False
    shift: int = 0
    rotate: float = 0.0
    zoom: float = 1.0
    prefix: float = 0.0
    shortest: int = 5

    def __post_init__(self) -> None:
        for name, value, least in (("shift", self.shift, 0), ("rotate", self.rotate, 0), ("zoom", self.zoom, 1)):
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= least:
                raise AlertlabError(f"model.augmentation.{name}: {value!r} is not a number of {least} or more")

    @property
    def warps(self) -> bool:
        """Whether pixels are interpolated."""
        return self.rotate > 0 or self.zoom > 1

    @property
    def of_images(self) -> bool:
        """Whether images are changed at all."""
        return self.flip or self.shift > 0 or self.warps


@dataclass(frozen=True)
class Loading:
    """How a network wants its batches.

    Attributes
    ----------
    batch_size : samples a batch.
    balanced : draw training samples so that every class is as frequent.
    augmentation : of training samples, before ``transform``.
    transform : raw inputs -> what the network takes.
    seed : of order and augmentation, which follow from (seed, epoch) alone.
    """

    batch_size: int = 64
    balanced: bool = False
    augmentation: Augmentation = field(default_factory=Augmentation)
    transform: Transform = dict
    seed: int = 0


class Data(Protocol):
    """A datamodule as models see it: Samples for a forest, loaders for a network."""

    loading: Loading

    @property
    def description(self) -> str:
        """What the data are, in a few words; simulated data say so."""
        ...

    @property
    def further_parts(self) -> tuple[str, ...]:
        """Names of ways to see the test part beside the plain one, such as ``test_16d``; mostly none."""
        ...

    @property
    def split(self) -> Split:
        """The current repeat's split."""
        ...

    def draw(self, repeat: int) -> None:
        """Part the objects for this repeat; what was read stays."""
        ...

    def samples(self, part: str | None = None) -> Samples:
        """The samples of train, validation, test, one of ``further_parts``, or all of them, those in no part too."""
        ...

    def curves_of(self, objects: Sequence[str]) -> Mapping[str, Curve]:
        """Light curves of objects, to be looked at; those that there are, mostly none."""
        ...

    def through(self, change: Callable[[Samples], Samples]) -> "Data":
        """The same parts of the same data, each seen through a function: what a member of a model learns from."""
        ...

    def write_rejected(self, path: Path) -> int:
        """Write what could not be used as a table, where there is any; their number."""
        ...


class Run(Protocol):
    """The tracked run as models see it."""

    seed: int
    directory: Path

    def log_metrics(self, metrics: Mapping[str, float], step: int) -> None:
        """Record metrics of an epoch."""
        ...

    def log_files(self, path: Path) -> None:
        """Record a file that lies in ``directory``."""
        ...


class Model(Protocol):
    """What ``conf/model/`` names.

    ``task`` says what it answers, see ``alertlab.runtime.tasks``; without it classes are meant.
    """

    def fit(self, data: Data, run: Run) -> None:
        """Learn from the train part; validation decides when to stop."""
        ...

    def predict(self, samples: Samples) -> Any:
        """What it answers: of a classifier (n, classes) probabilities, rows sum to one.

        Of several outputs a mapping of their names to n rows each, as :class:`Exported` declares them: ``probability``
        or ``score`` or ``value`` or ``field``, ``deviation``, ``score_by_class``, ``embedding``. Rows of a forecast
        are as long as their queries: Ragged.
        """
        ...

    def export(self, path: Path) -> Exported:
        """Write one ONNX graph to ``path`` and declare its inputs and outputs."""
        ...


@runtime_checkable
class Calibrates(Protocol):
    """A classifier that can be calibrated without a validation part, for it leaves rows out as it learns."""

    def out_of_bag(self, data: Data) -> tuple[Samples, NDArray[np.float64]]:
        """Labelled samples of the train part, and (n, classes) what is said of each by what did not learn from it."""
        ...


@dataclass(frozen=True)
class HeldOutAnswers:
    """What a trained model says of rows that it did not learn from, whatever else they were used for.

    Attributes
    ----------
    part : ``validation`` or ``out_of_bag``. samples : its rows. answers : name of an output -> n rows.
    """

    part: str
    samples: Samples
    answers: Mapping[str, Any]


def task_of(model: Model) -> Task:
    """What kind of answer a model gives."""
    return task_named(getattr(model, "task", CLASSIFICATION))


def answers_of(model: Model, samples: Samples) -> dict[str, Any]:
    """What a model answers, by the names of its outputs; a bare array is the main one of its task.

    Raises
    ------
    AlertlabError
        Where it lacks what its task cannot be without.
    """
    told, task = model.predict(samples), task_of(model)
    found = dict(told) if isinstance(told, Mapping) else {task.main: told}
    if lacking := [name for name in task.needed if name not in found]:
        raise AlertlabError(f"model: predict gave {', '.join(found) or 'nothing'}, and no {lacking[0]}")
    return found
