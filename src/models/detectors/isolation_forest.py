"""An isolation forest as a detector."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

from ...runtime.tasks.detection import SCORE
from ..graphs.graph_file import NAME
from ..graphs.isolation_graph import isolation_nodes
from ..tables.threads import threads
from .detector import Answers, Nodes, TableDetector


class IsolationForestDetector(TableDetector):
    """Random trees, in which what is strange stands alone after few splits (Liu, Ting & Zhou 2008), by scikit-learn.

    The score is the paper's, 2^(-E(h) / c(psi)), from 0 to 1. A split lies anywhere in a feature's range at random, so
    that a long tail hides all else: hence the scaling, which trees do not need otherwise.

    Parameters
    ----------
    n_estimators : trees. max_samples : rows that each is grown on, fewer where the train part has fewer.
    max_features : share of the columns that a tree sees. bootstrap : whether a tree draws its rows with replacement.
    n_jobs : threads, -1 for all cores. options : see :class:`~.detector.TableDetector`.
    """

    def __init__(
        self,
        *,
        n_estimators: int,
        max_samples: int,
        max_features: float,
        bootstrap: bool,
        n_jobs: int,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.max_samples = max_samples
        self.arguments = {
            "n_estimators": n_estimators,
            "max_features": max_features,
            "bootstrap": bootstrap,
            "n_jobs": threads(n_jobs),
            "contamination": "auto",  # moves scikit-learn's threshold alone, and no score
        }

    def learn(self, features: NDArray[np.float32], target: NDArray[np.int64], seed: int) -> None:
        """Grow the trees."""
        self.forest = grown(features, self.max_samples, seed, self.arguments)

    def answer(self, features: NDArray[np.float32]) -> Answers:
        """``score`` (n,)."""
        return {SCORE: -self.forest.score_samples(features)}

    def nodes(self) -> Nodes:
        """The trees."""
        return isolation_nodes(self.forest, NAME, SCORE)


def grown(features: NDArray[np.float32], max_samples: int, seed: int, arguments: dict[str, Any]) -> IsolationForest:
    """A forest of as many rows a tree as there are, up to ``max_samples``."""
    forest = IsolationForest(max_samples=min(max_samples, len(features)), random_state=seed, **arguments)
    return forest.fit(features)
