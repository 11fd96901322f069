"""From raw scores to a probability for every class, as nodes of a graph."""

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, helper

from ...runtime.manifest import PROBABILITY
from ..graphs.graph_file import FLOAT
from .features import every_class


def softmax_nodes(
    logits: str, seen: NDArray[np.int64], classes: int
) -> tuple[list[NodeProto], dict[str, NDArray[np.generic]]]:
    """Nodes from float64 logits to ``probability`` (n, classes), and the constants that they use.

    Parameters
    ----------
    logits : (n, 1) of the second of two classes, or (n, seen).
    seen : the classes that training had; the others get 0.
    """
    constants: dict[str, NDArray[np.generic]] = {
        "to_classes": every_class(np.eye(len(seen)), seen, classes),
    }
    nodes = []
    if len(seen) == 2:  # one logit, of the second class
        constants["against_none"] = np.array([[0.0, 1.0]])
        nodes.append(helper.make_node("MatMul", [logits, "against_none"], ["both"]))
        logits = "both"
    nodes += [
        helper.make_node("Softmax", [logits], ["of_seen"], axis=1),
        helper.make_node("MatMul", ["of_seen", "to_classes"], ["of_all"]),
        helper.make_node("Cast", ["of_all"], [PROBABILITY], to=FLOAT),
    ]
    return nodes, constants
