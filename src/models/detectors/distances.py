"""Squared distances to reference rows, in numpy and as nodes of a graph, by the same formula in float64."""

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, helper

Float = NDArray[np.float64]


def squared_distances(rows: NDArray[np.floating], reference: Float) -> Float:
    """(n, m) |x|^2 - 2 x.r + |r|^2, not below 0, of rows (n, d) and reference (m, d)."""
    wide = rows.astype(np.float64)
    square = (wide**2).sum(1, keepdims=True) - 2 * wide @ reference.T + (reference**2).sum(1)
    positive: Float = np.maximum(square, 0.0)
    return positive


def squared_distance_nodes(
    source: str, reference: Float, target: str
) -> tuple[list[NodeProto], dict[str, NDArray[np.generic]]]:
    """The same from a float64 tensor (n, d) to ``target`` (n, m); names of what lies between begin with it."""
    constants = {
        f"{target}_turned": -2 * reference.T,
        f"{target}_norm": (reference**2).sum(1),
        f"{target}_axis": np.array([1]),
    }
    nodes = [
        helper.make_node("MatMul", [source, f"{target}_turned"], [f"{target}_product"]),
        helper.make_node("Add", [f"{target}_product", f"{target}_norm"], [f"{target}_shifted"]),
        helper.make_node("Mul", [source, source], [f"{target}_squares"]),
        helper.make_node("ReduceSum", [f"{target}_squares", f"{target}_axis"], [f"{target}_own"], keepdims=1),
        helper.make_node("Add", [f"{target}_shifted", f"{target}_own"], [f"{target}_signed"]),
        helper.make_node("Relu", [f"{target}_signed"], [target]),
    ]
    return nodes, constants
