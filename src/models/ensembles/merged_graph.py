"""Graphs of several bundles as one: shared raw inputs, then each member's own nodes, then the combination."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import onnx

from ...core.export import Exported
from ...runtime.errors import AlertlabError
from ...runtime.manifest import PROBABILITY, InputSpec, Manifest, OutputSpec
from ..graphs.side_by_side import Join, Member, side_by_side
from .combination import Combination


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
    members = [Member(part.name, onnx.load(part.graph), own) for part, own in zip(parts, names, strict=True)]
    nodes, constants = combination.nodes([f"{number}/{PROBABILITY}" for number in range(len(parts))])
    classes = parts[0].manifest.classes
    join = Join(nodes, constants, {PROBABILITY: len(classes)})
    onnx.save(side_by_side(members, join, [spec.name for spec in inputs]), path)
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
