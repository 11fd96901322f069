"""The recurrent autoencoder of quasars as a model."""

from typing import Any

from torch import Tensor, nn

from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ...runtime.manifest import InputSpec, OutputSpec
from ..networks.network_model import NetworkModel
from .recurrent_network import RecurrentForecast, Told, reconstruction_loss
from .seen import forecast_answers, forecast_inputs, forecast_loss, forecast_outputs

EMBEDDING = "embedding"


class RecurrentForecaster(NetworkModel):
    """Forecasts by a recurrent autoencoder (Tachibana et al. 2020, ApJ 903, 54), with deviations.

    Parameters
    ----------
    units, depth, code, dropout, backwards : see :class:`RecurrentForecast`.
    weight_power : see :func:`reconstruction_loss`.
    reconstruction_weight : of that loss beside the Gaussian one of what is asked.
    network : learning rate and so on, see :class:`NetworkModel`.
    """

    task: str = "forecast"

    def __init__(
        self,
        *,
        units: int,
        depth: int,
        code: int,
        dropout: float,
        backwards: bool,
        weight_power: float,
        reconstruction_weight: float,
        **network: Any,
    ) -> None:
        super().__init__(**network)
        for key, count in (("units", units), ("depth", depth), ("code", code)):
            if isinstance(count, bool) or not isinstance(count, int) or count < 1:
                raise AlertlabError(f"model.{key}: {count!r} is not a whole number of 1 or more")
        self.units, self.depth, self.code, self.dropout, self.backwards = units, depth, code, dropout, backwards
        self.weight_power, self.reconstruction_weight = weight_power, reconstruction_weight

    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """Light curve and query as they are: the network scales each by what was seen of it."""
        return forecast_inputs(train)

    def outputs_of(self, train: Samples) -> tuple[OutputSpec, ...]:
        """Those of every forecast, and the code."""
        return (*forecast_outputs(), OutputSpec(EMBEDDING, (self.code,)))

    def build(self, train: Samples) -> nn.Module:
        """See :class:`RecurrentForecast`."""
        return RecurrentForecast(self.units, self.depth, self.code, self.dropout, self.backwards)

    def answers(self, output: Told) -> dict[str, Tensor]:
        """Value, deviation and code."""
        return forecast_answers(output) | {EMBEDDING: output.code}

    def loss(self, output: Told, target: Tensor) -> Tensor:
        """What is asked by its Gaussian density, what was seen as published."""
        asked = forecast_loss(output.value, output.deviation, target)
        return asked + self.reconstruction_weight * reconstruction_loss(output, self.weight_power)
