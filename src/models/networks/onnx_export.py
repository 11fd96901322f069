"""A torch network as one ONNX graph."""

import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .recurrent import TRANSLATIONS

OPSET = 20  # onnxruntime reads it since 1.17


class WithAnswers(nn.Module):
    """A network that returns its answers one after the other.

    Parameters
    ----------
    answers : the network's output -> name -> answer. names : the order.
    """

    def __init__(self, network: nn.Module, answers: Callable[[Any], dict[str, Tensor]], names: Sequence[str]) -> None:
        super().__init__()
        self.network, self.answers, self.names = network, answers, tuple(names)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """As many as there are names, (n, ...) each."""
        told = self.answers(self.network(*inputs))
        return tuple(told[name] for name in self.names)


def export_graph(
    network: nn.Module,
    answers: Callable[[Any], dict[str, Tensor]],
    names: Sequence[str],
    example: Mapping[str, NDArray[np.float32]],
    free: Mapping[str, str],
    path: Path,
) -> None:
    """Write ``network`` and its answers, the batch axis free.

    Parameters
    ----------
    answers, names : see :class:`WithAnswers`; the names are those of the graph's outputs.
    example : name -> prepared input, at least two rows: one would be taken for a constant.
    free : input -> name of its second axis, where that is of any length.
    """
    tensors = tuple(torch.from_numpy(array) for array in example.values())
    batch = torch.export.Dim("batch")
    dims = {name: {0: batch, **({1: torch.export.Dim(free[name])} if name in free else {})} for name in example}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's notes on its own internals
        torch.onnx.export(
            WithAnswers(network, answers, names).eval(),
            tensors,
            path,
            input_names=list(example),
            output_names=list(names),
            dynamic_shapes=(tuple(dims.values()),),
            opset_version=OPSET,
            external_data=False,
            dynamo=True,
            verbose=False,
            custom_translation_table=dict(TRANSLATIONS),
        )
