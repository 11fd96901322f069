"""Isolation forest and score behind the graph of a network."""

from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper
from sklearn.ensemble import IsolationForest

from ..graphs.isolation_graph import average_path_length, isolation_nodes
from ..graphs.tree_graph import ML_OPSET
from .scores import EITHER, FOREST, RECONSTRUCTION, Score

OF_NETWORK = ("embedding", "chi_squared", "drawn")  # outputs that the network's graph ends with
FLIPS = 2  # trees that may decide otherwise where an attribute lies within rounding of a threshold


def append_scores(path: Path, forest: IsolationForest, score: Score) -> None:
    """Rewrite the graph of a network so that it ends with the scores of a forest on its attributes.

    ``embedding`` (n, latent) and ``chi_squared`` (n,) stay; of ``drawn`` (n, draws, latent) the scatter of the scores
    is left, ``deviation``; ``isolation`` and ``score`` come.
    """
    model = onnx.load(path)
    graph = model.graph
    latent = forest.n_features_in_
    trees, constants = isolation_nodes(forest, "attributes", "isolated")
    constants |= {
        "one": np.array([1]),
        "as_rows": np.array([-1, latent]),
        "draw_0": np.array(0),
        "draws": np.array([1]),
        "end": np.array([np.iinfo(np.int64).max]),
    }
    if score.of == EITHER:
        constants["unit"] = np.array(1, np.float32)
        for name, tail in (("forest", score.forest), ("reconstruction", score.reconstruction)):
            constants[f"{name}_middle"] = np.array(tail.middle, np.float32)
            constants[f"{name}_width"] = np.array(tail.width, np.float32)
    nodes = [
        helper.make_node("Unsqueeze", ["embedding", "one"], ["lone"]),
        helper.make_node("Concat", ["lone", "drawn"], ["lone_and_drawn"], axis=1),
        helper.make_node("Reshape", ["lone_and_drawn", "as_rows"], ["attributes"]),
        *trees,
        helper.make_node("Shape", ["lone_and_drawn"], ["sides"], start=0, end=2),
        helper.make_node("Reshape", ["isolated", "sides"], ["side_by_side"]),
        helper.make_node("Gather", ["side_by_side", "draw_0"], ["isolation"], axis=1),
        helper.make_node("Slice", ["side_by_side", "draws", "end", "one"], ["of_draws"]),
        helper.make_node("ReduceMean", ["of_draws", "one"], ["mean_of_draws"], keepdims=1),
        helper.make_node("Sub", ["of_draws", "mean_of_draws"], ["off"]),
        helper.make_node("Mul", ["off", "off"], ["squares"]),
        helper.make_node("ReduceMean", ["squares", "one"], ["variance"], keepdims=0),
        helper.make_node("Sqrt", ["variance"], ["deviation"]),
        *_score_nodes(score),
    ]
    names = {each for node in graph.node for each in node.output} | {each.name for each in graph.initializer}
    if clash := names & {*constants, *(each for node in nodes for each in node.output)}:
        raise ValueError(f"the network's graph has a tensor {sorted(clash)[0]} already")
    graph.node.extend(nodes)
    graph.initializer.extend(numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items())
    kept = [each for each in graph.output if each.name in ("embedding", "chi_squared")]
    del graph.output[:]
    made = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch"]) for name in _SCALARS]
    graph.output.extend([*kept, *made])
    model.opset_import.append(helper.make_opsetid("ai.onnx.ml", ML_OPSET))
    path.write_bytes(model.SerializeToString(deterministic=True))


_SCALARS = ("score", "isolation", "deviation")


def tolerance(forest: IsolationForest, score: Score) -> float:
    """What a score may differ by: of an attribute within rounding of a threshold a tree may say either.

    From s = 2^(-E(h) / c): a tree that moves by h moves s by no more than ln 2 h / (trees c).
    """
    deepest = max(
        float((tree.compute_node_depths() - 1 + average_path_length(tree.n_node_samples)).max())
        for tree in (each.tree_ for each in forest.estimators_)
    )
    scale = float(average_path_length(np.array([forest.max_samples_]))[0]) or 1.0
    step = float(np.log(2)) * deepest / (len(forest.estimators_) * scale)
    return FLIPS * step * max(1.0, 1 / score.forest.width if score.of == EITHER else 1.0)


def _score_nodes(score: Score) -> list[NodeProto]:
    """The same as :func:`~.scores.strangeness`."""
    if score.of in (FOREST, RECONSTRUCTION):
        source = "isolation" if score.of == FOREST else "chi_squared"
        return [helper.make_node("Identity", [source], ["score"])]
    return [
        helper.make_node("Add", ["chi_squared", "unit"], ["chi_and_1"]),
        helper.make_node("Log", ["chi_and_1"], ["log_chi"]),
        *(
            node
            for source, tail in (("isolation", "forest"), ("log_chi", "reconstruction"))
            for node in (
                helper.make_node("Sub", [source, f"{tail}_middle"], [f"{tail}_off"]),
                helper.make_node("Div", [f"{tail}_off", f"{tail}_width"], [f"{tail}_scaled"]),
            )
        ),
        helper.make_node("Max", ["forest_scaled", "reconstruction_scaled"], ["score"]),
    ]
