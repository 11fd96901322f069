"""How answers of several classifiers become one: as arrays, and as nodes of a graph."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, helper

from ...runtime.manifest import PROBABILITY
from ..graphs.graph_file import DOUBLE, FLOAT

FLOOR = 1e-6  # of a probability whose logarithm is taken; decisions are rounded to it too
Nodes = tuple[list[NodeProto], dict[str, NDArray[np.generic]]]


class Combination(Protocol):
    """From answers of the members to one."""

    def __call__(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        """(members, n, classes) -> (n, classes), rows sum to one."""
        ...

    def nodes(self, members: Sequence[str]) -> Nodes:
        """Nodes from float32 tensors (n, classes) of these names to ``probability``, and the constants they use."""
        ...

    def to_json(self) -> dict[str, Any]:
        """What was chosen, plain."""
        ...


@dataclass(frozen=True)
class Weighted:
    """The weighted mean of probabilities; (members,) weights of 0 or more that sum to one."""

    weights: NDArray[np.float64]

    def __call__(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        """See :class:`Combination`."""
        mixed: NDArray[np.float64] = np.tensordot(self.weights, probability, 1)
        mixed /= mixed.sum(axis=1, keepdims=True)  # of tables whose rows are rounded
        return mixed

    def nodes(self, members: Sequence[str]) -> Nodes:
        """See :class:`Combination`."""
        nodes, constants = [], dict[str, NDArray[np.generic]]()
        for number, (name, weight) in enumerate(zip(members, self.weights, strict=True)):
            constants[f"weight_{number}"] = np.array(weight)
            nodes.append(helper.make_node("Cast", [name], [f"wide_{number}"], to=DOUBLE))
            nodes.append(helper.make_node("Mul", [f"wide_{number}", f"weight_{number}"], [f"part_{number}"]))
        nodes.append(helper.make_node("Sum", [f"part_{number}" for number in range(len(members))], ["mixed"]))
        constants["axis_of_classes"] = np.array([1])
        nodes.append(helper.make_node("ReduceSum", ["mixed", "axis_of_classes"], ["total"]))
        nodes.append(helper.make_node("Div", ["mixed", "total"], ["of_one"]))
        return [*nodes, helper.make_node("Cast", ["of_one"], [PROBABILITY], to=FLOAT)], constants

    def to_json(self) -> dict[str, Any]:
        """See :class:`Combination`."""
        return {"weights": self.weights.tolist()}


@dataclass(frozen=True)
class Stacked:
    """A multinomial logistic regression on the logarithms of the members' probabilities.

    Attributes
    ----------
    coefficients : (members * classes, classes). intercept : (classes,).
    inverse_strength : scikit-learn's C, larger is less regularised.
    """

    coefficients: NDArray[np.float64]
    intercept: NDArray[np.float64]
    inverse_strength: float

    def __call__(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        """See :class:`Combination`."""
        logits = logarithms(probability) @ self.coefficients + self.intercept
        odds: NDArray[np.float64] = np.exp(logits - logits.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        return odds

    def nodes(self, members: Sequence[str]) -> Nodes:
        """See :class:`Combination`."""
        constants: dict[str, NDArray[np.generic]] = {
            "floor": np.array(FLOOR),
            "coefficients": self.coefficients,
            "intercept": self.intercept,
        }
        return [
            helper.make_node("Concat", list(members), ["beside"], axis=1),
            helper.make_node("Cast", ["beside"], ["wide"], to=DOUBLE),
            helper.make_node("Max", ["wide", "floor"], ["above"]),
            helper.make_node("Log", ["above"], ["logarithms"]),
            helper.make_node("MatMul", ["logarithms", "coefficients"], ["product"]),
            helper.make_node("Add", ["product", "intercept"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["of_one"], axis=1),
            helper.make_node("Cast", ["of_one"], [PROBABILITY], to=FLOAT),
        ], constants

    def to_json(self) -> dict[str, Any]:
        """See :class:`Combination`."""
        return {
            "coefficients": self.coefficients.tolist(),
            "intercept": self.intercept.tolist(),
            "inverse_strength": self.inverse_strength,
        }


def logarithms(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """(members, n, classes) -> (n, members * classes), natural logarithms of what is at least ``FLOOR``."""
    logs = np.log(np.maximum(probability, FLOOR))
    return logs.transpose(1, 0, 2).reshape(probability.shape[1], -1)
