"""The network of ALeRCE's stamp classifier of 2025 for images of any channels and size."""

from collections.abc import Sequence
from typing import Any

from torch import nn

from ...runtime.errors import AlertlabError
from .convolutions import check_layers
from .dihedral_network import VIEWS, DihedralNetwork
from .image_model import ImageModel, share, whole


class DihedralCnn(ImageModel):
    """Sees each image in its eight orientations, or in the four that do not mirror it.

    Parameters
    ----------
    layers, first_kernel, dense, dropout, views : see :class:`DihedralNetwork`.
    options : see :class:`ImageModel`.

    Raises
    ------
    AlertlabError
        For a layer that is neither a number of filters nor "pool", or orientations that are none.
    """

    def __init__(
        self,
        *,
        layers: Sequence[int | str],
        first_kernel: int,
        dense: int,
        dropout: float,
        views: int,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        whole("first_kernel", first_kernel)
        whole("dense", dense)
        share("dropout", dropout)
        if views not in VIEWS:
            raise AlertlabError(f"model.views: {views!r} is neither of {', '.join(map(str, VIEWS))}")
        self.layers, self.first_kernel, self.dense = check_layers(layers), first_kernel, dense
        self.dropout, self.views = dropout, views

    @property
    def mirrors(self) -> bool:
        """Whether an image and its mirror image are one to it."""
        return super().mirrors or self.views == max(VIEWS)

    def network_of(self, channels: int, side: int, outputs: int) -> nn.Module:
        """The network of the stamps, without metadata."""
        return DihedralNetwork(
            classes=outputs,
            channels=channels,
            crop=side,
            metadata=0,
            layers=self.layers,
            first_kernel=self.first_kernel,
            branches=1,
            dense=self.dense,
            dropout=self.dropout,
            normalise_metadata=False,
            views=self.views,
        )
