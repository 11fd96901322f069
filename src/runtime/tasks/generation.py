"""Generation: arrays on a grid, one draw or more."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import checks
from ..errors import BundleError
from ..manifest import Manifest
from .task import Answers, Task, others, output

FIELD = "field"


@dataclass(frozen=True)
class Grid:
    """The manifest's key ``answers``: what the arrays are.

    Attributes
    ----------
    axes : a name for each axis of one array, ("channel", "y", "x").
    channels : names along the first axis, () where it has none.
    unit : of the values. spacing : length of a cell along the other axes, in ``spacing_unit``; None where it has none.
    """

    axes: tuple[str, ...]
    channels: tuple[str, ...] = ()
    unit: str = ""
    spacing: float | None = None
    spacing_unit: str = ""


@dataclass(frozen=True)
class Fields:
    """What a bundle says of n rows.

    Attributes
    ----------
    field : (n, draws, ...) float32.
    further : other outputs by name.
    """

    field: NDArray[np.float32]
    further: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def summary(fields: NDArray[np.floating]) -> dict[str, NDArray[np.float64]]:
    """(n,) mean, standard deviation, minimum and maximum over all draws of each row."""
    wide = fields.reshape(len(fields), math.prod(fields.shape[1:])).astype(np.float64)
    if not wide.shape[1]:
        return {name: np.full(len(wide), np.nan) for name in ("mean", "std", "minimum", "maximum")}
    return {"mean": wide.mean(1), "std": wide.std(1), "minimum": wide.min(1), "maximum": wide.max(1)}


ANSWERS = checks.record(
    Grid,
    axes=checks.array(checks.word),
    channels=checks.array(checks.word),
    unit=checks.text,
    spacing=checks.optional(checks.number),
    spacing_unit=checks.text,
)


class Generation(Task):
    """Its part of the runtime."""

    name = "generation"
    main = FIELD
    noun = "fields"
    limits = (
        "What it makes looks like the training part's arrays; it is no measurement.",
        "Statistics that the evaluation does not name were not looked at.",
    )
    example = """\
print(prediction.field.shape)"""

    def schema(self, value: Any, where: str) -> Any:
        """See :class:`Task`."""
        return ANSWERS(value, where)

    def check(self, manifest: Manifest) -> None:
        """Draws of arrays with the declared axes."""
        shape, grid = output(manifest, FIELD, self.name).shape, manifest.answers
        if len(shape) != len(grid.axes) + 1 or any(isinstance(side, str) for side in shape):
            raise BundleError(f"manifest.json: outputs: {FIELD} has shape {shape}, for draws of axes {grid.axes}")
        if grid.channels and (len(grid.channels),) != shape[1:2]:
            raise BundleError(f"manifest.json: answers: {len(grid.channels)} channels for {FIELD} of shape {shape}")

    def predict(self, manifest: Manifest, inputs: Answers, answers: Answers) -> Fields:
        """The arrays as they are."""
        return Fields(answers[FIELD], others(answers, FIELD))

    def table(self, manifest: Manifest, prediction: Fields) -> tuple[NDArray[np.int64], dict[str, Any]]:
        """A summary; the arrays go into a file of their own."""
        return np.arange(len(prediction.field)), summary(prediction.field)

    def describe(self, manifest: Manifest) -> dict[str, str]:
        """Axes, unit and spacing."""
        grid = manifest.answers
        unit = f", in {grid.unit}" if grid.unit else ""
        lines = {"field": f"(n, draws, {', '.join(grid.axes)}){unit}"}
        if grid.channels:
            lines["channels"] = ", ".join(grid.channels)
        if grid.spacing is not None:
            lines["spacing"] = f"{grid.spacing:g} {grid.spacing_unit}".rstrip()
        return lines
