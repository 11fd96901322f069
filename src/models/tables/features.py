"""The table of features as a model takes it, and its answers as a row for every class."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.samples import Samples
from ...runtime import operations
from ...runtime.errors import AlertlabError
from ...runtime.manifest import InputSpec
from ..graphs.graph_file import NAME

HUGE = 1e32  # beyond this a feature is a number that went wrong (lc_classifier: such values become 0)
NATIVE = "native"
Missing = float | str


def check_missing(missing: Missing) -> None:
    """Refuse a policy that is neither a number nor ``native``."""
    if missing != NATIVE and (isinstance(missing, bool) or not isinstance(missing, int | float)):
        raise AlertlabError(f"model.missing: {missing!r} is neither a number, such as -999, nor {NATIVE}")


def cleaning(missing: Missing) -> tuple[Mapping[str, Any], ...]:
    """How features reach a tree: infinite is unknown, absurd is 0, unknown is ``missing`` or stays NaN."""
    first = {"op": "bound", "limit": HUGE, "value": 0.0}
    return (first,) if missing == NATIVE else (first, {"op": "nan_to_num", "value": float(missing)})


def tabular(samples: Samples) -> Samples:
    """The same samples, refused where they have no table of features."""
    if NAME not in samples.inputs:
        raise AlertlabError(
            f"model: takes a table of features, and the data have {', '.join(samples.inputs)}; "
            "choose a datamodule of light curves or feature tables"
        )
    return samples


def labelled(samples: Samples) -> Samples:
    """The rows with a class.

    Raises
    ------
    AlertlabError
        Where there are none.
    """
    samples.taxonomy  # noqa: B018  refuses data whose target is no class
    known = samples.take(samples.labelled)
    if not len(known):
        raise AlertlabError("datamodule: no sample of the train part has a class")
    return known


def prepared(spec: InputSpec, samples: Samples) -> NDArray[np.float32]:
    """(n, features) float32 as the model takes them, by the runtime's own operations."""
    return operations.apply(spec.preprocessing, samples.inputs[spec.name])


def every_class(probability: NDArray[np.float64], present: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """(n, classes) from the columns of the classes that training had; the others are never said."""
    full = np.zeros((len(probability), classes))
    full[:, present] = probability
    return full


def two_classes(target: NDArray[np.int64], least: int, key: str) -> None:
    """Refuse what cannot be learnt: one class, or a class with fewer than ``least`` rows for an inner hold-out."""
    counts = np.unique_counts(target).counts
    if len(counts) < 2:
        raise AlertlabError("datamodule: the train part has one class, and telling it from others needs two")
    if counts.min() < least:
        raise AlertlabError(
            f"{key}: a class of the train part has {counts.min()} sample, too few to hold one back; give {key}=false"
        )
