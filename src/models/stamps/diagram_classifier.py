"""Whether a group of stars is a cluster: a small network on its colour-magnitude diagram."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from ...core.samples import Samples
from ...features.clusters.diagram import CHANNEL, DIAGRAM
from ...runtime.manifest import InputSpec
from ..images.convolutions import check_layers, convolutions
from ..inputs import image_input
from ..networks.network_model import NetworkModel


class DiagramClassifier(NetworkModel):
    """Convolutions over the map of a colour-magnitude diagram, which has an up and a right, then dense layers.

    Castro-Ginard et al. (2020) let a network on diagrams decide which overdensities are clusters; its layers could not
    be read, and these are of our own choice.

    Parameters
    ----------
    layers : filters of each convolution, and "pool".
    dense : width of the hidden dense layer. dropout : before and after it.
    training : see :class:`NetworkModel`.
    """

    def __init__(self, *, layers: Sequence[int | str], dense: int, dropout: float, **training: Any) -> None:
        super().__init__(**training)
        self.layers, self.dense, self.dropout = check_layers(layers), dense, dropout

    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """Stars in each cell, bent by arsinh so that few and many remain apart."""
        return (image_input(train, DIAGRAM, (CHANNEL,), "stars", ({"op": "arsinh"},)),)

    def build(self, train: Samples) -> nn.Module:
        """The network for these classes."""
        _, channels, side, _ = train.shape(DIAGRAM)
        convolve, features = convolutions(self.layers, channels, side)
        return nn.Sequential(
            convolve,
            nn.Dropout(self.dropout),
            nn.Linear(features, self.dense),
            nn.ReLU(),
            nn.Dropout(self.dropout),
            nn.Linear(self.dense, len(train.taxonomy.classes)),
        )

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        """Cross-entropy."""
        return functional.cross_entropy(logits, target, reduction="none")
