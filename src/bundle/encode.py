"""From Python values to canonical JSON: the same content gives the same bytes."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np

from ..runtime.decision import TIE_RULE
from ..runtime.errors import BundleError
from ..runtime.manifest import Column, InputSpec, Manifest, OutputSpec


def canonical(value: Any) -> bytes:
    """Sorted keys, one value a line, newline at the end; NaN and infinity become null.

    Raises
    ------
    TypeError
        For what JSON does not have.
    """
    text = json.dumps(plain(value), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def plain(value: Any) -> Any:
    """Numpy values, tuples and numbers that JSON lacks, as what JSON has."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def encode_manifest(manifest: Manifest) -> bytes:
    """The bytes of ``manifest.json``, as ``runtime.schema`` reads them."""
    content = vars(manifest) | {
        "bundle_version": manifest.bundle_version,
        "decision": {"tie_rule": TIE_RULE},
        "files": {name: asdict(file) for name, file in manifest.files.items()},
        "onnx": asdict(manifest.onnx),
        "parity": asdict(manifest.parity),
        "inputs": [encode_input(spec) for spec in manifest.inputs],
        "outputs": [encode_output(spec) for spec in manifest.outputs],
        "answers": _answers(manifest.answers),
    }
    if manifest.bundle_version == 1:
        del content["answers"]  # which it does not know
    return canonical(content)


def encode_input(spec: InputSpec) -> dict[str, Any]:
    """One entry of ``inputs``.

    Raises
    ------
    BundleError
        For a parameter that is NaN: null would stand for it, and mean something else.
    """
    for operation in spec.preprocessing:
        for name, value in operation.items():
            if not isinstance(value, str) and not all(each is None or np.isfinite(each) for each in np.ravel(value)):
                raise BundleError(f"input {spec.name}: {operation['op']}.{name} is not finite: {value}")
    columns = [encode_column(column) for column in spec.columns]
    features = asdict(spec.feature_set) if spec.feature_set else None
    if features and not features["recipe"]:
        del features["recipe"]  # which version 1 does not know
    shape = ["batch", *spec.shape]
    source = {"source": spec.source} if spec.source else {}  # which version 1 does not know either
    content = {name: value for name, value in vars(spec).items() if name != "source"}
    return content | source | {"dtype": "float32", "shape": shape, "columns": columns, "feature_set": features}


def encode_output(spec: OutputSpec) -> dict[str, Any]:
    """One entry of ``outputs``."""
    return vars(spec) | {"shape": ["batch", *spec.shape]}


def encode_column(column: Column) -> dict[str, Any]:
    """One entry of ``columns``."""
    content = asdict(column)
    content["min"], content["max"] = content.pop("minimum"), content.pop("maximum")
    return content


def _answers(answers: Any) -> dict[str, Any]:
    """What the task says of its answers; a quantity without a whole as readers know it that know of none."""
    content = asdict(answers) if is_dataclass(answers) and not isinstance(answers, type) else {}
    for each in content.get("quantities", ()):
        if not each["whole"]:
            del each["whole"]
    return content
