"""The attentive neural process as a model."""

from typing import Any

from torch import Tensor, nn

from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ...runtime.manifest import InputSpec, OutputSpec
from ..networks.network_model import NetworkModel
from .attentive_network import AttentiveProcess
from .seen import forecast_answers, forecast_inputs, forecast_loss, forecast_outputs


class AttentiveForecaster(NetworkModel):
    """Forecasts by an attentive neural process (Kim et al. 2019).

    Parameters
    ----------
    units, heads, blocks, dropout : see :class:`AttentiveProcess`.
    network : learning rate and so on, see :class:`NetworkModel`.
    """

    task: str = "forecast"

    def __init__(self, *, units: int, heads: int, blocks: int, dropout: float, **network: Any) -> None:
        super().__init__(**network)
        if heads < 1 or units < 1 or units % heads:
            raise AlertlabError(f"model.heads: {heads!r} is no divisor of model.units, {units!r}")
        self.units, self.heads, self.blocks, self.dropout = units, heads, blocks, dropout

    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """Light curve and query as they are: the network scales each by what was seen of it."""
        return forecast_inputs(train)

    def outputs_of(self, train: Samples) -> tuple[OutputSpec, ...]:
        """Those of every forecast."""
        return forecast_outputs()

    def build(self, train: Samples) -> nn.Module:
        """See :class:`AttentiveProcess`."""
        return AttentiveProcess(self.units, self.heads, self.blocks, self.dropout)

    def answers(self, output: Any) -> dict[str, Tensor]:
        """Value and deviation."""
        return forecast_answers(output)

    def loss(self, output: Any, target: Tensor) -> Tensor:
        """Minus the logarithm of the density."""
        return forecast_loss(output[0], output[1], target)
