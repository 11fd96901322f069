"""The one place that talks to onnxruntime."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from .contents import GRAPH
from .errors import BundleError
from .graph import inspect
from .manifest import InputSpec, Manifest
from .operations import apply
from .ragged import Ragged

OLDEST = (1, 24)  # earlier ones follow external data out of the model's folder


def open_session(folder: Path, manifest: Manifest, threads: int) -> Any:
    """An ``InferenceSession`` of the bundle's graph, when it is what the manifest declares.

    Built from the path: a session built from bytes looks for external data in
    the working directory. On the CPU and in a fixed order of operations, so
    that the same alert gives the same bits.

    Raises
    ------
    BundleError
        For an onnxruntime that is too old, a graph that it cannot run, or one
        that contradicts the manifest.
    """
    installed = onnxruntime.__version__
    if tuple(int(part) for part in re.findall(r"\d+", installed)[:2]) < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise BundleError(f"onnxruntime {installed} is too old, bundles need {needed}: pip install -U onnxruntime")
    versions = inspect((folder / GRAPH).read_bytes())
    if versions != manifest.onnx:
        raise BundleError(f"{GRAPH}: holds {versions}, the manifest says {manifest.onnx}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 4  # errors arrive as exceptions, once
    try:
        session = onnxruntime.InferenceSession(folder / GRAPH, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its exceptions share no base class
        raise BundleError(
            f"{GRAPH}: onnxruntime {installed} cannot run it (opset {versions.opset}): {first_line(error)}; "
            "an upgrade of onnxruntime may help"
        ) from error
    check_signature(session, manifest)
    return session


def check_signature(session: Any, manifest: Manifest) -> None:
    """Compare inputs and outputs of the graph with the declared ones."""
    inputs = {node.name: node for node in session.get_inputs()}
    outputs = {node.name: node for node in session.get_outputs()}
    for kind, found, declared in (("inputs", inputs, manifest.inputs), ("outputs", outputs, manifest.outputs)):
        names = {spec.name for spec in declared}
        if set(found) != names:
            raise BundleError(f"{GRAPH}: {kind} {sorted(found)}, the manifest says {sorted(names)}")
    for spec in manifest.inputs:
        shape = prepare(spec, no_rows(spec)).shape[1:]  # enough to prove the parameters and the shape
        check_node(inputs[spec.name], (*spec.free, *shape[1:]) if spec.kind == "sequence" and spec.free else shape)
    for output in manifest.outputs:
        check_node(outputs[output.name], output.shape)


def no_rows(spec: InputSpec) -> NDArray[np.float32]:
    """An input without any row; an axis of any length is one long."""
    return np.empty((0, *(1 if isinstance(side, str) else side for side in spec.shape)), np.float32)


def check_node(node: Any, shape: tuple[int | str, ...]) -> None:
    """Check type and shape of an input or output of a graph: float32, any batch size, any length for a word."""
    if node.type != "tensor(float)":
        raise BundleError(f"{GRAPH}: {node.name} is {node.type}, expected tensor(float)")
    if not node.shape:
        return  # an output whose shape onnxruntime cannot infer; checked on each answer
    if isinstance(node.shape[0], int):
        raise BundleError(f"{GRAPH}: {node.name} has a fixed batch size of {node.shape[0]}, expected any")
    if len(node.shape) != len(shape) + 1 or any(
        isinstance(found, int) and found != given for found, given in zip(node.shape[1:], shape, strict=True)
    ):  # a graph that fixes a length where any is declared differs too
        raise BundleError(f"{GRAPH}: {node.name} has shape {node.shape}, expected {['batch', *shape]}")


def prepare(spec: InputSpec, array: NDArray[np.float32] | Ragged) -> NDArray[np.float32]:
    """Raw input -> what the graph takes; parameters that do not fit the input are the bundle's fault."""
    try:
        return apply(spec.preprocessing, array)
    except (TypeError, ValueError, IndexError, MemoryError) as error:
        raise BundleError(f"manifest.json: input {spec.name}: preprocessing: {first_line(error)}") from error


def first_line(error: Exception) -> str:
    """What an exception says, in one line."""
    return str(error).partition("\n")[0]
