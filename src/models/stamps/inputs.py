"""What stamps and metadata are, whatever a model does with them first."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.samples import Samples
from ...runtime.manifest import InputSpec

Steps = Sequence[Mapping[str, Any]]


def stamps(train: Samples, preprocessing: Steps) -> InputSpec:
    """The three stamps of an alert, as they come."""
    return InputSpec(
        name="stamp",
        kind="image",
        shape=train.shape("stamp")[1:],
        axes=("channel", "y", "x"),
        channels=("science", "template", "difference"),
        unit="DN",
        preprocessing=preprocessing,
    )


def metadata(train: Samples, preprocessing: Steps) -> InputSpec:
    """The metadata columns that the data have."""
    columns = train.columns["metadata"]
    return InputSpec(
        name="metadata",
        kind="features",
        shape=(len(columns),),
        axes=("column",),
        columns=columns,
        preprocessing=preprocessing,
    )
