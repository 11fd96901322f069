"""Active anomaly detection: the leaves of an isolation forest, weighed by answers (Das et al. 2017)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.progress import notice
from ...runtime.errors import AlertlabError
from ..graphs.graph_file import Graph
from .coniferest_graph import sum_graph, trees_of
from .expert_forest import ExpertForest, coniferest, real

LEAF_VALUES = ("reciprocal", "linear", "exponential", "const")


class AADForest(ExpertForest):
    """Isolation forest whose leaves have weights, fitted so that what is wanted lies above a threshold.

    The weights w minimise C_a mean max(0, q - s) over what is wanted + C_n mean max(0, s - q) over what is not
    + (prior_influence / 2) |w - w_0|^2, with s the score and q the threshold (Das et al. 2017, arXiv 1708.09441).

    Parameters
    ----------
    budget : ``auto`` fits the threshold q too; a share of the candidates, or a number of them, takes the score that
        so many are above of.
    C_a, C_n : cost of what is wanted below, and of what is not above the threshold.
    prior_influence : how strongly weights are held to those before; 0 not at all.
    map_value : what a leaf at depth x says: reciprocal -1/x, linear x, exponential 1 - e^-x, const 1.
    further : see :class:`ExpertForest`.
    """

    def __init__(
        self,
        *,
        budget: str | int | float,
        C_a: float,  # noqa: N803  as published
        C_n: float,  # noqa: N803
        prior_influence: float,
        map_value: str,
        **further: Any,
    ) -> None:
        super().__init__(**further)
        if budget != "auto" and (isinstance(budget, bool) or not isinstance(budget, int | float) or budget <= 0):
            raise AlertlabError(f"forest.budget: {budget!r} is neither auto, nor a share or number of candidates")
        if isinstance(budget, float) and budget > 1:
            raise AlertlabError(
                f"forest.budget: {budget!r} is no share of the candidates; write a whole number of them"
            )
        if map_value not in LEAF_VALUES:
            raise AlertlabError(f"forest.map_value: {map_value!r} is not among {', '.join(LEAF_VALUES)}")
        for key, value in (("C_a", C_a), ("C_n", C_n), ("prior_influence", prior_influence)):
            real(value, key)
        self.arguments = {
            "budget": budget,
            "C_a": C_a,
            "C_n": C_n,
            "prior_influence": prior_influence,
            "map_value": map_value,
        }

    def build(self, **arguments: Any) -> Any:
        """See :class:`ExpertForest`."""
        return coniferest("aadforest").AADForest(**arguments, **self.arguments)

    def learn(self, features: NDArray[np.float32], strange: NDArray[np.bool_]) -> None:
        """Weights that fit nothing, of equal rows that are both wanted and not, stay what they were."""
        before = self.forest.evaluator.weights
        with np.errstate(invalid="ignore"):  # coniferest divides by their norm
            super().learn(features, strange)
        if not np.isfinite(self.forest.evaluator.weights).all():
            self.forest.evaluator.weights = before
            notice("hunt: the answers contradict each other, so nothing was learnt from the last")

    def graph(self) -> Graph:
        """A leaf says minus its value times its weight; the score is their sum."""
        evaluator = self.forest.evaluator
        return sum_graph(trees_of(self.forest.core_forest, -evaluator.weights * evaluator.leaf_values))

    def state(self) -> list[NDArray[Any]]:
        """The trees and the weights of their leaves."""
        return [*super().state(), np.asarray(self.forest.evaluator.weights)]
