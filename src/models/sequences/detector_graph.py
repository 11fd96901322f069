"""Isolation forest and score behind the graph of a network."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, helper
from sklearn.ensemble import IsolationForest

from ..graphs.isolation_graph import average_path_length, isolation_nodes
from ..graphs.longer_graph import lengthen
from .scores import DISTANCE, EITHER, FOREST, RECONSTRUCTION, Cloud, Score

OF_NETWORK = ("embedding", "chi_squared", "drawn")  # outputs that the network's graph ends with
SCALARS = ("score", "isolation", "distance", "deviation")  # that come
FLIPS = 2  # trees that may decide otherwise where an attribute lies within rounding of a threshold


def append_scores(path: Path, forest: IsolationForest, cloud: Cloud, score: Score) -> None:
    """Rewrite the graph of a network so that it ends with the scores of a forest on its attributes.

    ``embedding`` (n, latent) and ``chi_squared`` (n,) stay; of ``drawn`` (n, draws, latent) the scatter of the scores
    is left, ``deviation``; ``isolation``, ``distance`` and ``score`` come. One pass over the trees scores means and
    draws alike.
    """
    trees, constants = isolation_nodes(forest, "scored_rows", "scored")
    constants |= {
        "scored_axis": np.array([1]),
        "scored_flat": np.array([-1, forest.n_features_in_]),
        "scored_mean": np.array(0),
        "scored_first": np.array([1]),
        "scored_end": np.array([np.iinfo(np.int64).max]),
        "scored_unit": np.array(1, np.float32),
        "scored_centre": cloud.mean.astype(np.float32),
        "scored_whitening": cloud.whitening.astype(np.float32),
    }
    for name, tail in (("isolation", score.forest), ("log_chi", score.reconstruction)):
        constants[f"scored_{name}_middle"] = np.array(tail.middle, np.float32)
        constants[f"scored_{name}_width"] = np.array(tail.width, np.float32)
    nodes = [
        helper.make_node("Unsqueeze", ["embedding", "scored_axis"], ["scored_lone"]),
        helper.make_node("Concat", ["scored_lone", "drawn"], ["scored_all"], axis=1),
        helper.make_node("Reshape", ["scored_all", "scored_flat"], ["scored_rows"]),
        *trees,
        helper.make_node("Shape", ["scored_all"], ["scored_sides"], start=0, end=2),
        helper.make_node("Reshape", ["scored", "scored_sides"], ["scored_each"]),
        helper.make_node("Gather", ["scored_each", "scored_mean"], ["isolation"], axis=1),
        helper.make_node("Slice", ["scored_each", "scored_first", "scored_end", "scored_axis"], ["scored_draws"]),
        helper.make_node("ReduceMean", ["scored_draws", "scored_axis"], ["scored_middle"], keepdims=1),
        helper.make_node("Sub", ["scored_draws", "scored_middle"], ["scored_off"]),
        helper.make_node("Mul", ["scored_off", "scored_off"], ["scored_squares"]),
        helper.make_node("ReduceMean", ["scored_squares", "scored_axis"], ["scored_variance"], keepdims=0),
        helper.make_node("Sqrt", ["scored_variance"], ["deviation"]),
        helper.make_node("Sub", ["embedding", "scored_centre"], ["scored_away"]),
        helper.make_node("MatMul", ["scored_away", "scored_whitening"], ["scored_white"]),
        helper.make_node("ReduceL2", ["scored_white", "scored_axis"], ["distance"], keepdims=0),
        *_score_nodes(score),
    ]
    used = {name for node in nodes for name in node.input}
    constants = {name: value for name, value in constants.items() if name in used}
    lengthen(path, nodes, constants, dict.fromkeys(SCALARS, 0), keep=OF_NETWORK[:2])


def _score_nodes(score: Score) -> list[NodeProto]:
    """The same as :func:`~.scores.strangeness`."""
    of_one = {FOREST: "isolation", DISTANCE: "distance", RECONSTRUCTION: "chi_squared"}
    if source := of_one.get(score.of):
        return [helper.make_node("Identity", [source], ["score"])]
    return [
        helper.make_node("Add", ["chi_squared", "scored_unit"], ["scored_chi"]),
        helper.make_node("Log", ["scored_chi"], ["log_chi"]),
        *_on_tail("isolation"),
        *_on_tail("log_chi"),
        helper.make_node("Max", ["scored_isolation", "scored_log_chi"], ["score"]),
    ]


def _on_tail(name: str) -> list[NodeProto]:
    return [
        helper.make_node("Sub", [name, f"scored_{name}_middle"], [f"scored_{name}_off"]),
        helper.make_node("Div", [f"scored_{name}_off", f"scored_{name}_width"], [f"scored_{name}"]),
    ]


def tolerance(forest: IsolationForest, score: Score) -> float:
    """What a score may differ by: of an attribute within rounding of a threshold a tree may say either.

    From s = 2^(-E(h) / c): a tree that moves by h moves s by no more than ln 2 h / (trees c).
    """
    deepest = max(float(_depths(each).max()) for each in forest.estimators_)
    scale = float(average_path_length(np.array([forest.max_samples_]))[0]) or 1.0
    step = float(np.log(2)) * deepest / (len(forest.estimators_) * scale)
    return FLIPS * step / (min(1.0, score.forest.width) if score.of == EITHER else 1.0)


def _depths(estimator: object) -> NDArray[np.float64]:
    """(nodes,) depth of each node of a tree, and what its rows would be parted to beyond."""
    tree = estimator.tree_  # type: ignore[attr-defined]
    found: NDArray[np.float64] = tree.compute_node_depths() - 1 + average_path_length(tree.n_node_samples)
    return found
