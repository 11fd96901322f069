"""Generated arrays: a table of what they are, and a file of the arrays beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from ...door.table import OpenTable
from ...door.values import Place, numbers
from ...files import replacing
from ...runtime.errors import AlertlabError
from ...runtime.tasks.generation import FIELD, Grid, summary
from ..samples import Samples
from .regression import TRUTH
from .table import Identity, Predictions, Told, read_answers, read_identity

ARRAYS = ".safetensors"  # ending of the file of arrays
ENDS = ("minimum", "maximum")  # columns that tell whether arrays are those of a table: to the bit, on any machine
ASKED_PARTS = ("validation", "test")  # arrays of the training part would only fill the disk


@dataclass(frozen=True)
class FieldPredictions(Predictions):
    """What a model made of each sample.

    Attributes
    ----------
    field : (n, draws, ...) arrays.
    truth : (n, ...) what they should be like; NaN where unknown.
    grid : what the arrays are.
    """

    task: ClassVar[str] = "generation"
    beside: ClassVar[tuple[str, ...]] = (ARRAYS,)

    field: NDArray[np.float32]
    truth: NDArray[np.float32]
    grid: Grid

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """(n,) whether the truth is known."""
        known: Any = np.isfinite(self.truth).all(axis=tuple(range(1, self.truth.ndim)))
        return np.asarray(known)

    @property
    def answers(self) -> Grid:
        """Axes, unit and spacing."""
        return self.grid

    def own_columns(self) -> dict[str, Any]:
        """A summary of all draws of a row."""
        return dict(summary(self.field))

    def check(self, origin: str) -> None:
        """Refuse arrays that are not finite."""
        bad = ~np.isfinite(self.field).all(axis=tuple(range(1, self.field.ndim)))
        if bad.any():
            raise AlertlabError(f"{origin}: row {int(np.argmax(bad))} holds an array that is not finite")

    def write(self, path: Path) -> Path:
        """Write the arrays to a file of the same name with ``.safetensors``, then the table."""
        with replacing(path.with_suffix(ARRAYS)) as partial:
            save_file({FIELD: np.ascontiguousarray(self.field), TRUTH: np.ascontiguousarray(self.truth)}, partial)
        return super().write(path)

    def __str__(self) -> str:
        return f"fields of {', '.join(self.grid.axes)}"


def told_of(train: Samples, answers: Mapping[str, Any]) -> Told:
    """The grid of the data."""
    return Told(answers=train.names)


def predictions(
    identity: Identity, answers: Mapping[str, Any], told: Told, inputs: Mapping[str, Any], samples: Samples | None
) -> FieldPredictions:
    """What a model made of these rows."""
    made = np.asarray(answers[FIELD], np.float32)
    truth = (
        np.full((len(made), *made.shape[2:]), np.nan, np.float32)
        if samples is None
        else np.asarray(samples.target, np.float32)
    )
    return FieldPredictions(**vars(identity), field=made, truth=truth, grid=told.answers)


def recognises(names: Sequence[str]) -> bool:
    """Only its metadata tell such a table."""
    return False


def read(opened: OpenTable) -> FieldPredictions:
    """The table, and the arrays beside it."""
    path = opened.path.with_suffix(ARRAYS)
    identity, table = read_identity(opened, ENDS, [])
    grid = read_answers(opened, FieldPredictions.task)
    if grid is None:
        raise AlertlabError(f"{opened.path}: its metadata do not say what its arrays are")
    try:
        arrays = load_file(path)
        made, truth = arrays[FIELD], arrays[TRUTH]
    except (OSError, SafetensorError, KeyError) as error:
        raise AlertlabError(
            f"{path}: holds no arrays of {opened.path.name} ({error}); keep the two files together"
        ) from error
    if not len(made) == len(truth) == len(identity) or made.shape[2:] != truth.shape[1:]:
        raise AlertlabError(f"{path}: arrays of shape {made.shape} do not belong to {len(identity)} rows")
    told = summary(made)
    for name in (each for each in ENDS if each in table.column_names):
        if (other := numbers(table[name], Place(str(opened.path), name)) != told[name]).any():
            raise AlertlabError(
                f"{path}: the array of row {int(np.argmax(other))} is not that of {opened.path.name}, by its {name}"
            )
    return FieldPredictions(**vars(identity), field=made, truth=truth, grid=grid)
