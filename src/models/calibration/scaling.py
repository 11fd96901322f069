"""Temperature and vector scaling (Guo et al. 2017, ICML, arXiv 1706.04599, sect. 4.2), on logarithms of probabilities.

These are logits up to a constant of each row, to which a softmax is blind.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, helper
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax, softmax

from .rows import HeldOut

FLOOR = 1e-6  # of a probability: what the tie rule takes for nothing, for a forest says 0 where no tree votes
HOTTEST = 100.0  # bound of the temperature, and of its inverse


@dataclass(frozen=True)
class Scaling:
    """softmax(weight log p + bias).

    Attributes
    ----------
    weight, bias : (classes,); a temperature T is the weight 1 / T of every class.
    """

    weight: NDArray[np.float64]
    bias: NDArray[np.float64]
    steepest = 1.0  # an error of p stays one of its size

    def __call__(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, classes) to the same, rows sum to one."""
        found: NDArray[np.float64] = softmax(logarithms(probability) * self.weight + self.bias, axis=1)
        return found

    def nodes(self, source: str, target: str) -> tuple[list[NodeProto], dict[str, NDArray[np.generic]]]:
        """Nodes from float64 probabilities to calibrated ones, and the constants that they use."""
        constants: dict[str, NDArray[np.generic]] = {
            "scaling_floor": np.array(FLOOR),
            "scaling_weight": self.weight,
            "scaling_bias": self.bias,
        }
        return [
            helper.make_node("Max", [source, "scaling_floor"], ["scaling_floored"]),
            helper.make_node("Log", ["scaling_floored"], ["scaling_logarithm"]),
            helper.make_node("Mul", ["scaling_logarithm", "scaling_weight"], ["scaling_scaled"]),
            helper.make_node("Add", ["scaling_scaled", "scaling_bias"], ["scaling_moved"]),
            helper.make_node("Softmax", ["scaling_moved"], [target], axis=1),
        ], constants


def logarithms(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Natural logarithms of probabilities, of none below the floor."""
    found: NDArray[np.float64] = np.log(np.maximum(probability, FLOOR))
    return found


def temperature(rows: HeldOut) -> Scaling:
    """One number for all classes, of least log loss: it never changes which class is the likeliest."""
    logits = logarithms(rows.probability)

    def loss(log_weight: float) -> float:
        return -float(_own(log_softmax(np.exp(log_weight) * logits, axis=1), rows.target).mean())

    bound = np.log(HOTTEST)
    found = minimize_scalar(loss, bounds=(-bound, bound), method="bounded", options={"xatol": 1e-9})
    return Scaling(np.full(rows.classes, np.exp(found.x)), np.zeros(rows.classes))


def vector(rows: HeldOut) -> Scaling:
    """A weight and a bias for each class, of least log loss.

    Both are held to those of the temperature by a normal prior of width one each, and a class of few objects has these
    themselves, or a class of some objects would be led by their accidents.
    """
    logits, free = logarithms(rows.probability), rows.enough
    common = temperature(rows).weight
    truth = np.eye(rows.classes)[rows.target]

    def loss(told: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        change, bias = np.zeros(rows.classes), np.zeros(rows.classes)
        change[free], bias[free] = np.split(told, 2)
        log_probability = log_softmax(logits * (common + change) + bias, axis=1)
        error = np.exp(log_probability) - truth
        value = -float(_own(log_probability, rows.target).sum()) + float(told @ told) / 2
        slope = np.concatenate([(error * logits).sum(0)[free], error.sum(0)[free]]) + told
        return value, slope

    found = minimize(loss, np.zeros(2 * int(free.sum())), jac=True, method="L-BFGS-B", options={"maxiter": 1000})
    weight, bias = common.copy(), np.zeros(rows.classes)
    change, bias[free] = np.split(found.x, 2)
    weight[free] += change
    return Scaling(weight, bias)


def _own(values: NDArray[np.float64], target: NDArray[np.int64]) -> NDArray[np.float64]:
    return values[np.arange(len(target)), target]
