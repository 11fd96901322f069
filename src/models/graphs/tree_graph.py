"""Decision trees as one node of an ONNX graph, built from flat arrays: a million nodes take seconds.

The operator is ``TreeEnsembleRegressor`` of ai.onnx.ml 3 over float64: scikit-learn
compares a float32 feature with a float64 threshold, and two thresholds that differ
only beyond float32 part different rows. onnxruntime sums leaves in float64 and
rounds the sum once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import AttributeProto, TensorProto, helper, numpy_helper

OPSET, ML_OPSET, IR_VERSION = 20, 3, 10  # onnxruntime reads them since 1.17
BRANCH, LEAF = b"BRANCH_LEQ", b"LEAF"
DOUBLE, FLOAT = TensorProto.DOUBLE, TensorProto.FLOAT


@dataclass(frozen=True)
class Tree:
    """One decision tree in flat arrays, a place a node, the root first.

    Attributes
    ----------
    feature : column that a node looks at; of no meaning in a leaf.
    threshold : a row goes left where its value <= threshold, compared in float64.
    left, right : places of the children, -1 in a leaf.
    nan_left : whether a row without a value goes left.
    value : (nodes, outputs) what a leaf adds to each output; of no meaning elsewhere.
    """

    feature: NDArray[np.integer]
    threshold: NDArray[np.float64]
    left: NDArray[np.integer]
    right: NDArray[np.integer]
    nan_left: NDArray[np.bool_]
    value: NDArray[np.float64]


def tree_sum(
    trees: Sequence[Tree], source: str, target: str, base: NDArray[np.float64] | None = None
) -> onnx.NodeProto:
    """A node that sums what the trees say of each row.

    Parameters
    ----------
    trees : of as many outputs each.
    source : name of a float64 tensor (n, features).
    target : name for the float32 result (n, outputs).
    base : (outputs,) added to the sum, None for nothing.
    """
    counts = np.array([len(tree.feature) for tree in trees])
    number = np.repeat(np.arange(len(trees)), counts)
    place = np.concatenate([np.arange(count) for count in counts])
    left, right, feature, threshold, nan_left = (
        np.concatenate([getattr(tree, name) for tree in trees])
        for name in ("left", "right", "feature", "threshold", "nan_left")
    )
    value = np.concatenate([tree.value for tree in trees])
    leaf = left < 0
    at, output = np.nonzero(leaf[:, None] & (value != 0))
    silent = np.flatnonzero(leaf & ~(value != 0).any(axis=1))  # a leaf of nothing but zeros still has to be one
    at, output = np.concatenate([at, silent]), np.concatenate([output, np.zeros_like(silent)])
    order = np.argsort(at, kind="stable")
    at, output = at[order], output[order]
    node = helper.make_node("TreeEnsembleRegressor", [source], [target], domain="ai.onnx.ml", n_targets=value.shape[1])
    integers = {
        "nodes_treeids": number,
        "nodes_nodeids": place,
        "nodes_featureids": np.where(leaf, 0, feature),
        "nodes_truenodeids": np.where(leaf, 0, left),
        "nodes_falsenodeids": np.where(leaf, 0, right),
        "target_treeids": number[at],
        "target_nodeids": place[at],
        "target_ids": output,
    }
    if nan_left[~leaf].any():  # onnxruntime is faster without
        integers["nodes_missing_value_tracks_true"] = (nan_left & ~leaf).astype(np.int64)
    for name, numbers in integers.items():
        attribute = node.attribute.add(name=name, type=AttributeProto.INTS)
        attribute.ints.extend(numbers.tolist())  # helper.make_attribute looks at every number
    modes = node.attribute.add(name="nodes_modes", type=AttributeProto.STRINGS)
    modes.strings.extend([LEAF if each else BRANCH for each in leaf.tolist()])
    tensors = {"nodes_values_as_tensor": np.where(leaf, 0.0, threshold), "target_weights_as_tensor": value[at, output]}
    if base is not None:
        tensors["base_values_as_tensor"] = base
    for name, values in tensors.items():
        tensor = numpy_helper.from_array(np.ascontiguousarray(values, np.float64), name)
        node.attribute.add(name=name, type=AttributeProto.TENSOR).t.CopyFrom(tensor)
    return node
