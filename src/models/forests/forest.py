"""One forest: grown under a progress bar, asked in a fixed order, handed over as plain trees."""

import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from imblearn.ensemble import BalancedRandomForestClassifier
from imblearn.utils import check_sampling_strategy
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

from ..graphs.tree_graph import Tree
from ..tables.features import every_class
from ..tables.threads import threads

Tick = Callable[[int], None]
BLOCK = 1000  # rows a thread takes at a time
STEPS = 20  # moves of the bar for a forest that is grown in steps


@dataclass(frozen=True)
class Forest:
    """A forest over some classes.

    Attributes
    ----------
    name : of the level it decides, ``top`` or a branch.
    classes : how many there are, also such as training had no row of.
    present : (m,) those it has seen, rising.
    grown : scikit-learn's forest; None where there is one class or none to choose.
    """

    name: str
    classes: int
    present: NDArray[np.int64]
    grown: RandomForestClassifier | None

    def probability(self, features: NDArray[np.float32], n_jobs: int) -> NDArray[np.float64]:
        """(n, classes) means over the trees, rows sum to one.

        Threads share out rows, not trees: scikit-learn's own threads add trees up as
        they come, so that the last bits differ from call to call.
        """
        if self.grown is None or not len(features):
            return every_class(np.ones((len(features), 1)), self.present[:1], self.classes)
        blocks = [features[start : start + BLOCK] for start in range(0, len(features), BLOCK)]
        with ThreadPoolExecutor(threads(n_jobs)) as pool:
            answers = list(pool.map(self.grown.predict_proba, blocks))
        return every_class(np.concatenate(answers), self.present, self.classes)

    def trees(self) -> Iterator[Tree]:
        """Its trees, with a value for each of ``classes``."""
        if self.grown is None:
            value = every_class(np.ones((1, 1)), self.present[:1], self.classes)
            leaf = np.array([-1])
            yield Tree(leaf, np.zeros(1), leaf, leaf, np.zeros(1, bool), value)
            return
        for estimator in self.grown.estimators_:
            tree = estimator.tree_
            value = every_class(tree.value[:, 0, :], self.present, self.classes)
            nan_left = tree.missing_go_to_left.astype(bool)
            yield Tree(tree.feature, tree.threshold, tree.children_left, tree.children_right, nan_left, value)


def grow(
    name: str,
    features: NDArray[np.float32],
    target: NDArray[np.int64],
    classes: int,
    arguments: dict[str, Any],
    tick: Tick,
) -> Forest:
    """Fit a balanced forest where ``arguments`` have a ``sampling_strategy``, else a plain one.

    Parameters
    ----------
    features, target : (n, columns) and (n,) class among ``classes``.
    arguments : of the forest's constructor.
    tick : called with the number of trees begun since.
    """
    present = np.unique(target)
    if len(present) < 2:
        tick(arguments["n_estimators"])
        return Forest(name, classes, present if len(present) else np.zeros(1, np.int64), None)
    if "sampling_strategy" in arguments:
        grown = grow_balanced(features, target, arguments, tick)
    else:
        grown = grow_plain(features, target, arguments, tick)
    grown.n_jobs = 1
    return Forest(name, classes, present, grown)


def grow_balanced(
    features: NDArray[np.float32], target: NDArray[np.int64], arguments: dict[str, Any], tick: Tick
) -> BalancedRandomForestClassifier:
    """imbalanced-learn's forest, in one go: growing it in steps would draw half of its trees twice (0.14).

    It asks for the sampling strategy once a tree, and that moves the bar.
    """
    strategy = arguments["sampling_strategy"]

    def counting(y: NDArray[np.int64]) -> dict[int, int]:
        tick(1)
        counts: dict[int, int] = check_sampling_strategy(strategy, y, "under-sampling")
        return counts

    forest = BalancedRandomForestClassifier(**arguments | {"sampling_strategy": counting})
    forest.fit(features, target)
    forest.pipelines_ = []  # a second copy of every tree
    return forest


def grow_plain(
    features: NDArray[np.float32], target: NDArray[np.int64], arguments: dict[str, Any], tick: Tick
) -> RandomForestClassifier:
    """scikit-learn's forest in some steps: the trees are those of one go."""
    forest = RandomForestClassifier(**arguments | {"warm_start": True})
    total = arguments["n_estimators"]
    for done in np.unique(np.linspace(0, total, STEPS + 1).astype(int))[1:]:
        before = len(getattr(forest, "estimators_", ()))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="class_weight presets")  # every step has all rows
            forest.set_params(n_estimators=int(done)).fit(features, target)
        tick(int(done) - before)
    return forest


def rows_of(forest: RandomForestClassifier, place: int, rows: int) -> NDArray[np.int64]:
    """The rows that a tree was grown on, as often as it drew them.

    imbalanced-learn draws a balanced subset of the rows, and both libraries then
    bootstrap with the tree's own random state.
    """
    drawn: NDArray[np.int64] = forest.samplers_[place].sample_indices_ if has_samplers(forest) else np.arange(rows)
    if not forest.bootstrap:
        return drawn
    state = np.random.RandomState(forest.estimators_[place].random_state)  # the generator that the libraries use
    return drawn[state.randint(0, len(drawn), len(drawn), dtype=np.int32)]


def has_samplers(forest: RandomForestClassifier) -> bool:
    """Whether each tree drew a balanced subset first."""
    return isinstance(forest, BalancedRandomForestClassifier)
