"""Forests and their product as one ONNX graph.

Votes are summed over the trees and divided once, so that tied votes stay tied;
from there on everything is float64, as in training, and the answer is rounded
to float32 at the end.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, helper

from ..graphs.graph_file import DOUBLE, FLOAT, Graph
from ..graphs.tree_graph import tree_sum
from .forest import Forest
from .hierarchy import TOP, Branches, places

PROBABILITY = "probability"


def forest_graph(
    forests: Sequence[Forest],
    classes: tuple[str, ...],
    branches: Branches,
    weights: NDArray[np.float64],
    name: str,
) -> Graph:
    """The graph of one forest over ``classes``, or of a forest over ``branches`` and one a branch after it.

    Parameters
    ----------
    weights : (branches,) see :func:`weights_of`. name : of the input.
    """
    nodes = [helper.make_node("Cast", [name], ["wide"], to=DOUBLE)]
    constants: dict[str, NDArray[np.generic]] = {}
    for number, forest in enumerate(forests):
        nodes += mean_of_trees(forest, number, constants)
    if not branches:
        nodes.append(helper.make_node("Cast", ["mean_0"], [PROBABILITY], to=FLOAT))
        return Graph(nodes, {PROBABILITY: len(classes)}, constants)
    constants["branch"], constants["place"] = places(classes, branches)
    constants["weights"], constants["axes"] = weights, np.array([1])
    means = [f"mean_{number}" for number in range(1, len(forests))]
    nodes += [
        helper.make_node("Concat", means, ["side_by_side"], axis=1),
        helper.make_node("Mul", ["mean_0", "weights"], ["scaled"]),
        helper.make_node("ReduceSum", ["scaled", "axes"], ["scale"]),
        helper.make_node("Div", ["scaled", "scale"], ["weighed"]),
        helper.make_node("Gather", ["weighed", "branch"], ["of_branch"], axis=1),
        helper.make_node("Gather", ["side_by_side", "place"], ["within"], axis=1),
        helper.make_node("Mul", ["of_branch", "within"], ["product"]),
        helper.make_node("Cast", ["product"], [PROBABILITY], to=FLOAT),
        helper.make_node("Cast", ["weighed"], [TOP], to=FLOAT),
    ]
    return Graph(nodes, {PROBABILITY: len(classes), TOP: len(branches)}, constants)


def mean_of_trees(forest: Forest, number: int, constants: dict[str, NDArray[np.generic]]) -> list[NodeProto]:
    """Nodes from ``wide`` to ``mean_<number>`` (n, classes); adds their constant to ``constants``."""
    trees = list(forest.trees())
    constants[f"trees_{number}"] = np.array(len(trees), np.float64)
    return [
        tree_sum(trees, "wide", f"votes_{number}"),
        helper.make_node("Cast", [f"votes_{number}"], [f"sum_{number}"], to=DOUBLE),
        helper.make_node("Div", [f"sum_{number}", f"trees_{number}"], [f"mean_{number}"]),
    ]
