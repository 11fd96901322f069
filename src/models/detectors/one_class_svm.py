"""A one-class support vector machine as a detector."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import helper
from sklearn.svm import OneClassSVM as Fitted

from ...runtime.errors import AlertlabError
from ...runtime.tasks.detection import SCORE
from ..graphs.graph_file import DOUBLE, FLOAT, NAME
from .detector import Answers, Nodes, TableDetector
from .distances import squared_distance_nodes, squared_distances

SCALE = "scale"


class OneClassSVM(TableDetector):
    """A smooth boundary about the train part (Schölkopf et al. 2001), by scikit-learn.

    score = rho - sum_i alpha_i exp(-gamma |x - x_i|^2), above 0 beyond the boundary; far from all it nears rho.

    Parameters
    ----------
    nu : share of the train part that may lie beyond the boundary, above 0.
    gamma : of the kernel, or ``scale`` for 1 / (columns x variance of all scaled values).
    options : see :class:`~.detector.TableDetector`.
    """

    def __init__(self, *, nu: float, gamma: float | str, **options: Any) -> None:
        super().__init__(**options)
        if gamma != SCALE and (isinstance(gamma, str | bool) or not gamma > 0):
            raise AlertlabError(f"model.gamma: {gamma!r} is neither a number above 0 nor {SCALE}")
        if not isinstance(nu, int | float) or not 0 < nu <= 1:
            raise AlertlabError(f"model.nu: {nu!r} is no share above 0")
        self.nu, self.gamma = nu, gamma

    def learn(self, features: NDArray[np.float32], target: NDArray[np.int64], seed: int) -> None:
        """Find the support vectors; nothing is random."""
        wide = features.astype(np.float64)
        self.width = 1 / (wide.shape[1] * (wide.var() or 1.0)) if self.gamma == SCALE else float(self.gamma)
        fitted = Fitted(kernel="rbf", nu=self.nu, gamma=self.width, tol=1e-3, shrinking=True).fit(wide)
        self.vectors = fitted.support_vectors_
        self.weights, self.rho = -fitted.dual_coef_[0], -float(fitted.intercept_[0])

    def answer(self, features: NDArray[np.float32]) -> Answers:
        """``score`` (n,)."""
        kernel = np.exp(-self.width * squared_distances(features, self.vectors))
        return {SCORE: kernel @ self.weights + self.rho}

    def nodes(self) -> Nodes:
        """The kernel and its sum."""
        nodes, constants = squared_distance_nodes("wide", self.vectors, "square")
        constants |= {"width": np.array(-self.width), "weights": self.weights, "rho": np.array(self.rho)}
        return [
            helper.make_node("Cast", [NAME], ["wide"], to=DOUBLE),
            *nodes,
            helper.make_node("Mul", ["square", "width"], ["power"]),
            helper.make_node("Exp", ["power"], ["kernel"]),
            helper.make_node("MatMul", ["kernel", "weights"], ["sum"]),
            helper.make_node("Add", ["sum", "rho"], ["full"]),
            helper.make_node("Cast", ["full"], [SCORE], to=FLOAT),
        ], constants
