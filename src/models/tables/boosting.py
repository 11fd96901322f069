"""Histogram gradient boosting as a model."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import helper
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from ...core.contracts import Data, Run
from ...core.export import Exported
from ...core.progress import status
from ...core.samples import Samples
from ...runtime.manifest import PROBABILITY, OutputSpec
from ..graphs.graph_file import DOUBLE, NAME, Graph, save_graph
from ..graphs.tree_graph import Tree, tree_sum
from ..inputs import table_input
from .features import (
    Missing,
    check_missing,
    cleaning,
    every_class,
    labelled,
    prepared,
    tabular,
    two_classes,
)
from .softmax_graph import softmax_nodes
from .threads import threads


class GradientBoosting:
    """Gradient-boosted trees over binned features, in scikit-learn's implementation (after LightGBM, Ke et al. 2017).

    Parameters
    ----------
    learning_rate : shrinkage of each tree. n_estimators : most rounds, each of one tree a class.
    max_features : share of the columns that a split looks at.
    max_depth, min_samples_leaf, max_leaf_nodes : when a tree stops growing. l2_regularization : on leaf values.
    max_bins : levels a column is cut into. class_weight : balanced or None.
    early_stopping : stop after ``patience`` rounds without a lower loss on ``validation_fraction`` of the train part.
    missing, n_jobs : see :class:`ForestModel`.
    """

    def __init__(
        self,
        *,
        learning_rate: float,
        n_estimators: int,
        max_features: float,
        max_depth: int | None,
        min_samples_leaf: int,
        max_leaf_nodes: int | None,
        l2_regularization: float,
        max_bins: int,
        class_weight: str | None,
        early_stopping: bool,
        patience: int,
        validation_fraction: float,
        missing: Missing,
        n_jobs: int,
    ) -> None:
        check_missing(missing)
        self.missing, self.n_jobs, self.early_stopping = missing, n_jobs, early_stopping
        self.arguments: dict[str, Any] = {
            "loss": "log_loss",
            "learning_rate": learning_rate,
            "max_iter": n_estimators,
            "max_features": max_features,
            "max_depth": max_depth,
            "min_samples_leaf": min_samples_leaf,
            "max_leaf_nodes": max_leaf_nodes,
            "l2_regularization": l2_regularization,
            "max_bins": max_bins,
            "class_weight": class_weight,
            "early_stopping": early_stopping,
            "n_iter_no_change": patience,
            "validation_fraction": validation_fraction,
            "scoring": "loss",
            "tol": 1e-7,
            "categorical_features": None,
            "monotonic_cst": None,
            "interaction_cst": None,
            "warm_start": False,
            "verbose": 0,
        }

    def fit(self, data: Data, run: Run) -> None:
        """Learn from the train part alone; its loss on what early stopping holds back is a metric a round."""
        train = labelled(tabular(data.samples("train")))
        two_classes(train.target, 2 if self.early_stopping else 1, "model.early_stopping")
        self.classes = train.taxonomy.classes
        self.input = table_input(train, NAME, cleaning(self.missing))
        self.boosted = HistGradientBoostingClassifier(**self.arguments, random_state=run.seed)
        with status("boosting trees"), threadpool_limits(threads(self.n_jobs)):
            self.boosted.fit(_splittable(prepared(self.input, train), self.arguments["min_samples_leaf"]), train.target)
        held_back = self.boosted.validation_score_ if self.early_stopping else ()
        for step, (learnt, held) in enumerate(zip(self.boosted.train_score_, held_back, strict=False)):
            run.log_metrics({"train_loss": -float(learnt), "held_back_loss": -float(held)}, step)

    def predict(self, samples: Samples) -> NDArray[np.float64]:
        """(n, classes) probabilities."""
        features = prepared(self.input, samples)
        if not len(features):
            return np.zeros((0, len(self.classes)))
        with threadpool_limits(threads(self.n_jobs)):
            return every_class(self.boosted.predict_proba(features), self.boosted.classes_, len(self.classes))

    def export(self, path: Path) -> Exported:
        """Write trees, baseline and softmax as one ONNX graph."""
        seen = self.boosted.classes_
        rounds = self.boosted._predictors  # scikit-learn has no public way to its trees
        outputs = len(rounds[0]) if rounds else 1 if len(seen) == 2 else len(seen)
        trees = [plain(tree.nodes, place, outputs) for each in rounds for place, tree in enumerate(each)]
        base = np.asarray(self.boosted._baseline_prediction, np.float64).ravel()
        nodes = [
            helper.make_node("Cast", [NAME], ["wide"], to=DOUBLE),
            tree_sum(trees, "wide", "raw", base),
            helper.make_node("Cast", ["raw"], ["logits"], to=DOUBLE),
        ]
        softmax, constants = softmax_nodes("logits", seen, len(self.classes))
        save_graph(
            Graph([*nodes, *softmax], {PROBABILITY: len(self.classes)}, constants), len(self.input.columns), path
        )
        return Exported((self.input,), (OutputSpec(PROBABILITY, (len(self.classes),), self.classes),))


def plain(nodes: NDArray[np.void], output: int, outputs: int) -> Tree:
    """A tree of scikit-learn's boosting, whose leaves speak for one output."""
    leaf = nodes["is_leaf"].astype(bool)
    value = np.zeros((len(nodes), outputs))
    value[:, output] = nodes["value"]
    return Tree(
        nodes["feature_idx"].astype(np.int64),
        nodes["num_threshold"],
        np.where(leaf, -1, nodes["left"].astype(np.int64)),
        np.where(leaf, -1, nodes["right"].astype(np.int64)),
        nodes["missing_go_to_left"].astype(bool),
        value,
    )


def _splittable(features: NDArray[np.float32], least: int) -> NDArray[np.float32]:
    """The same, with columns of 0 in place of those that are known in fewer rows than a leaf needs.

    No split can use them, and scikit-learn 1.9 fails on a column without any value.
    """
    known = np.isfinite(features).sum(axis=0)
    return np.where(known < max(least, 1), np.float32(0), features)
