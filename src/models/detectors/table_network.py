"""What networks that detect share: scaled features in, dense layers, a score for each row."""

from abc import ABC
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from torch import nn

from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ...runtime.manifest import InputSpec
from ..graphs.graph_file import NAME
from ..inputs import table_input
from ..networks.network_model import NetworkModel
from ..tables.features import tabular
from .scaling import scaling


class TableNetwork(NetworkModel, ABC):
    """A network over a table of scaled features that says how strange each row is.

    Parameters
    ----------
    dense : widths of the hidden layers, from the features on. latent : values of the embedding.
    tails, missing : see :func:`~.scaling.scaling`.
    options : see :class:`~..networks.network_model.NetworkModel`.
    """

    task: str = "detection"

    def __init__(self, *, dense: Sequence[int], latent: int, tails: float, missing: float, **options: Any) -> None:
        super().__init__(**options)
        for name, widths in (("dense", list(dense)), ("latent", [latent])):
            if any(not isinstance(width, int) or width < 1 for width in widths):
                raise AlertlabError(f"model.{name}: {widths} holds a width that is no whole number of 1 or more")
        self.dense, self.latent, self.tails, self.missing = tuple(dense), latent, tails, missing

    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """The table, scaled as the train part has it."""
        return (table_input(tabular(train), NAME, scaling(train, self.tails, self.missing)),)


def hidden(widths: Sequence[int], bent: type[nn.Module] = nn.LeakyReLU) -> list[nn.Module]:
    """Dense layers between these widths, each with batch normalisation and a nonlinearity."""
    pairs = pairwise(widths)
    return [layer for pair in pairs for layer in (nn.Linear(*pair), nn.BatchNorm1d(pair[1]), bent())]


def encoder(columns: int, dense: Sequence[int], latent: int) -> nn.Sequential:
    """Hidden layers, and a last one that is linear without bias: with one, every row could land on one point."""
    widths = [columns, *dense]
    return nn.Sequential(*hidden(widths), nn.Linear(widths[-1], latent, bias=False))


def decoder(columns: int, dense: Sequence[int], latent: int) -> nn.Sequential:
    """The mirror of an encoder, with a hyperbolic tangent at its end, as the features have."""
    widths = [latent, *reversed(dense)]
    return nn.Sequential(*hidden(widths), nn.Linear(widths[-1], columns), nn.Tanh())
