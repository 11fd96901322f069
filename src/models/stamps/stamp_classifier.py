"""ALeRCE's stamp classifier as a model."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn

from ...core.samples import Samples
from ...runtime import operations
from ...runtime.manifest import InputSpec
from ..inputs import Steps, image_input, standardising, table_input
from ..networks.loss import entropy_regularised_cross_entropy
from ..networks.network_model import NetworkModel
from .stamp_network import StampNetwork


class StampClassifier(NetworkModel):
    """Carrasco-Davis et al. (2021): three stamps and, where the data have them, metadata.

    Parameters
    ----------
    crop, padding, kernel_size, filters, dense, dropout : see :class:`StampNetwork`.
    entropy_weight : beta of the loss.
    training : see :class:`NetworkModel`.
    """

    def __init__(
        self,
        *,
        crop: int,
        padding: int,
        kernel_size: int,
        filters: Sequence[int],
        dense: int,
        dropout: float,
        entropy_weight: float,
        **training: Any,
    ) -> None:
        super().__init__(**training)
        self.crop, self.padding, self.kernel_size, self.filters = crop, padding, kernel_size, tuple(filters)
        self.dense, self.dropout, self.entropy_weight = dense, dropout, entropy_weight

    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """Stamps cropped and scaled each for itself; metadata standardised on the train part."""
        stamp = stamp_input(train, self.crop)
        return (stamp, metadata_input(train)) if "metadata" in train.inputs else (stamp,)

    def build(self, train: Samples) -> nn.Module:
        """The published network for these classes and columns."""
        return StampNetwork(
            classes=len(train.taxonomy.classes),
            metadata=len(train.columns.get("metadata", ())),
            crop=self.crop,
            padding=self.padding,
            kernel_size=self.kernel_size,
            filters=self.filters,
            dense=self.dense,
            dropout=self.dropout,
        )

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        """Cross-entropy that keeps probabilities from saturating."""
        return entropy_regularised_cross_entropy(logits, target, self.entropy_weight)


def stamps(train: Samples, steps: Steps) -> InputSpec:
    """The three stamps of an alert."""
    return image_input(train, "stamp", ("science", "template", "difference"), "DN", steps)


def stamp_input(train: Samples, crop: int) -> InputSpec:
    """Stamps as published: crop, then min-max a stamp and channel, then NaN to 0."""
    steps = ({"op": "crop", "size": crop}, {"op": "minmax"}, {"op": "nan_to_num", "value": 0.0})
    return stamps(train, steps)


def metadata_input(train: Samples) -> InputSpec:
    """Metadata as published: sentinels, clipping, z-score on the train part; unknown becomes the mean."""
    columns = train.columns["metadata"]
    cleaning = (
        {"op": "fill_missing", "values": [column.missing for column in columns]},
        {
            "op": "clip",
            "minimum": [column.minimum for column in columns],
            "maximum": [column.maximum for column in columns],
        },
    )
    cleaned = operations.apply(cleaning, train.inputs["metadata"]).astype(np.float64)
    return table_input(train, "metadata", (*cleaning, standardising(cleaned), {"op": "nan_to_num", "value": 0.0}))
