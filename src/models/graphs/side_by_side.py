"""Graphs of several models as one: shared inputs, then each model's own nodes, then what joins their answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
import onnx.compose
import onnx.version_converter
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from ...runtime.errors import AlertlabError
from .graph_file import FLOAT

ONNX, ML = ("", "ai.onnx"), ("ai.onnx.ml",)


@dataclass(frozen=True)
class Member:
    """A model's graph: what it is called in errors, and the shared input that each of its own is."""

    name: str
    graph: onnx.ModelProto
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class Join:
    """What joins the members, whose outputs and inputs are ``NUMBER/NAME`` for it.

    Attributes
    ----------
    nodes : in order. constants : name -> array that they use. outputs : name -> number of columns.
    first : nodes between shared inputs and members; a member takes what they make by its name.
    given : further inputs of the whole, name -> number of columns.
    """

    nodes: Sequence[onnx.NodeProto]
    constants: Mapping[str, NDArray[np.generic]]
    outputs: Mapping[str, int]
    first: Sequence[onnx.NodeProto] = ()
    given: Mapping[str, int] | None = None


def side_by_side(members: Sequence[Member], join: Join, order: Sequence[str]) -> onnx.ModelProto:
    """One graph of all members and what joins them.

    Parameters
    ----------
    order : names of the inputs of the whole.

    Raises
    ------
    AlertlabError
        For a graph that cannot be brought to the others' operators.
    """
    opset = max(_opset(each.graph, ONNX) for each in members)
    merged = onnx.GraphProto(name="ensemble")
    given = {
        name: helper.make_tensor_value_info(name, FLOAT, ["batch", width]) for name, width in (join.given or {}).items()
    }
    made = {name for node in join.first for name in node.output}
    merged.node.extend(join.first)
    for number, each in enumerate(members):
        graph = onnx.compose.add_prefix_graph(_converted(each, opset).graph, f"{number}/")
        for info in graph.input:
            name = each.inputs[info.name.removeprefix(f"{number}/")]
            if name not in made:
                given.setdefault(name, _renamed(info, name))
            merged.node.append(helper.make_node("Identity", [name], [info.name]))
        merged.node.extend(graph.node)
        merged.initializer.extend(graph.initializer)
        merged.sparse_initializer.extend(graph.sparse_initializer)
    merged.input.extend(given[name] for name in order)
    merged.node.extend(join.nodes)
    merged.initializer.extend(
        numpy_helper.from_array(np.asarray(value), name) for name, value in join.constants.items()
    )
    for name, width in join.outputs.items():
        merged.output.append(helper.make_tensor_value_info(name, FLOAT, ["batch", width]))
    opsets = [helper.make_opsetid("", opset)]
    if learnt := [version for each in members if (version := _opset(each.graph, ML))]:
        opsets.append(helper.make_opsetid(ML[0], max(learnt)))
    version = max(each.graph.ir_version for each in members)
    return helper.make_model(merged, opset_imports=opsets, ir_version=version)


def _opset(model: onnx.ModelProto, domain: Sequence[str]) -> int:
    """Version of a domain, by any of its names; 0 where the model does not use it."""
    return max((each.version for each in model.opset_import if each.domain in domain), default=0)


def _converted(member: Member, opset: int) -> onnx.ModelProto:
    """The same with operators of a later set."""
    if _opset(member.graph, ONNX) == opset:
        return member.graph
    try:
        return onnx.version_converter.convert_version(member.graph, opset)
    except Exception as error:  # the converter's errors share no base class
        raise AlertlabError(
            f"{member.name}: its graph cannot be brought to operator set {opset}, which another member has "
            f"({str(error).partition(chr(10))[0]}); export=false leaves the bundle out"
        ) from error


def _renamed(info: onnx.ValueInfoProto, name: str) -> onnx.ValueInfoProto:
    """The same of another name, its batch axis called as everywhere."""
    made = onnx.ValueInfoProto()
    made.CopyFrom(info)
    made.name = name
    made.type.tensor_type.shape.dim[0].dim_param = "batch"
    return made
