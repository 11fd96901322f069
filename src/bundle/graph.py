"""The exported graph, stripped to what computes: the same model gives the same bytes."""

from collections.abc import Iterable
from pathlib import Path

import onnx
import onnx.inliner
from google.protobuf.message import DecodeError, Message  # type: ignore[import-untyped]

from ..runtime.errors import BundleError

PRODUCER = "alertlab"


def canonicalise(path: Path) -> None:
    """Rewrite an ONNX file without stack traces, machine paths, comments and call structure.

    Model-local functions are inlined, since their domain is not one that the
    runtime accepts.

    Raises
    ------
    BundleError
        For weights outside the file, or a graph that onnx does not accept.
    """
    try:
        model = onnx.load(path, load_external_data=False)
    except (OSError, DecodeError) as error:
        raise BundleError(f"{path.name}: the export wrote no ONNX graph ({error})") from error
    beside = sorted(each.name for each in path.parent.iterdir() if each != path)
    if beside or any(tensor.data_location for tensor in model.graph.initializer):
        raise BundleError(
            f"{path.name}: the export put weights into external data ({', '.join(beside)}); keep them in the graph "
            "(torch.onnx.export: external_data=False)"
        )
    if model.functions:
        model = onnx.inliner.inline_local_functions(model)
    strip(model)
    model.producer_name, model.producer_version, model.domain, model.model_version = PRODUCER, "", "", 0
    model.graph.name = PRODUCER
    keep_used_opsets(model)
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        raise BundleError(f"{path.name}: onnx refuses it: {str(error).partition(chr(10))[0]}") from error
    path.write_bytes(model.SerializeToString(deterministic=True))


def strip(message: Message) -> None:
    """Remove ``metadata_props`` and ``doc_string`` from a message and all within it."""
    for descriptor, value in message.ListFields():
        if descriptor.name in ("metadata_props", "doc_string"):
            message.ClearField(descriptor.name)
        elif descriptor.message_type:
            for child in value if isinstance(value, Iterable) else [value]:
                strip(child)


def keep_used_opsets(model: onnx.ModelProto) -> None:
    """Sort the operator sets and drop those that no node uses; torch declares some in vain."""
    used = {"", *(node.domain for node in model.graph.node)}
    opsets = sorted((each for each in model.opset_import if each.domain in used), key=lambda each: each.domain)
    kept = [onnx.helper.make_opsetid(each.domain, each.version) for each in opsets]
    del model.opset_import[:]
    model.opset_import.extend(kept)
