"""A model in plain numpy: the independent reference that a graph must repeat."""

from dataclasses import dataclass, field

import numpy as np
import onnx
from alertlab.bundle import BundleDetails
from alertlab.core.export import Exported
from alertlab.core.samples import Samples
from alertlab.core.taxonomy import Taxonomy
from alertlab.runtime import Column, InputSpec, OutputSpec
from onnx import TensorProto, helper, numpy_helper

CLASSES = ("AGN", "SN", "bogus")
COLUMNS = (
    Column("magpsf", "mag", missing=-999.0, minimum=0.0, maximum=30.0, description="a|pipe"),
    Column("fwhm", "pix", minimum=0.0),
)
WEIGHTS = np.array([[0.2, -0.1, 0.05], [0.1, 0.3, -0.2], [1, -2, 1.5], [-0.5, 1, 0.2]], np.float32)
INPUTS = (
    InputSpec(
        "stamp",
        "image",
        (2, 4, 4),
        ("channel", "y", "x"),
        ("science", "difference"),
        unit="DN",
        preprocessing=({"op": "minmax"}, {"op": "nan_to_num", "value": 0.0}),
    ),
    InputSpec(
        "metadata", "features", (2,), ("column",), columns=COLUMNS, preprocessing=[{"op": "nan_to_num", "value": 0.0}]
    ),
)


def make_samples(n=120, labelled=True, seed=0):
    rng = np.random.default_rng(seed)
    stamp = rng.normal(50, 9, (n, 2, 4, 4)).astype(np.float32)
    metadata = rng.normal(3, 1, (n, 2)).astype(np.float32)
    stamp[::10, 0, 0, 0] = metadata[5::10, 1] = np.nan
    target = rng.choice(3, n, p=[0.6, 0.35, 0.05]) if labelled else np.full(n, -1)
    return Samples(
        {"stamp": stamp, "metadata": metadata},
        target.astype(np.int64),
        rng.permutation(n).astype(np.int64) + 10**15,
        np.array([f"ZTF{index // 2}" for index in range(n)]),
        Taxonomy(CLASSES),
        {"metadata": COLUMNS},
    )


def node(*arguments, **attributes):
    return helper.make_node(*arguments, **attributes)


def linear(batch="n"):
    """The graph as it should be."""
    nodes = [
        node("ReduceMean", ["stamp", "axes"], ["level"], keepdims=0),
        node("Concat", ["level", "metadata"], ["all"], axis=1),
        node("MatMul", ["all", "weights"], ["logits"]),
        node("Softmax", ["logits"], ["probability"], axis=-1),
    ]
    graph = helper.make_graph(
        nodes,
        "linear",
        [
            helper.make_tensor_value_info("stamp", TensorProto.FLOAT, [batch, 2, 4, 4]),
            helper.make_tensor_value_info("metadata", TensorProto.FLOAT, [batch, 2]),
        ],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [batch, 3])],
        [numpy_helper.from_array(np.array([2, 3]), "axes"), numpy_helper.from_array(WEIGHTS, "weights")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def insert(model, nodes, tensors=()):
    """Put nodes that turn ``logits`` into ``changed`` before the softmax."""
    softmax = model.graph.node.pop()
    softmax.input[0] = "changed"
    model.graph.node.extend([*nodes, softmax])
    model.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in tensors)
    return model


@dataclass
class NumpyModel:
    """``predict`` in loops and float64; ``export`` writes ``graph``."""

    graph: onnx.ModelProto = field(default_factory=linear)
    inputs: tuple = INPUTS
    outputs: tuple = (OutputSpec("probability", (3,), CLASSES),)

    def predict(self, samples):
        answers = []
        for image, row in zip(samples.inputs["stamp"], samples.inputs["metadata"], strict=True):
            low, high = np.nanmin(image, axis=(1, 2)), np.nanmax(image, axis=(1, 2))
            scaled = (image.astype(float) - low[:, None, None]) / (high - low)[:, None, None]
            features = [*np.nan_to_num(scaled).mean(axis=(1, 2)), *np.nan_to_num(row)]
            logits = np.array(features) @ WEIGHTS.astype(float)
            answers.append(np.exp(logits) / np.exp(logits).sum())
        return np.array(answers)

    def export(self, path):
        onnx.save(self.graph, path)
        return Exported(self.inputs, self.outputs)


EVALUATION = {
    "part": "test",
    "classes": list(CLASSES),
    "mean": {"accuracy": 0.9, "macro_f1": 0.875, "recall/AGN": 0.91, "log_loss": float("nan")},
    "std": {"accuracy": 0.01, "recall/AGN": 0.02},
    "intervals": {"macro_f1": [0.8, 0.95]},
    "confusion_counts": [[[50, 3, 0], [2, 28, 1], [0, 0, 0]], [[49, 4, 0], [2, 29, 0], [0, 0, 0]]],
}
DETAILS = BundleDetails(
    name="linear",
    version="1.0.0",
    description="A linear model: of nothing.",
    license="BSD-3-Clause",
    license_text="Do as you like.\n",
    authors=("A. Person", "B. Person"),
    doi="10.5281/zenodo.1",
    evaluation=EVALUATION,
    config="model:\n  kind: linear\n",
    training={
        "package": "alertlab",
        "seed": np.int64(3),
        "dirty": False,
        "dataset": {
            "name": "ztf",
            "sha256": "ab" * 32,
            "split_sha256": "cd" * 32,
            "n_per_class": {"AGN": 72, "bogus": 6},
        },
    },
)
