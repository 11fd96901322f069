"""Mean proximities by the sizes of leaves, as nodes of an ONNX graph."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, helper

from .graph_file import DOUBLE, FLOAT
from .tree_graph import Tree, tree_sum

HALF = 1024  # sizes are summed as multiples of it and what is left, each of which float32 holds exactly up to 2^24


def proximity_nodes(
    trees: Sequence[Tree], reference: int, source: str, target: str
) -> tuple[list[NodeProto], dict[str, NDArray[np.generic]]]:
    """Nodes from a table to 1 - common / (judged reference), 1 where ``judged`` is 0, and the constants they use.

    Parameters
    ----------
    trees : ``value`` (nodes, 2): objects of the reference in a leaf that predicts real, and 1 for such a leaf; 0 else.
        Their sums over the trees are ``common`` and ``judged``.
    reference : how many objects there are.
    source : name of a float32 tensor (n, columns). target : name for the float32 result (n,).
    """
    nodes = [
        helper.make_node("Cast", [source], ["wide"], to=DOUBLE),
        tree_sum([replace(tree, value=_parts(tree.value)) for tree in trees], "wide", "sums"),
        helper.make_node("Cast", ["sums"], ["exact"], to=DOUBLE),
        helper.make_node("MatMul", ["exact", "size"], ["common"]),
        helper.make_node("MatMul", ["exact", "one"], ["judged"]),
        helper.make_node("Max", ["judged", "least"], ["of_trees"]),
        helper.make_node("Mul", ["of_trees", "reference"], ["pairs"]),
        helper.make_node("Div", ["common", "pairs"], ["similarity"]),
        helper.make_node("Sub", ["least", "similarity"], ["full"]),
        helper.make_node("Cast", ["full"], [target], to=FLOAT),
    ]
    return nodes, {
        "size": np.array([HALF, 1.0, 0.0]),
        "one": np.array([0.0, 0.0, 1.0]),
        "least": np.array(1.0),
        "reference": np.array(float(reference)),
    }


def _parts(value: NDArray[np.float64]) -> NDArray[np.float64]:
    size, judged = value.T
    return np.column_stack([size // HALF, size % HALF, judged])
