"""ALeRCE's stamp classifier as a model."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn

from ...core.samples import Samples
from ...runtime import operations
from ...runtime.errors import AlertlabError
from ...runtime.manifest import InputSpec
from ..images.image_model import SCALINGS
from ..inputs import Steps, image_input, standardising, table_input
from ..networks.loss import entropy_regularised_cross_entropy
from ..networks.network_model import NetworkModel
from .stamp_network import StampNetwork

OF_STAMPS = ("minmax", "noise")  # scalings: others are of pictures


class StampClassifier(NetworkModel):
    """Carrasco-Davis et al. (2021): three stamps and, where the data have them, metadata.

    Parameters
    ----------
    crop, padding, kernel_size, filters, dense, dropout, dropout_layers : see :class:`StampNetwork`.
    scaling : of the stamps, see :func:`stamp_input`.
    entropy_weight : beta of the loss.
    training : see :class:`NetworkModel`.

    Raises
    ------
    AlertlabError
        For a scaling that there is not, or more layers with dropout than there are.
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
        dropout_layers: int,
        scaling: str,
        entropy_weight: float,
        **training: Any,
    ) -> None:
        super().__init__(**training)
        if scaling not in OF_STAMPS:
            raise AlertlabError(f"model.scaling: {scaling!r} is none of {', '.join(OF_STAMPS)}")
        if dropout_layers not in range(4):
            raise AlertlabError(f"model.dropout_layers: {dropout_layers!r} is none of 0, 1, 2, 3")
        self.crop, self.padding, self.kernel_size, self.filters = crop, padding, kernel_size, tuple(filters)
        self.dense, self.dropout, self.dropout_layers = dense, dropout, dropout_layers
        self.scaling, self.entropy_weight = scaling, entropy_weight

    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """Stamps cropped and scaled each for itself; metadata standardised on the train part."""
        stamp = stamp_input(train, self.crop, self.scaling)
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
            dropout_layers=self.dropout_layers,
        )

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        """Cross-entropy that keeps probabilities from saturating."""
        return entropy_regularised_cross_entropy(logits, target, self.entropy_weight)


def stamps(train: Samples, steps: Steps) -> InputSpec:
    """The three stamps of an alert."""
    return image_input(train, "stamp", ("science", "template", "difference"), "DN", steps)


def stamp_input(train: Samples, crop: int, scaling: str = "minmax") -> InputSpec:
    """Stamps cropped and scaled, each channel of each for itself; then NaN to 0.

    Parameters
    ----------
    crop : side of the central field, in pixels.
    scaling : ``minmax``, as published: least to greatest pixel of the crop is 0 to 1. ``noise``: in units of the noise
        of the whole stamp about its median, bent by arsinh, so that faint and bright remain apart and no pixel decides.
    """
    before, after = SCALINGS[scaling]
    return stamps(train, (*before, {"op": "crop", "size": crop}, *after, {"op": "nan_to_num", "value": 0.0}))


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
