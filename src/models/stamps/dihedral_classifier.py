"""ALeRCE's stamp classifier of 2025, and the multi-scale one before it, as a model."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn

from ...core.samples import Samples
from ...runtime import operations
from ...runtime.manifest import InputSpec
from ..images.convolutions import check_layers
from ..images.dihedral_network import DihedralNetwork
from ..inputs import table_input
from ..networks.loss import focal_loss
from ..networks.network_model import NetworkModel
from ..tables.knots import knots
from .stamp_classifier import stamps


class DihedralClassifier(NetworkModel):
    """Stamps with masks of invalid pixels, at one scale or several; metadata as quantiles.

    Parameters
    ----------
    crop : side of the finest field, and of every coarser one after averaging, in pixels.
    levels : fields of crop, 2 crop, 4 crop... pixels, a branch of the network each.
    percentile, limit : a channel's brightest level by percentile of |x|, and the bounds after scaling.
    quantiles : knots a metadata column is ranked by.
    gamma : of the focal loss; 0 is cross-entropy.
    layers, first_kernel, dense, dropout, normalise_metadata : see :class:`DihedralNetwork`.
    training : see :class:`NetworkModel`.

    Raises
    ------
    AlertlabError
        For a layer that is neither a number of filters nor "pool".
    """

    def __init__(
        self,
        *,
        crop: int,
        levels: int,
        percentile: float,
        limit: float,
        quantiles: int,
        gamma: float,
        layers: Sequence[int | str],
        first_kernel: int,
        dense: int,
        dropout: float,
        normalise_metadata: bool,
        **training: Any,
    ) -> None:
        super().__init__(**training)
        self.crop, self.levels, self.percentile, self.limit = crop, levels, percentile, limit
        self.quantiles, self.gamma = quantiles, gamma
        self.layers, self.first_kernel, self.dense, self.dropout = check_layers(layers), first_kernel, dense, dropout
        self.normalise_metadata = normalise_metadata

    mirrors = True  # a stamp and its mirror image are one to it

    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """Stamps scaled each for itself, before they are cut; metadata ranked among the train part."""
        steps = (
            {"op": "percentile_scale", "percentile": self.percentile, "limit": self.limit},
            {"op": "append_mask"},
            {"op": "pyramid", "size": self.crop, "levels": self.levels},
            {"op": "nan_to_num", "value": 0.0},
        )
        stamp = stamps(train, steps)
        return (stamp, ranked_metadata(train, self.quantiles)) if "metadata" in train.inputs else (stamp,)

    def build(self, train: Samples) -> nn.Module:
        """The published network for these classes and columns."""
        return DihedralNetwork(
            classes=len(train.taxonomy.classes),
            channels=2 * self.levels * train.shape("stamp")[1],
            crop=self.crop,
            metadata=len(train.columns.get("metadata", ())),
            layers=self.layers,
            first_kernel=self.first_kernel,
            branches=self.levels,
            dense=self.dense,
            dropout=self.dropout,
            normalise_metadata=self.normalise_metadata,
        )

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        """Focal loss."""
        return focal_loss(logits, target, self.gamma)


def ranked_metadata(train: Samples, quantiles: int) -> InputSpec:
    """Metadata as ranks in the train part, 0.1 to 1.1, and 0 for what is not known.

    Published so, except that there a row with anything unknown stays unscaled
    as a whole; here the rest of it is ranked like any other. The published
    clipping goes into the knots: beyond them a rank is 0 or 1.
    """
    columns = train.columns["metadata"]
    missing = [column.missing for column in columns]
    values = train.inputs["metadata"].astype(np.float64)
    known = np.where(np.isfinite(values) & (values != np.array(missing, np.float64)), values, np.nan)
    clipped = operations.clip(known, [column.minimum for column in columns], [column.maximum for column in columns])
    ranking = {
        "op": "quantile",
        "knots": [knots(column, quantiles) for column in clipped.T],
        "missing": missing,
        "offset": 0.1,  # keeps the lowest rank apart from "not known"
    }
    return table_input(train, "metadata", (ranking, {"op": "nan_to_num", "value": 0.0}))
