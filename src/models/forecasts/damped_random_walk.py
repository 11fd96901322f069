"""Damped random walks as a model: nothing is learned but from the light curve itself."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...core.contracts import Data, Run
from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ...runtime.manifest import InputSpec, OutputSpec
from ..networks.torch_model import TorchModel
from .seen import forecast_answers, forecast_inputs, forecast_outputs
from .walk import Walk

FITTED = ("tau", "sigma")


class DampedRandomWalk(TorchModel):
    """Forecasts of the damped random walk that fits each light curve; also its ``tau`` [d] and ``sigma``.

    Parameters
    ----------
    tau : lowest and highest [d]. sigma : likewise, over the spread of what was seen.
    cells : of tau and of sigma, evenly in the logarithm.
    marginal : forecast with all of them by their likelihood, not with the most likely.

    Raises
    ------
    AlertlabError
        For ranges that are none.
    """

    task: str = "forecast"

    def __init__(self, *, tau: Sequence[float], sigma: Sequence[float], cells: Sequence[int], marginal: bool) -> None:
        for key, given in (("tau", tau), ("sigma", sigma)):
            if len(given) != 2 or not 0 < given[0] < given[1]:
                raise AlertlabError(f"model.{key}: {list(given)} is no [LOWEST, HIGHEST] above 0")
        if len(cells) != 2 or min(cells) < 2:
            raise AlertlabError(f"model.cells: {list(cells)} are not two numbers of 2 or more, of tau and of sigma")
        self.tau, self.sigma = (
            np.geomspace(of[0], of[1], count) for of, count in zip((tau, sigma), cells, strict=True)
        )
        self.marginal = marginal

    def fit(self, data: Data, run: Run) -> None:
        """There is nothing to learn from other light curves."""
        train = data.samples("train")
        self.inputs, self.outputs = self.inputs_of(train), self.outputs_of(train)
        self.network = self.build(train).eval()

    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """Light curve and query as they are."""
        return forecast_inputs(train)

    def outputs_of(self, train: Samples) -> tuple[OutputSpec, ...]:
        """Those of every forecast, and the parameters: the geometric mean of the cells by their weight."""
        return (*forecast_outputs(), *(OutputSpec(name, ()) for name in FITTED))

    def build(self, train: Samples) -> nn.Module:
        """See :class:`Walk`."""
        return Walk(torch.from_numpy(self.tau), torch.from_numpy(self.sigma), self.marginal)

    def answers(self, output: Any) -> dict[str, Tensor]:
        """All four."""
        return forecast_answers(output) | dict(zip(FITTED, output[2:], strict=True))
