"""Trees of coniferest as nodes of an ONNX graph.

A tree of its core is three flat arrays. Of a branch ``left`` is the place of its left child, the right one follows it;
``feature`` is its column and ``value`` its threshold, in the type of the data: a row goes left where it is smaller or
equal. Of a leaf ``left`` is 0, ``feature`` its number among the leaves and ``value`` its depth, with the mean depth
that its rows would still be parted to.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import helper

from ...runtime.tasks.detection import SCORE
from ..graphs.graph_file import DOUBLE, FLOAT, NAME, Graph
from ..graphs.tree_graph import Tree, tree_sum


def trees_of(core: Any, leaf_values: NDArray[np.float64] | None = None) -> list[Tree]:
    """The trees of a forest, a leaf saying its depth or its value among those of all leaves, tree after tree."""
    trees, start = [], 0
    for tree in core:
        left, feature, value = (np.asarray(part) for part in (tree.left, tree.feature, tree.value))
        leaf, child = left == 0, left.astype(np.int64)
        number = np.where(leaf, feature, 0)
        said = value.astype(np.float64) if leaf_values is None else leaf_values[start + number]
        trees.append(
            Tree(
                np.where(leaf, 0, feature).astype(np.int64),
                value.astype(np.float64),
                np.where(leaf, -1, child),
                np.where(leaf, -1, child + 1),
                np.zeros(len(left), bool),  # no feature is unknown by now
                np.where(leaf, said, 0.0)[:, None],
            )
        )
        start += int(leaf.sum())
    return trees


def sum_graph(trees: Sequence[Tree]) -> Graph:
    """The score is the sum of what the leaves say."""
    nodes = [
        helper.make_node("Cast", [NAME], ["wide"], to=DOUBLE),
        tree_sum(trees, "wide", "sum"),
        helper.make_node("Squeeze", ["sum", "axis"], [SCORE]),
    ]
    return Graph(nodes, {SCORE: 0}, {"axis": np.array([1])})


def depth_graph(trees: Sequence[Tree], scale: float) -> Graph:
    """The score is 2^(-sum of depths / ``scale``) (Liu, Ting & Zhou 2008, eq. 2, with the sum over the trees).

    The sum is rounded to float32 once, which keeps its order; what follows is float64.
    """
    nodes = [
        helper.make_node("Cast", [NAME], ["wide"], to=DOUBLE),
        tree_sum(trees, "wide", "sum"),
        helper.make_node("Squeeze", ["sum", "axis"], ["flat"]),
        helper.make_node("Cast", ["flat"], ["depth"], to=DOUBLE),
        helper.make_node("Div", ["depth", "scale"], ["power"]),
        helper.make_node("Pow", ["two", "power"], ["full"]),
        helper.make_node("Cast", ["full"], [SCORE], to=FLOAT),
    ]
    return Graph(nodes, {SCORE: 0}, {"axis": np.array([1]), "scale": np.array(-scale), "two": np.array(2.0)})
