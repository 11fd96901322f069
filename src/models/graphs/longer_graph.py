"""A graph that a model has written, made longer: what it says becomes the input of further nodes."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, helper, numpy_helper

from .graph_file import FLOAT
from .tree_graph import ML_OPSET


def lengthen(
    path: Path,
    nodes: list[NodeProto],
    constants: Mapping[str, NDArray[np.generic]],
    outputs: Mapping[str, int],
    keep: tuple[str, ...] = (),
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Append nodes, and let the graph have other outputs.

    Parameters
    ----------
    nodes : in order; they take the outputs that the graph has, by name. constants : name -> array that they use.
    outputs : name -> number of columns, 0 for one value a row. keep : outputs that the graph had and keeps.
    renamed : outputs that the graph had -> what they are called from now on, so that a new one can have their name.
    """
    model = onnx.load(path)
    graph = model.graph
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = [renamed.get(name, name) for name in names]
    for each in graph.output:
        each.name = renamed.get(each.name, each.name)
    before = {each.name: each for each in graph.output}
    (batch,) = {each.type.tensor_type.shape.dim[0].dim_param for each in before.values()}
    graph.node.extend(nodes)
    graph.initializer.extend(numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items())
    del graph.output[:]
    graph.output.extend(
        helper.make_tensor_value_info(name, FLOAT, [batch, width] if width else [batch])
        for name, width in outputs.items()
    )
    graph.output.extend(before[name] for name in keep)
    if not any(each.domain == "ai.onnx.ml" for each in model.opset_import):
        model.opset_import.append(helper.make_opsetid("ai.onnx.ml", ML_OPSET))
    onnx.save(model, path)
