"""Pine forest: of many isolation trees those are kept that agree with the answers (Korolev et al. 2025)."""

from typing import Any

from ..graphs.graph_file import Graph
from .coniferest_graph import depth_graph, trees_of
from .expert_forest import ExpertForest, coniferest, real, whole


class PineForest(ExpertForest):
    """Isolation forest that after each answer grows spare trees and drops those that agree least with all answers.

    Parameters
    ----------
    n_spare_trees : grown and dropped each time.
    weight_ratio : what an answer "no" weighs against a "yes".
    regenerate_trees : whether all trees are grown anew each time.
    further : see :class:`ExpertForest`.
    """

    def __init__(self, *, n_spare_trees: int, weight_ratio: float, regenerate_trees: bool, **further: Any) -> None:
        super().__init__(**further)
        whole(n_spare_trees, "n_spare_trees", 1)
        real(weight_ratio, "weight_ratio")
        self.arguments = {
            "n_spare_trees": n_spare_trees,
            "weight_ratio": weight_ratio,
            "regenerate_trees": regenerate_trees,
        }

    def build(self, **arguments: Any) -> Any:
        """See :class:`ExpertForest`."""
        return coniferest("pineforest").PineForest(**arguments, **self.arguments)

    def graph(self) -> Graph:
        """2^(-mean depth / expected depth), as in an isolation forest."""
        evaluator = self.forest.evaluator
        scale = float(evaluator.average_path_length(evaluator.samples)) * evaluator.n_trees
        return depth_graph(trees_of(self.forest.core_forest), scale)
