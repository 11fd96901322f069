"""An unsupervised random forest: objects are strange that share few leaves with others."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

from ...runtime.errors import AlertlabError
from ...runtime.tasks.detection import SCORE
from ..graphs.graph_file import NAME
from ..graphs.proximity_graph import proximity_nodes
from ..graphs.tree_graph import Tree
from ..tables.threads import threads
from .detector import BLOCK, Answers, Nodes, TableDetector


@dataclass(frozen=True)
class Grown:
    """A small forest, and of each node of each tree, a tree after the other, what it adds to the two sums.

    Attributes
    ----------
    columns : those of the table that it looks at. first : (trees,) place of each tree's root among the nodes.
    value : (nodes, 2), as :func:`~..graphs.proximity_graph.proximity_nodes` takes it.
    """

    columns: NDArray[np.int64]
    forest: RandomForestClassifier
    first: NDArray[np.int64]
    value: NDArray[np.float64]

    def sums(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, 2) over its trees."""
        total: NDArray[np.float64] = self.value[self.leaves(features)].sum(axis=1)
        return total

    def leaves(self, features: NDArray[np.float32]) -> NDArray[np.int64]:
        """(n, trees) place of the leaf that each row is in."""
        found: NDArray[np.int64] = self.forest.apply(features[:, self.columns]) + self.first
        return found


class UnsupervisedForest(TableDetector):
    """Weirdness by an unsupervised random forest (Baron & Poznanski 2017, MNRAS 465, 4530), trees by scikit-learn.

    A forest learns to tell real objects from synthetic ones, each value of which is drawn anew from the known values
    of its own column, so that nothing but what columns have to do with each other tells them apart (Shi & Horvath
    2006). Here a synthetic object keeps the unknown values of the real one in whose place it stands: coverage is no
    clue. Of the trees t let L_t(i) be the leaf of object i, and real_t(i) be 1 where more than half of what trained
    that leaf is real.

        similarity(i, j) = sum_t real_t(i) [L_t(i) = L_t(j)] / sum_t real_t(i)

    It is normalised by the trees in which i, the object that is judged, looks real; it is not symmetric, and 0 where
    there is no such tree. ``score`` is the mean of 1 - similarity(i, j) over all N objects of the train part,

        score(i) = 1 - sum_t real_t(i) n_t(L_t(i)) / (N sum_t real_t(i)),

    with n_t(L) the number of them in a leaf: exactly what the N by N matrix gives, in O(N trees) time and without it.
    An object of the train part counts itself, at distance 0; its mean over all others is N / (N - 1) times as large,
    which changes no rank. Many small forests, each on some objects and some columns, are merged: t runs over the
    trees of all of them, and n_t counts all objects, whichever a tree was grown on.

    Parameters
    ----------
    forests : how many. objects, columns : of each, drawn without replacement; all where there are fewer.
    n_estimators : trees of each. criterion, max_features, max_depth, min_samples_leaf, bootstrap : of a tree.
    n_jobs : threads, -1 for all cores. options : see :class:`~.detector.TableDetector`.
    """

    def __init__(
        self,
        *,
        forests: int,
        objects: int,
        columns: int,
        n_estimators: int,
        criterion: str,
        max_features: float | str,
        max_depth: int | None,
        min_samples_leaf: int,
        bootstrap: bool,
        n_jobs: int,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        for name, value, least in (("forests", forests, 1), ("objects", objects, 2), ("columns", columns, 1)):
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise AlertlabError(f"model.{name}: {value!r} is not a whole number of {least} or more")
        self.forests, self.objects, self.columns = forests, objects, columns
        self.arguments = {
            "n_estimators": n_estimators,
            "criterion": criterion,
            "max_features": max_features,
            "max_depth": max_depth,
            "min_samples_leaf": min_samples_leaf,
            "bootstrap": bootstrap,
            "n_jobs": threads(n_jobs),
        }

    def learn(self, features: NDArray[np.float32], target: NDArray[np.int64], seed: int) -> None:
        """Grow the forests, and count all objects in their leaves."""
        rng = np.random.default_rng(seed)
        self.reference = len(features)
        self.grown = [self._grow(rng, features) for _ in range(self.forests)]

    def answer(self, features: NDArray[np.float32]) -> Answers:
        """``score`` (n,)."""
        common, judged = sum((each.sums(features) for each in self.grown), np.zeros((len(features), 2))).T
        return {SCORE: mean_distance(common, judged, self.reference)}

    def nodes(self) -> Nodes:
        """All trees as one ensemble, and the mean."""
        trees = [tree for each in self.grown for tree in _plain(each)]
        return proximity_nodes(trees, self.reference, NAME, SCORE)

    def _grow(self, rng: np.random.Generator, features: NDArray[np.float32]) -> Grown:
        rows, columns = (
            np.sort(rng.permutation(size)[:most])
            for size, most in zip(features.shape, (self.objects, self.columns), strict=True)
        )
        real = features[np.ix_(rows, columns)]
        both = np.concatenate([real, redrawn(rng, real, self.missing)])
        forest = RandomForestClassifier(random_state=int(rng.integers(2**31)), **self.arguments)
        forest.fit(both, np.repeat([0, 1], len(real)))
        counts = np.array([tree.tree_.node_count for tree in forest.estimators_])
        judged = np.concatenate([tree.tree_.value[:, 0, 0] > 0.5 for tree in forest.estimators_])
        empty = Grown(columns, forest, np.cumsum(counts) - counts, np.zeros((len(judged), 2)))
        size = np.zeros(len(judged))
        for start in range(0, len(features), BLOCK):  # so many rows x trees at a time
            size += np.bincount(empty.leaves(features[start : start + BLOCK]).ravel(), minlength=len(judged))
        return Grown(columns, forest, empty.first, np.column_stack([size * judged, judged]))


def redrawn(rng: np.random.Generator, real: NDArray[np.float32], missing: float) -> NDArray[np.float32]:
    """(n, columns) each value drawn, with replacement, from the known ones of its column; what is ``missing`` stays."""
    unknown = real == np.float32(missing)
    made = np.empty_like(real)
    for place, (column, lacking) in enumerate(zip(real.T, unknown.T, strict=True)):
        known = column[~lacking]
        made[:, place] = known[rng.integers(len(known), size=len(column))] if len(known) else column
    made[unknown] = np.float32(missing)
    return made


def mean_distance(common: NDArray[np.float64], judged: NDArray[np.float64], others: int) -> NDArray[np.float64]:
    """(n,) mean of 1 - similarity.

    Parameters
    ----------
    common : (n,) objects that share a real leaf, summed over the trees. judged : (n,) trees where the object is real.
    others : objects that the mean is over.
    """
    distance: NDArray[np.float64] = 1 - common / (np.maximum(judged, 1) * others)
    return distance


def _plain(grown: Grown) -> list[Tree]:
    """Trees over the whole table."""
    found = []
    for estimator, first in zip(grown.forest.estimators_, grown.first, strict=True):
        tree = estimator.tree_
        feature, nan_left = grown.columns[np.maximum(tree.feature, 0)], tree.missing_go_to_left.astype(bool)
        value = grown.value[first : first + tree.node_count]
        found.append(Tree(feature, tree.threshold, tree.children_left, tree.children_right, nan_left, value))
    return found
