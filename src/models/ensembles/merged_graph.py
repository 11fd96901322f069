"""Graphs of several bundles as one: shared raw inputs, then each member's own nodes, then the combination."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import onnx
import onnx.compose
import onnx.version_converter
from onnx import helper, numpy_helper

from ...core.export import Exported
from ...runtime.errors import AlertlabError
from ...runtime.manifest import PROBABILITY, InputSpec, Manifest, OutputSpec
from ..graphs.graph_file import FLOAT
from .combination import Combination

ONNX, ML = ("", "ai.onnx"), ("ai.onnx.ml",)


@dataclass(frozen=True)
class Part:
    """A member's bundle: what it is called in errors, its manifest, the hash of that, and its graph's file."""

    name: str
    manifest: Manifest
    sha256: str
    graph: Path


def merge(parts: Sequence[Part], combination: Combination, path: Path) -> Exported:
    """Write one graph of all members and what joins them.

    Raises
    ------
    AlertlabError
        For members that take other values by one name, or a graph that cannot be brought to the others' operators.
    """
    inputs, names = shared_inputs(parts)
    models = [onnx.load(part.graph) for part in parts]
    opset = max(_opset(model, ONNX) for model in models)
    merged = onnx.GraphProto(name="ensemble")
    given: dict[str, onnx.ValueInfoProto] = {}
    for number, (part, model, own) in enumerate(zip(parts, models, names, strict=True)):
        graph = onnx.compose.add_prefix_graph(_converted(part, model, opset).graph, f"{number}/")
        for info in graph.input:
            name = own[info.name.removeprefix(f"{number}/")]
            given.setdefault(name, _renamed(info, name))
            merged.node.append(helper.make_node("Identity", [name], [info.name]))
        merged.node.extend(graph.node)
        merged.initializer.extend(graph.initializer)
        merged.sparse_initializer.extend(graph.sparse_initializer)
    merged.input.extend(given[spec.name] for spec in inputs)
    nodes, constants = combination.nodes([f"{number}/{PROBABILITY}" for number in range(len(parts))])
    merged.node.extend(nodes)
    merged.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    classes = parts[0].manifest.classes
    merged.output.append(helper.make_tensor_value_info(PROBABILITY, FLOAT, ["batch", len(classes)]))
    opsets = [helper.make_opsetid("", opset)]
    if learnt := [version for model in models if (version := _opset(model, ML))]:
        opsets.append(helper.make_opsetid(ML[0], max(learnt)))
    version = max(model.ir_version for model in models)
    onnx.save(helper.make_model(merged, opset_imports=opsets, ir_version=version), path)
    branches = next((part.manifest.taxonomy for part in parts if part.manifest.taxonomy), {})
    output = OutputSpec(PROBABILITY, (len(classes),), classes, dict(branches))
    tolerances = [part.manifest.parity.atol for part in parts]
    return Exported(inputs, (output,), max(tolerances))


def shared_inputs(parts: Sequence[Part]) -> tuple[tuple[InputSpec, ...], list[dict[str, str]]]:
    """Inputs of all members together, and of each member its own names -> those.

    What two prepare alike is one input. Raw values that two prepare in other ways are given once: the second is an
    input with a source.

    Raises
    ------
    AlertlabError
        For members that take other values by one name.
    """
    inputs: list[InputSpec] = []
    first: dict[str, str] = {}  # raw input -> the member that had it first
    names: list[dict[str, str]] = []
    for part in parts:
        own: dict[str, str] = {}
        for spec in sorted(part.manifest.inputs, key=lambda each: bool(each.source)):  # raw ones first
            raw = spec.source or spec.name
            there = [each for each in inputs if raw in (each.name, each.source)]
            if there and there[0].declared != spec.declared:
                raise AlertlabError(
                    f"{part.name}: takes other values as {raw} than {first[raw]}{_difference(there[0], spec)}; only "
                    "members that take the same can be one bundle, export=false leaves it out"
                )
            alike = next((each for each in there if list(each.preprocessing) == list(spec.preprocessing)), None)
            if alike is None:
                alike = replace(spec, name=_free(raw, inputs), source=raw if there else "")
                inputs.append(alike)
                first.setdefault(raw, part.name)
            own[spec.name] = alike.name
        names.append(own)
    return tuple(inputs), names


def _free(raw: str, inputs: Sequence[InputSpec]) -> str:
    """The first of NAME, NAME_2, NAME_3 that no input has."""
    taken = {spec.name for spec in inputs} | {PROBABILITY}
    number, name = 1, raw
    while name in taken:
        number += 1
        name = f"{raw}_{number}"
    return name


def _difference(first: InputSpec, second: InputSpec) -> str:
    """What differs, as far as a few words say it."""
    for word in ("kind", "shape", "channels", "unit"):
        if getattr(first, word) != getattr(second, word):
            return f" ({word} {getattr(second, word)} beside {getattr(first, word)})"
    columns = [column.name for column in first.columns], [column.name for column in second.columns]
    if strange := sorted(set(columns[0]) ^ set(columns[1])):
        return f" (column {strange[0]} is only in one of them)"
    if columns[0] != columns[1]:
        return " (its columns are in another order)"
    return " (another feature set, or other units or bounds of its columns)"


def _opset(model: onnx.ModelProto, domain: Sequence[str]) -> int:
    """Version of a domain, by any of its names; 0 where the model does not use it."""
    return max((each.version for each in model.opset_import if each.domain in domain), default=0)


def _converted(part: Part, model: onnx.ModelProto, opset: int) -> onnx.ModelProto:
    """The same with operators of a later set."""
    if _opset(model, ONNX) == opset:
        return model
    try:
        return onnx.version_converter.convert_version(model, opset)
    except Exception as error:  # the converter's errors share no base class
        raise AlertlabError(
            f"{part.name}: its graph cannot be brought to operator set {opset}, which another member has "
            f"({str(error).partition(chr(10))[0]}); export=false leaves the bundle out"
        ) from error


def _renamed(info: onnx.ValueInfoProto, name: str) -> onnx.ValueInfoProto:
    """The same of another name, its batch axis called as everywhere."""
    made = onnx.ValueInfoProto()
    made.CopyFrom(info)
    made.name = name
    made.type.tensor_type.shape.dim[0].dim_param = "batch"
    return made
