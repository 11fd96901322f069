"""The plainest forecasts: the mean of what was seen last, or of all that was seen."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...core.contracts import Data, Run
from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ...runtime.manifest import InputSpec, OutputSpec
from ...runtime.tasks.forecast import QUERY
from ..networks.torch_model import TorchModel
from .seen import LEAST, Seen, forecast_answers, forecast_inputs, forecast_outputs

BINS = 8  # of horizons, as many points in each, where deviations are learned
FLOOR = 0.05  # of a deviation, over the spread of what was seen: what noise explains leaves nothing


class WindowMean(TorchModel):
    """Forecasts the mean of the points within some days of the last; its deviation grows as the train part's errors do.

    Parameters
    ----------
    days : before the last point: 1 is the last night, "persistence"; None takes all, "the mean".
    """

    task: str = "forecast"

    def __init__(self, *, days: float | None) -> None:
        if days is not None and not days >= 0:
            raise AlertlabError(f"model.days: {days!r} is no number of days, 0 or more, or null")
        self.days = days

    def fit(self, data: Data, run: Run) -> None:
        """Learn by how much forecasts are off, by horizon."""
        train = data.samples("train")
        self.inputs, self.outputs = self.inputs_of(train), self.outputs_of(train)
        self.network = self.build(train).eval()
        horizon, excess = self._errors(train)
        edges = np.quantile(horizon, np.linspace(0, 1, BINS + 1))
        number = np.clip(np.searchsorted(edges, horizon, side="right") - 1, 0, BINS - 1)
        filled = np.unique(number)
        knots = [float(np.median(horizon[number == each])) for each in filled]
        variance = [max(float(np.mean(excess[number == each])), FLOOR**2) for each in filled]
        self.network = Windowed(self.days, torch.tensor(knots), torch.tensor(variance)).eval()

    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """Light curve and query as they are."""
        return forecast_inputs(train)

    def outputs_of(self, train: Samples) -> tuple[OutputSpec, ...]:
        """Those of every forecast."""
        return forecast_outputs()

    def build(self, train: Samples) -> nn.Module:
        """Before anything is learned: deviations as large as the spread of what was seen."""
        return Windowed(self.days, torch.zeros(1), torch.ones(1))

    def answers(self, output: Any) -> dict[str, Tensor]:
        """Value and deviation."""
        return forecast_answers(output)

    def _errors(self, train: Samples) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Horizon of each point that was asked for, and its squared error less the noise, over the spread squared."""
        told = self.predict(train)
        truth, error = train.target.values.astype(np.float64).T
        excess = ((told["value"].values - truth) ** 2 - error**2) / told["deviation"].values ** 2
        return train.inputs[QUERY].values[:, 0].astype(np.float64), excess


class Windowed(nn.Module):
    """Mean over a window, and deviations by horizon, linear in variance between knots and constant beyond.

    Parameters
    ----------
    days : of the window, None for all. knots : (k,) horizons [d], rising. variance : (k,) over the spread squared.
    """

    knots: Tensor
    variance: Tensor

    def __init__(self, days: float | None, knots: Tensor, variance: Tensor) -> None:
        super().__init__()
        self.days = days
        self.register_buffer("knots", knots.float())
        self.register_buffer("variance", variance.float())

    def forward(self, points: Tensor, query: Tensor) -> tuple[Tensor, Tensor]:
        """(n, times) each."""
        seen = Seen.of(points)
        used = seen.present if self.days is None else seen.present * (seen.time >= -self.days)
        mean = (used * seen.off).sum(1, keepdim=True) / used.sum(1, keepdim=True).clamp_min(1)
        horizon = query[..., 0]
        width = self.knots.diff()
        beyond = torch.minimum((horizon[..., None] - self.knots[:-1]).clamp_min(0), width)
        growth = self.variance[0] + (beyond * (self.variance.diff() / width)).sum(-1)
        return seen.mean + mean + 0 * horizon, (growth.sqrt() * seen.spread).clamp_min(LEAST)
