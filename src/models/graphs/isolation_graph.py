"""An isolation forest of scikit-learn as nodes of an ONNX graph, over a table or over what a network says."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, helper
from sklearn.ensemble import IsolationForest

from .graph_file import DOUBLE, FLOAT
from .tree_graph import Tree, tree_sum

Constants = dict[str, NDArray[np.generic]]
FLOAT32_BITS = 24  # whole numbers up to 2^24 are exact in float32


def isolation_nodes(
    forest: IsolationForest, source: str, target: str, kept: bool = False
) -> tuple[list[NodeProto], Constants]:
    """Nodes from a table to its anomaly score, and the constants that they use.

    s = 2^(-E(h) / c(psi)) (Liu, Ting & Zhou 2008, eq. 2), with E(h) the mean depth over the trees: minus
    ``score_samples`` of scikit-learn. All of it is float64 but for the end. Trees are summed by onnxruntime in float64,
    which then rounds to float32; so the sum is had in two parts, of which that of the coarse depths is exact.

    Parameters
    ----------
    forest : fitted.
    source : name of a float32 tensor (n, columns), the columns that the forest was fitted on.
    target : name for the float32 result (n,), or (n, 1) with ``kept``; names of what lies between begin with it.
    kept : keep an axis of one column, so that scores of several forests can stand side by side.
    """
    scale = average_path_length(np.array([forest.max_samples_]))[0]
    depths = [_depths(estimator.tree_) if scale else np.ones(1) for estimator in forest.estimators_]  # 1 for 0 / 0
    step = 2.0 ** (np.ceil(np.log2(sum(depth.max() for depth in depths) + 1)) + 1 - FLOAT32_BITS)
    trees = [
        _plain(estimator.tree_, columns, np.column_stack(_parts(depth, step)))
        for estimator, columns, depth in zip(forest.estimators_, forest.estimators_features_, depths, strict=True)
    ]
    constants: Constants = {
        f"{target}_scale": np.array(-len(trees) * (scale or 1.0)),
        f"{target}_two": np.array(2.0),
        f"{target}_axis": np.array([1]),
    }
    nodes = [
        helper.make_node("Cast", [source], [f"{target}_wide"], to=DOUBLE),
        tree_sum(trees, f"{target}_wide", f"{target}_parts"),
        helper.make_node("Cast", [f"{target}_parts"], [f"{target}_exact"], to=DOUBLE),
        helper.make_node("ReduceSum", [f"{target}_exact", f"{target}_axis"], [f"{target}_depth"], keepdims=int(kept)),
        helper.make_node("Div", [f"{target}_depth", f"{target}_scale"], [f"{target}_power"]),
        helper.make_node("Pow", [f"{target}_two", f"{target}_power"], [f"{target}_full"]),
        helper.make_node("Cast", [f"{target}_full"], [target], to=FLOAT),
    ]
    return nodes, constants


def average_path_length(rows: NDArray[np.integer]) -> NDArray[np.float64]:
    """c(n) = 2 H(n - 1) - 2 (n - 1) / n, the mean depth that n rows would still be parted to (Liu et al., eq. 1).

    H(i) is ln(i) + 0.5772..., but c(2) = 1 and c(1) = 0, as in scikit-learn.
    """
    n = np.maximum(rows, 2).astype(np.float64)
    length = 2 * (np.log(np.maximum(n - 1, 1)) + np.euler_gamma) - 2 * (n - 1) / n
    return np.where(rows > 2, length, np.where(rows == 2, 1.0, 0.0))


def _depths(tree: Any) -> NDArray[np.float64]:
    """(nodes,) how deep a row ends in each node, were it a leaf."""
    depth: NDArray[np.float64] = tree.compute_node_depths() - 1 + average_path_length(tree.n_node_samples)
    return depth


def _plain(tree: Any, columns: NDArray[np.integer], value: NDArray[np.float64]) -> Tree:
    """A tree over the whole table; a forest with ``max_features`` gives each tree columns of its own."""
    feature, nan_left = columns[np.maximum(tree.feature, 0)], tree.missing_go_to_left.astype(bool)
    return Tree(feature, tree.threshold, tree.children_left, tree.children_right, nan_left, value)


def _parts(depth: NDArray[np.float64], step: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Multiples of ``step``, whose sum over the trees float32 holds exactly, and what is left."""
    coarse = np.round(depth / step) * step
    return coarse, depth - coarse
