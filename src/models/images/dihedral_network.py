"""The network of ALeRCE's stamp classifier of 2025, for any image."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .convolutions import convolutions

VIEWS = (4, 8)  # orientations without and with mirror images


class DihedralNetwork(nn.Module):
    """Stamp classifier that sees each stamp in its eight orientations.

    StampClassifierFull and its "modified" variant (alercebroker/pipeline,
    training/stamp_classifier/models/experimentation/stamp_full): the flattened
    features of four rotations and their mirror images are averaged before any
    dense layer.

    Parameters
    ----------
    classes : number of output classes.
    channels : of the stamps.
    crop : side of the stamps in pixels.
    metadata : number of metadata columns, 0 for images only.
    layers : filters of each convolution, and "pool"; odd sides are pooled with their last pixel.
    first_kernel : side of the first kernel in pixels; the others are 3x3.
    branches : groups of channels, each with filters of its own until the dense layer.
    dense : width of the hidden dense layer.
    dropout : probability, on the averaged features.
    normalise_metadata : batch normalisation of the metadata.
    views : 8 orientations, or the 4 rotations alone, for classes that a mirror swaps.

    Shapes
    ------
    stamp (n, channels, crop, crop), metadata (n, metadata) -> logits (n, classes)
    """

    def __init__(
        self,
        classes: int,
        channels: int,
        crop: int,
        metadata: int,
        layers: Sequence[int | str],
        first_kernel: int,
        branches: int,
        dense: int,
        dropout: float,
        normalise_metadata: bool,
        views: int = 8,
    ) -> None:
        super().__init__()
        self.convolve, features = convolutions(layers, channels, crop, first_kernel, branches)
        self.views = views
        self.dropout = nn.Dropout(dropout)
        self.standardise = nn.BatchNorm1d(metadata) if metadata and normalise_metadata else nn.Identity()
        self.decide = nn.Sequential(nn.Linear(features + metadata, dense), nn.Tanh(), nn.Linear(dense, classes))
        self.apply(_as_released)

    def forward(self, stamp: Tensor, metadata: Tensor | None = None) -> Tensor:
        """Logits (n, classes)."""
        turned = torch.cat([torch.rot90(stamp, turns, (2, 3)) for turns in range(4)])
        views = turned if self.views == min(VIEWS) else torch.cat([turned, turned.flip(2)])
        description = self.dropout(self.convolve(views).unflatten(0, (self.views, -1)).mean(0))
        if metadata is not None:
            description = torch.cat([description, self.standardise(metadata)], 1)
        logits: Tensor = self.decide(description)
        return logits


def _as_released(layer: nn.Module) -> None:
    """Start as the released network does: He uniform convolutions, Glorot uniform dense layers, zero biases."""
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    elif isinstance(layer, nn.Linear):
        nn.init.xavier_uniform_(layer.weight)
    if isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None:
        nn.init.zeros_(layer.bias)
