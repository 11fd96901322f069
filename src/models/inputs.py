"""What a model's inputs are, by what the data have: tables, sequences, images, whatever is done with them first."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.curve_columns import CURVE
from ..core.samples import Samples
from ..runtime.manifest import InputSpec
from ..runtime.ragged import Ragged

Steps = Sequence[Mapping[str, Any]]
FEATURES = "features"


def table_input(train: Samples, name: str, steps: Steps) -> InputSpec:
    """A table, with the columns that the data have."""
    columns = train.columns[name]
    features = train.feature_set if name == FEATURES else None
    return InputSpec(name, "features", (len(columns),), ("column",), (), columns, "", tuple(steps), features)


def sequence_input(train: Samples, name: str, steps: Steps) -> InputSpec:
    """Sequences of any length, with the columns that the data have."""
    columns = train.columns[name]
    shape, axes = (f"{name}_length", len(columns)), ("point", "column")
    made = train.feature_set if name == CURVE else None
    return InputSpec(name, "sequence", shape, axes, (), columns, "", tuple(steps), made)


def image_input(train: Samples, name: str, channels: Sequence[str], unit: str, steps: Steps) -> InputSpec:
    """Images as they come; where their sizes differ, ``fit`` must be the first of ``steps``."""
    sides = train.shape(name)[1:]
    shape = (sides[0], *(side or word for side, word in zip(sides[1:], (f"{name}_y", f"{name}_x"), strict=True)))
    return InputSpec(name, "image", shape, ("channel", "y", "x"), tuple(channels), (), unit, tuple(steps))


def standardising(values: NDArray[np.floating] | Ragged) -> dict[str, Any]:
    """Subtract the mean of each column and divide by its deviation, as this train part has them; NaN is left out."""
    wide = np.asarray(values.values if isinstance(values, Ragged) else values, np.float64)
    flat = wide.reshape(-1, wide.shape[-1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column of which nothing is known stays NaN
        mean, spread = np.nan_to_num(np.nanmean(flat, axis=0)), np.nanstd(flat, axis=0)
    scale = np.where(spread > 0, spread, 1.0)  # a constant column stays 0
    return {"op": "standardize", "mean": mean.tolist(), "scale": scale.tolist()}
