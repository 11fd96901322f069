"""A bundle made by hand from the specification, without the writer."""

import hashlib
import json

import numpy as np
from onnx import TensorProto, helper, numpy_helper

CLASSES = ["AGN", "SN", "bogus"]
RNG = np.random.default_rng(7)
FROM_STAMP = RNG.normal(size=(3, 3)).astype(np.float32)
FROM_METADATA = RNG.normal(size=(4, 3)).astype(np.float32)
MISSING, LOW, HIGH = [-999.0, None, 0.0, None], [None, -2.0, None, 0.0], [None, 2.0, None, None]
MEAN, SCALE = [0.5, 0.0, 1.0, 2.0], [2.0, 1.0, 0.5, 4.0]


def tiny_graph(batch="n", opset=18):
    nodes = [
        helper.make_node("ReduceMean", ["stamp", "axes"], ["level"], keepdims=0),
        helper.make_node("MatMul", ["level", "from_stamp"], ["a"]),
        helper.make_node("MatMul", ["metadata", "from_metadata"], ["b"]),
        helper.make_node("Add", ["a", "b"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probability"], axis=-1),
    ]
    weights = {"axes": np.array([2, 3]), "from_stamp": FROM_STAMP, "from_metadata": FROM_METADATA}
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info("stamp", TensorProto.FLOAT, [batch, 3, 3, 3]),
            helper.make_tensor_value_info("metadata", TensorProto.FLOAT, [batch, 4]),
        ],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [batch, 3])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def reference(stamp, metadata):
    """The tiny model in loops and float64: nothing of alertlab."""
    answers = []
    for image, row in zip(stamp.astype(float), metadata.astype(float), strict=True):
        level = []
        for channel in image[:, 1:4, 1:4]:
            span = np.nanmax(channel) - np.nanmin(channel)
            scaled = (channel - np.nanmin(channel)) / span if span > 0 else np.full((3, 3), np.nan)
            level.append(np.where(np.isnan(scaled), 0, scaled).mean())
        clean = []
        for value, missing, low, high, mean, scale in zip(row, MISSING, LOW, HIGH, MEAN, SCALE, strict=True):
            if np.isnan(value) and missing is not None:
                value = missing
            if not np.isnan(value):
                value = max(value, low) if low is not None else value
                value = min(value, high) if high is not None else value
            clean.append(0.0 if np.isnan(value) else (value - mean) / scale)
        logits = np.array(level) @ FROM_STAMP.astype(float) + np.array(clean) @ FROM_METADATA.astype(float)
        answers.append(np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum())
    return np.array(answers).reshape(-1, 3)


def raw_inputs(n=12, seed=0):
    rng = np.random.default_rng(seed)
    stamp = rng.normal(100, 20, (n, 3, 5, 5)).astype(np.float32)
    metadata = rng.normal(0, 2, (n, 4)).astype(np.float32)
    stamp[::4, 0, 2, 2] = np.nan
    stamp[1::4, 1] = 7  # constant
    metadata[::3, 0] = metadata[1::3, 1] = np.nan
    return {"stamp": stamp, "metadata": metadata}


def tiny_manifest():
    columns = [
        {"name": name, "unit": "", "missing": missing, "min": low, "max": high, "description": ""}
        for name, missing, low, high in zip(["magpsf", "fwhm", "sgscore1", "ndethist"], MISSING, LOW, HIGH, strict=True)
    ]
    return {
        "bundle_version": 1,
        "name": "tiny",
        "version": "1.0",
        "created": None,
        "license": "CC0-1.0",
        "authors": ["A. Person"],
        "doi": None,
        "description": "A model of nothing.",
        "task": "classification",
        "onnx": {"opset": 18, "ml_opset": None, "ir_version": 10},
        "inputs": [
            {
                "name": "stamp",
                "kind": "image",
                "dtype": "float32",
                "shape": ["batch", 3, 5, 5],
                "axes": ["channel", "y", "x"],
                "channels": ["science", "template", "difference"],
                "columns": [],
                "unit": "DN",
                "preprocessing": [{"op": "crop", "size": 3}, {"op": "minmax"}, {"op": "nan_to_num", "value": 0.0}],
            },
            {
                "name": "metadata",
                "kind": "features",
                "dtype": "float32",
                "shape": ["batch", 4],
                "axes": ["column"],
                "channels": [],
                "columns": columns,
                "unit": "",
                "preprocessing": [
                    {"op": "fill_missing", "values": MISSING},
                    {"op": "clip", "minimum": LOW, "maximum": HIGH},
                    {"op": "standardize", "mean": MEAN, "scale": SCALE},
                    {"op": "nan_to_num", "value": 0},
                ],
            },
        ],
        "outputs": [{"name": "probability", "shape": ["batch", 3], "classes": CLASSES, "taxonomy": {}}],
        "decision": {"tie_rule": "argmax of probabilities rounded to 1e-6, first class in taxonomy order"},
        "training": {"package": "alertlab"},
        "parity": {"rtol": 1e-4, "atol": 1e-5, "max_abs_error": 0.0, "n_rows": 12, "label_flips": 0},
    }


def seal(folder, manifest):
    """Write the manifest for what lies in ``folder``."""
    content = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}
    files = {name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in content.items()}
    (folder / "manifest.json").write_text(json.dumps({"files": files} | manifest))
    return folder
