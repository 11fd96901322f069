"""A graph over rows of numbers as an ONNX file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from .tree_graph import IR_VERSION, ML_OPSET, OPSET

NAME = "features"  # of the table, among the samples' inputs and in the graph
FLOAT, DOUBLE = TensorProto.FLOAT, TensorProto.DOUBLE


@dataclass(frozen=True)
class Graph:
    """Nodes from one float32 tensor to float32 outputs.

    Attributes
    ----------
    nodes : in order. constants : name -> array that they use.
    outputs : name -> number of columns, 0 for one value a row without such an axis.
    """

    nodes: Sequence[onnx.NodeProto]
    outputs: Mapping[str, int]
    constants: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)


def save_graph(graph: Graph, columns: int, path: Path, name: str = NAME) -> None:
    """Write a graph, of which the input has this name; its batch axis is free."""
    made = helper.make_graph(
        [],
        "alertlab",
        [helper.make_tensor_value_info(name, FLOAT, ["batch", columns])],
        [
            helper.make_tensor_value_info(output, FLOAT, ["batch", width] if width else ["batch"])
            for output, width in graph.outputs.items()
        ],
        [numpy_helper.from_array(np.asarray(value), constant) for constant, value in graph.constants.items()],
    )
    made.node.extend(graph.nodes)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
    model = helper.make_model(made, opset_imports=opsets, ir_version=IR_VERSION)
    path.write_bytes(model.SerializeToString(deterministic=True))
