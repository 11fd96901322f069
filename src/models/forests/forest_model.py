"""Random forests as models: over branches and their classes, or over all classes at once."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.contracts import Data, Run
from ...core.export import Exported
from ...core.progress import counter, notice, status
from ...core.samples import Samples
from ...core.taxonomy import Taxonomy
from ...runtime.errors import AlertlabError
from ...runtime.manifest import PROBABILITY, InputSpec, OutputSpec
from ..graphs.graph_file import NAME, save_graph
from ..inputs import table_input
from ..tables.features import Missing, check_missing, cleaning, labelled, prepared, tabular
from ..tables.threads import threads
from .forest import Forest, grow
from .forest_graph import forest_graph
from .hierarchy import TOP, Branches, Level, levels, product, weighed, weights_of
from .importance import Importances, combined, impurity, permutation
from .importance_files import write_importances
from .out_of_bag import PER_CLASS, balanced_accuracy, judged_rows, unseen_means, votes

DEFAULT = "default"
MaxFeatures = str | int | float | None


class ForestModel(ABC):
    """Forests behind the model contract. They learn from the train part alone and never look at validation.

    Parameters
    ----------
    n_estimators : trees a forest. criterion : gini, entropy or log_loss.
    max_features : columns that a split looks at, as in scikit-learn; or a mapping of the name of a forest
        (``top`` or a branch) to it, with ``default`` for the others.
    max_depth, min_samples_split, min_samples_leaf, max_leaf_nodes, min_impurity_decrease, ccp_alpha : when a tree
        stops growing, as in scikit-learn.
    class_weight : None or balanced_subsample. bootstrap : whether a tree draws its rows with replacement.
    missing : what a tree finds where a feature is unknown; ``native`` leaves NaN for the trees to route.
    n_jobs : threads, -1 for all cores; the forests are the same whatever it is.
    permutation_repeats : shuffles of each column for its permutation importance, 0 for none.
    permutation_rows : most rows of a class that it is measured on.
    """

    branch_weights = "equal"

    def __init__(
        self,
        *,
        n_estimators: int,
        criterion: str,
        max_features: MaxFeatures | Mapping[str, MaxFeatures],
        max_depth: int | None,
        min_samples_split: int | float,
        min_samples_leaf: int | float,
        max_leaf_nodes: int | None,
        min_impurity_decrease: float,
        ccp_alpha: float,
        class_weight: str | None,
        bootstrap: bool,
        missing: Missing,
        n_jobs: int,
        permutation_repeats: int,
        permutation_rows: int,
    ) -> None:
        check_missing(missing)
        if class_weight not in (None, "balanced_subsample"):
            raise AlertlabError(f"model.class_weight: {class_weight!r} is neither null nor balanced_subsample")
        if not isinstance(n_estimators, int) or n_estimators < 1:
            raise AlertlabError(f"model.n_estimators: {n_estimators!r} is not a whole number of 1 or more")
        threads(n_jobs)
        self.arguments: dict[str, Any] = {
            "n_estimators": n_estimators,
            "criterion": criterion,
            "max_depth": max_depth,
            "min_samples_split": min_samples_split,
            "min_samples_leaf": min_samples_leaf,
            "min_weight_fraction_leaf": 0.0,  # the same as min_samples_leaf where rows weigh alike
            "max_leaf_nodes": max_leaf_nodes,
            "min_impurity_decrease": min_impurity_decrease,
            "ccp_alpha": ccp_alpha,
            "class_weight": class_weight,
            "bootstrap": bootstrap,
            "max_samples": None,  # as many as there are to draw from
            "n_jobs": n_jobs,
            "oob_score": False,  # ours counts every row that a tree has not seen
            "monotonic_cst": None,
            "verbose": 0,
            "warm_start": False,
        }
        self.max_features, self.missing, self.n_jobs = max_features, missing, n_jobs
        self.permutation_repeats, self.permutation_rows = permutation_repeats, permutation_rows

    @abstractmethod
    def branches_of(self, taxonomy: Taxonomy) -> Branches:
        """Branch -> classes, in the order of the branches; empty for one forest over all classes."""

    def input_of(self, train: Samples) -> InputSpec:
        """The raw input, and how it becomes the table that the trees see."""
        return table_input(tabular(train), NAME, cleaning(self.missing))

    @property
    def names(self) -> list[str]:
        """Of the columns that the trees see."""
        return [column.name for column in self.input.columns]

    def fit(self, data: Data, run: Run) -> None:
        """Grow every forest; out-of-bag scores are metrics, importances files of the run."""
        train = labelled(data.samples("train"))
        self.classes, self.branches = train.taxonomy.classes, self.branches_of(train.taxonomy)
        self.input = self.input_of(train)
        features = prepared(self.input, train)
        tasks = levels(self.classes, self.branches, train.target)
        self.forests = self._grow(features, tasks, run.seed)
        with status("judging the forests by rows they have not seen"):
            scores, importances = self._judge(features, tasks, run.seed)
        if scores:
            run.log_metrics(scores, step=0)
        else:
            notice("forest: no out-of-bag score, since no tree left rows of every class aside")
        if importances:
            several = [combined(importances)] if len(importances) > 1 else []
            run.log_files(write_importances([*several, *importances], self.names, run.directory))

    def predict(self, samples: Samples) -> NDArray[np.float64]:
        """(n, classes) probabilities, of a hierarchy P(c) = P_top(branch of c) P_branch(c)."""
        features = prepared(self.input, samples)
        return self._product([forest.probability(features, self.n_jobs) for forest in self.forests])

    def out_of_bag(self, data: Data) -> tuple[Samples, NDArray[np.float64]]:
        """Rows of the train part that some tree of each forest has not seen, and (n, classes) what such trees say."""
        train = labelled(data.samples("train"))
        features = prepared(self.input, train)
        pairs = zip(self.forests, levels(self.classes, self.branches, train.target), strict=True)
        owner = np.unique(train.object_id, return_inverse=True)[1]
        with status("asking trees about objects that they have not seen"):
            told = [unseen_means(forest, features, task.rows, owner) for forest, task in pairs]
            probability = self._product(told)
        known = np.flatnonzero(np.isfinite(probability).all(axis=1))
        return train.take(known), probability[known]

    def _product(self, told: list[NDArray[np.float64]]) -> NDArray[np.float64]:
        """(n, classes) from what each forest says."""
        first, *others = told
        if not others:
            return first
        top = weighed(first, weights_of(self.branches, self.branch_weights))
        return product(top, np.concatenate(others, axis=1), self.classes, self.branches)

    def export(self, path: Path) -> Exported:
        """Write all forests and their product as one ONNX graph."""
        weights = weights_of(self.branches, self.branch_weights)
        graph = forest_graph(self.forests, self.classes, self.branches, weights, self.input.name)
        save_graph(graph, len(self.names), path, self.input.name)
        probability = OutputSpec(PROBABILITY, (len(self.classes),), self.classes, dict(self.branches))
        if not self.branches:
            return Exported((self.input,), (probability,))
        return Exported((self.input,), (probability, OutputSpec(TOP, (len(self.branches),), tuple(self.branches))))

    def _grow(self, features: NDArray[np.float32], tasks: list[Level], seed: int) -> list[Forest]:
        arguments = [self._arguments(each.name, seed) for each in tasks]
        if isinstance(self.max_features, Mapping):
            for name in sorted(set(self.max_features) - {DEFAULT, *(each.name for each in tasks)}):
                notice(f"model.max_features: {name} is of no use, the forests are {', '.join(e.name for e in tasks)}")
        done, total = 0, self.arguments["n_estimators"] * len(tasks)
        with counter("growing trees") as show:

            def tick(trees: int) -> None:
                nonlocal done
                done += trees  # two threads may lose a step of the bar, and nothing else
                show(min(done, total), total)

            try:
                return [
                    grow(each.name, features[each.rows], each.target, each.classes, chosen, tick)
                    for each, chosen in zip(tasks, arguments, strict=True)
                ]
            except (ValueError, TypeError) as error:  # scikit-learn names the argument
                raise AlertlabError(f"model: {str(error).splitlines()[0]}") from error

    def _arguments(self, name: str, seed: int) -> dict[str, Any]:
        """Every argument of the constructor of one forest."""
        chosen = self.max_features
        if isinstance(chosen, Mapping):
            if DEFAULT not in chosen:
                raise AlertlabError(f"model.max_features: a mapping needs {DEFAULT}, for the forests it does not name")
            chosen = chosen.get(name, chosen[DEFAULT])
        return self.arguments | {"max_features": chosen, "random_state": seed}

    def _judge(
        self, features: NDArray[np.float32], tasks: list[Level], seed: int
    ) -> tuple[dict[str, float], list[Importances]]:
        """Out-of-bag scores by name, and the importances of each forest that had anything to decide."""
        scores: dict[str, float] = {}
        importances = []
        for forest, task in zip(self.forests, tasks, strict=True):
            if forest.grown is None:
                continue
            own = features[task.rows]
            judged = judged_rows(forest, own, task.target, PER_CLASS, seed)
            if judged is not None:
                told = votes(forest.grown, judged)
                scores[f"oob_balanced_accuracy/{forest.name}"] = balanced_accuracy(told, judged.target)
            mean = std = np.full(own.shape[1], np.nan)
            few = judged_rows(forest, own, task.target, self.permutation_rows, seed)
            if few is not None and self.permutation_repeats:
                mean, std = permutation(forest.grown, few, self.permutation_repeats, seed)
            importances.append(Importances(forest.name, *impurity(forest.grown), mean, std))
        return scores, importances
