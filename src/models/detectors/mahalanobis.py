"""The distance to the nearest class, in units of its scatter."""

import numpy as np
from numpy.typing import NDArray
from onnx import helper
from sklearn.covariance import LedoitWolf

from ...runtime.tasks.detection import BY_CLASS, SCORE
from ..graphs.graph_file import DOUBLE, FLOAT, NAME
from .detector import Answers, Nodes, TableDetector, with_classes
from .distances import squared_distance_nodes, squared_distances


class Mahalanobis(TableDetector):
    """Mahalanobis distance to the nearest class mean, with one covariance for all classes (Lee et al. 2018, eq. 2).

    The covariance is that of the objects about their class means, shrunk as Ledoit & Wolf (2004) have it, by
    scikit-learn. Of data without classes there is one mean. Objects without a class count where none has one.
    """

    def learn(self, features: NDArray[np.float32], target: NDArray[np.int64], seed: int) -> None:
        """Means and covariance; nothing is random."""
        wide, place = features.astype(np.float64), target if self.known else np.zeros_like(target)
        wide, place = wide[place >= 0], place[place >= 0]
        means = np.array([wide[place == each].mean(axis=0) for each in range(max(1, len(self.known)))])
        precision = LedoitWolf(assume_centered=True).fit(wide - means[place]).get_precision()
        self.whitening = np.linalg.cholesky(precision)  # |(x - m) L|^2 is (x - m) P (x - m)
        self.centres = means @ self.whitening

    def answer(self, features: NDArray[np.float32]) -> Answers:
        """``score`` (n,), ``score_by_class`` (n, known)."""
        distance = np.sqrt(squared_distances(features @ self.whitening, self.centres))
        return with_classes(distance.min(axis=1), distance[:, : len(self.known)])

    def nodes(self) -> Nodes:
        """Whitening, distances, the least of them."""
        nodes, constants = squared_distance_nodes("white", self.centres, "square")
        constants |= {"whitening": self.whitening, "columns": np.array([1])}
        nodes = [
            helper.make_node("Cast", [NAME], ["wide"], to=DOUBLE),
            helper.make_node("MatMul", ["wide", "whitening"], ["white"]),
            *nodes,
            helper.make_node("Sqrt", ["square"], ["distance"]),
            helper.make_node("ReduceMin", ["distance", "columns"], ["least"], keepdims=0),
            helper.make_node("Cast", ["least"], [SCORE], to=FLOAT),
        ]
        if self.known:
            nodes.append(helper.make_node("Cast", ["distance"], [BY_CLASS], to=FLOAT))
        return nodes, constants
