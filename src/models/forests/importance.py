"""Which features a forest lives by: at its splits, and by what it loses without each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

from .out_of_bag import Judged

ROWS_AT_ONCE = 1 << 15  # bounds memory while columns are shuffled


@dataclass(frozen=True)
class Importances:
    """Of each feature, (features,) each.

    Attributes
    ----------
    name : of the forest.
    impurity, impurity_std : mean decrease of impurity, of sum 1, and its standard deviation over the trees.
    permutation, permutation_std : probability of the true class that is lost when the
        column is shuffled, mean over classes; with the standard deviation over repeats. NaN where not computed.
    """

    name: str
    impurity: NDArray[np.float64]
    impurity_std: NDArray[np.float64]
    permutation: NDArray[np.float64]
    permutation_std: NDArray[np.float64]


def impurity(grown: RandomForestClassifier) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean decrease of impurity (Breiman 2001), and its standard deviation over the trees."""
    each = np.array([tree.feature_importances_ for tree in grown.estimators_])
    return grown.feature_importances_, each.std(axis=0)


def permutation(
    grown: RandomForestClassifier, judged: Judged, repeats: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What shuffling a column costs, judged by trees that have not seen the row (Breiman 2001, section 10).

    The cost is probability of the true class rather than right answers: it moves with
    every vote, so that some hundred rows are enough. Columns that a tree never
    looks at are not asked again.

    Returns
    -------
    Mean and standard deviation over repeats, (features,); the deviation is NaN for one repeat.
    """
    rows, columns = judged.features.shape
    generator = np.random.default_rng(seed)
    orders = np.array([[generator.permutation(rows) for _ in range(columns)] for _ in range(repeats)])
    lost = np.zeros((repeats, columns, rows))
    for estimator, unseen in zip(grown.estimators_, judged.unseen, strict=True):
        at = np.flatnonzero(unseen)
        tree = estimator.tree_
        asked = np.unique(tree.feature[tree.children_left >= 0])
        if not len(at) or not len(asked):
            continue
        truth = judged.target[at]
        told = estimator.predict_proba(judged.features[at], check_input=False)[np.arange(len(at)), truth]
        jobs = [(repeat, column) for repeat in range(repeats) for column in asked]
        step = max(1, ROWS_AT_ONCE // len(at))
        for start in range(0, len(jobs), step):
            some = jobs[start : start + step]
            shuffled = np.tile(judged.features[at], (len(some), 1, 1))
            for number, (repeat, column) in enumerate(some):
                shuffled[number, :, column] = judged.features[orders[repeat, column, at], column]
            answer = estimator.predict_proba(shuffled.reshape(-1, columns), check_input=False)
            answer = answer.reshape(len(some), len(at), -1)[:, np.arange(len(at)), truth]
            for (repeat, column), after in zip(some, answer, strict=True):
                lost[repeat, column, at] += told - after
    lost /= judged.unseen.sum(axis=0)
    by_class = np.array([lost[:, :, judged.target == each].mean(axis=2) for each in np.unique(judged.target)])
    each_repeat = by_class.mean(axis=0)
    std = each_repeat.std(axis=0, ddof=1) if repeats > 1 else np.full(columns, np.nan)
    return each_repeat.mean(axis=0), std


def combined(each: list[Importances]) -> Importances:
    """Plain means over the forests of a hierarchy, their spreads added in quadrature."""

    def mean(name: str) -> NDArray[np.float64]:
        return np.mean([getattr(one, name) for one in each], axis=0)  # type: ignore[no-any-return]

    def spread(name: str) -> NDArray[np.float64]:
        return np.sqrt(np.sum([getattr(one, name) ** 2 for one in each], axis=0)) / len(each)  # type: ignore[no-any-return]

    return Importances(
        "combined", mean("impurity"), spread("impurity_std"), mean("permutation"), spread("permutation_std")
    )
