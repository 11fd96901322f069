"""The network of the ALeRCE stamp classifier."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class StampNetwork(nn.Module):
    """Rotation-invariant stamp classifier (Carrasco-Davis et al. 2021, table 2).

    Parameters
    ----------
    classes : number of output classes.
    metadata : number of metadata columns, 0 for images only.
    crop : side of the input stamps in pixels.
    padding : zero pixels added on each side.
    kernel_size : side of the kernels after the first, odd, in pixels.
    filters : of the five convolutions; the poolings follow the second and the last.
    dense : width of the three dense layers.
    dropout : probability. dropout_layers : how many of the three dense layers it follows, the last ones.

    Shapes
    ------
    stamp (n, 3, crop, crop), metadata (n, metadata) -> logits (n, classes)
    """

    def __init__(
        self,
        classes: int,
        metadata: int,
        crop: int,
        padding: int,
        kernel_size: int,
        filters: Sequence[int],
        dense: int,
        dropout: float,
        dropout_layers: int = 3,
    ) -> None:
        super().__init__()
        one, two, three, four, five = filters
        self.convolve = nn.Sequential(
            nn.ZeroPad2d(padding),
            nn.Conv2d(3, one, 4),
            nn.ReLU(),
            nn.Conv2d(one, two, kernel_size, padding="same"),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(two, three, kernel_size, padding="same"),
            nn.ReLU(),
            nn.Conv2d(three, four, kernel_size, padding="same"),
            nn.ReLU(),
            nn.Conv2d(four, five, kernel_size, padding="same"),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
        )
        first, second, third = (dropout if place + dropout_layers >= 3 else 0.0 for place in range(3))
        side = (crop + 2 * padding - 3) // 2 // 2
        self.describe = nn.Sequential(nn.Linear(five * side**2, dense), nn.ReLU(), nn.Dropout(first))
        self.standardise = nn.BatchNorm1d(metadata) if metadata else None
        self.decide = nn.Sequential(
            nn.Linear(dense + metadata, dense),
            nn.ReLU(),
            nn.Dropout(second),
            nn.Linear(dense, dense),
            nn.ReLU(),
            nn.Dropout(third),
            nn.Linear(dense, classes),
        )
        self.apply(_glorot)

    def forward(self, stamp: Tensor, metadata: Tensor | None = None) -> Tensor:
        """Logits (n, classes)."""
        views = torch.cat([torch.rot90(stamp, turns, (2, 3)) for turns in range(4)])
        description = self.describe(self.convolve(views))
        description = description.unflatten(0, (4, -1)).mean(0)  # cyclic pooling: the sky has no up
        if self.standardise is not None and metadata is not None:
            description = torch.cat([description, self.standardise(metadata)], 1)
        logits: Tensor = self.decide(description)
        return logits


def _glorot(layer: nn.Module) -> None:
    """Start as the released network did: Glorot uniform weights, zero biases."""
    if isinstance(layer, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
