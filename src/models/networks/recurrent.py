"""Gated recurrent layers that export with a free length, in one direction and in both.

``nn.GRU`` does not: torch.export runs it step by step over the example and makes its length a constant. So the layer is
one operation to the exporter, and one node, GRU, to ONNX.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from onnxscript import opset20 as onnx_op
from torch import Tensor, nn


@torch.library.custom_op("alertlab::gru", mutates_args=())
def _gru(points: Tensor, of_input: Tensor, of_state: Tensor, input_bias: Tensor, state_bias: Tensor) -> Tensor:
    """All states of a layer that begins at 0: (n, length, columns) -> (n, length, units)."""
    start = points.new_zeros(1, points.shape[0], of_state.shape[1])
    weights = [of_input, of_state, input_bias, state_bias]
    return torch.gru(points, start, weights, True, 1, 0.0, False, False, True)[0]


@_gru.register_fake
def _(points: Tensor, of_input: Tensor, of_state: Tensor, input_bias: Tensor, state_bias: Tensor) -> Tensor:
    return points.new_empty(points.shape[0], points.shape[1], of_state.shape[1])


class GRU(nn.GRU):
    """One layer, one direction, beginning at 0: (n, length, columns) -> (n, length, units).

    Parameters
    ----------
    columns : of a point. units : of the state.
    """

    def __init__(self, columns: int, units: int) -> None:
        super().__init__(columns, units, batch_first=True)

    def forward(self, points: Tensor) -> Tensor:  # type: ignore[override]
        """States at every point."""
        if torch.compiler.is_exporting():
            weights = (self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0)
            states: Tensor = _gru(points, *weights)
            return states
        states, _ = super().forward(points)
        return states


class BothWays(nn.Module):
    """A GRU layer in both directions over curves of unequal length, padded at their end.

    The second direction reads each curve from its own last point, by gathering: padding is at the end of both, changes
    nothing.
    """

    def __init__(self, columns: int, units: int) -> None:
        super().__init__()
        self.forwards = GRU(columns, units)
        self.backwards = GRU(columns, units)

    def forward(self, points: Tensor, reversed_places: Tensor) -> tuple[Tensor, Tensor]:
        """(n, length, units) of each direction, each in its own order.

        Parameters
        ----------
        points : (n, length, columns).
        reversed_places : (n, length) which place of a curve comes when it is read backwards.
        """
        return self.forwards(points), self.backwards(taken(points, reversed_places))


def taken(points: Tensor, places: Tensor) -> Tensor:
    """(n, some, columns) the points at places (n, some)."""
    return torch.gather(points, 1, places[..., None].expand(-1, -1, points.shape[2]))


def _onnx_gru(points: Any, of_input: Any, of_state: Any, input_bias: Any, state_bias: Any) -> Any:
    """The node, whose gates come in another order: update, reset, new in the place of reset, update, new."""
    units = int(of_state.shape[1])
    order = onnx_op.Constant(value_ints=[*range(units, 2 * units), *range(units), *range(2 * units, 3 * units)])

    def ordered(weights: Any) -> Any:
        return onnx_op.Gather(weights, order, axis=0)

    biases = onnx_op.Concat(ordered(input_bias), ordered(state_bias), axis=0)
    first = onnx_op.Constant(value_ints=[0])
    states, _ = onnx_op.GRU(
        onnx_op.Transpose(points, perm=[1, 0, 2]),
        onnx_op.Unsqueeze(ordered(of_input), first),
        onnx_op.Unsqueeze(ordered(of_state), first),
        onnx_op.Unsqueeze(biases, first),
        hidden_size=units,
        linear_before_reset=1,
    )
    return onnx_op.Transpose(onnx_op.Squeeze(states, onnx_op.Constant(value_ints=[1])), perm=[1, 0, 2])


TRANSLATIONS: Mapping[Callable[..., Any], Callable[..., Any]] = {torch.ops.alertlab.gru.default: _onnx_gru}
