"""What trees say of rows that they were not grown on: a score and importances without spending data."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

from ..tables.features import every_class
from .forest import Forest, rows_of

PER_CLASS = 500  # rows that are judged: bounds the time, the score's error is then below 0.02 a class


@dataclass(frozen=True)
class Judged:
    """Rows of the train part and the trees that have not seen them.

    Attributes
    ----------
    features : (n, columns). target : (n,) among the classes that the forest has seen, by place.
    unseen : (trees, n) whether a tree was grown without a row.
    """

    features: NDArray[np.float32]
    target: NDArray[np.int64]
    unseen: NDArray[np.bool_]


def judged_rows(
    forest: Forest, features: NDArray[np.float32], target: NDArray[np.int64], per_class: int, seed: int
) -> Judged | None:
    """At most ``per_class`` rows a class that some tree has not seen; None where there is no such row of a class.

    Unlike ``oob_decision_function_`` of imbalanced-learn this counts rows that the
    balanced draw left out: they are most rows of a frequent class.
    """
    if forest.grown is None:
        return None
    generator = np.random.default_rng(seed)
    chosen = np.concatenate(
        [np.sort(generator.permutation(np.flatnonzero(target == each))[:per_class]) for each in forest.present]
    )
    unseen = np.ones((len(forest.grown.estimators_), len(target)), bool)
    for place in range(len(unseen)):
        unseen[place, rows_of(forest.grown, place, len(target))] = False
    chosen = chosen[unseen[:, chosen].any(axis=0)]
    places = np.searchsorted(forest.present, target[chosen])
    if len(np.unique(places)) < len(forest.present):
        return None
    return Judged(features[chosen], places, unseen[:, chosen])


def votes(grown: RandomForestClassifier, judged: Judged) -> NDArray[np.float64]:
    """(n, classes) mean probabilities of the trees that have not seen a row."""
    total = np.zeros((len(judged.target), len(grown.classes_)))
    for estimator, unseen in zip(grown.estimators_, judged.unseen, strict=True):
        if unseen.any():
            total[unseen] += estimator.predict_proba(judged.features[unseen], check_input=False)
    mean: NDArray[np.float64] = total / judged.unseen.sum(axis=0)[:, None]
    return mean


def balanced_accuracy(probability: NDArray[np.float64], target: NDArray[np.int64]) -> float:
    """Mean over the classes of the share of their rows that are told right."""
    right = probability.argmax(axis=1) == target
    return float(np.mean([right[target == each].mean() for each in np.unique(target)]))


def unseen_means(
    forest: Forest, features: NDArray[np.float32], rows: NDArray[np.int64], owner: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(n, classes) mean probabilities of the trees that have seen no row of an object; NaN where every tree has.

    Parameters
    ----------
    rows : those of the n that the forest was grown on; of the others every tree speaks.
    owner : (n,) number of the object of each row.
    """
    if forest.grown is None:
        return forest.probability(features, 1)
    total, count = np.zeros((len(features), len(forest.present))), np.zeros(len(features))
    for place, estimator in enumerate(forest.grown.estimators_):
        seen = np.zeros(int(owner.max()) + 1, bool)
        seen[owner[rows[rows_of(forest.grown, place, len(rows))]]] = True
        unseen = ~seen[owner]
        if unseen.any():
            total[unseen] += estimator.predict_proba(features[unseen], check_input=False)
            count += unseen
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN of a row that every tree has seen
        return every_class(total / count[:, None], forest.present, forest.classes)
