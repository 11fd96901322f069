"""A torch network as one ONNX graph."""

import logging
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

OPSET = 20  # onnxruntime reads it since 1.17


class WithSoftmax(nn.Module):
    """A network that returns probabilities."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: Tensor) -> Tensor:
        """Probabilities (n, classes)."""
        return torch.softmax(self.network(*inputs), 1)


def export_graph(network: nn.Module, example: Mapping[str, NDArray[np.float32]], path: Path) -> None:
    """Write ``network`` and its softmax, the batch axis free.

    Parameters
    ----------
    example : name -> prepared input, at least two rows: one would be taken for a constant.
    """
    tensors = tuple(torch.from_numpy(array) for array in example.values())
    batch = torch.export.Dim("batch")
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's notes on its own internals
        torch.onnx.export(
            WithSoftmax(network).eval(),
            tensors,
            path,
            input_names=list(example),
            output_names=["probability"],
            dynamic_shapes=(tuple({0: batch} for _ in tensors),),
            opset_version=OPSET,
            external_data=False,
            dynamo=True,
            verbose=False,
        )
