"""Choosing weights, or a regression, by what members say of rows that none of them was trained on."""

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import AlertlabError
from .combination import FLOOR, Combination, Stacked, Weighted, logarithms

WAYS = ("mean", "weighted", "stacked")
GRID = tuple(10.0**power for power in range(-4, 2))  # of C, for the regression
FOLDS = 5


def mean_of(members: int) -> Weighted:
    """The plain mean."""
    return Weighted(np.full(members, 1 / members))


def row_weights(target: NDArray[np.int64], class_weight: str | None) -> NDArray[np.float64]:
    """(n,) how much each row counts: all the same, or every class that is there the same; their mean is one."""
    if class_weight is None or not len(target):
        return np.ones(len(target))
    _, place, counts = np.unique(target, return_inverse=True, return_counts=True)
    weights: NDArray[np.float64] = (len(target) / len(counts) / counts)[place]
    return weights


def log_loss(probability: NDArray[np.float64], target: NDArray[np.int64], weight: NDArray[np.float64]) -> float:
    """Weighted mean of -log of the true class's probability, which counts as ``FLOOR`` where it is less; in nats."""
    told = np.maximum(probability[np.arange(len(target)), target], FLOOR)
    return float(np.average(-np.log(told), weights=weight))


def fit_weights(probability: NDArray[np.float64], target: NDArray[np.int64], weight: NDArray[np.float64]) -> Weighted:
    """The weighted mean of least log loss, which is convex in the weights.

    Parameters
    ----------
    probability : (members, n, classes). target : (n,) class index. weight : (n,) how much each row counts.
    """
    from scipy.optimize import minimize  # here: its import takes a third of a second

    told = np.maximum(probability[:, np.arange(len(target)), target], FLOOR)
    share = weight / weight.sum()

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        mixed = weights @ told
        return float(-share @ np.log(mixed)), -(told / mixed) @ share

    members = len(told)
    found = minimize(
        loss,
        np.full(members, 1 / members),
        jac=True,
        method="SLSQP",
        bounds=[(0.0, 1.0)] * members,
        constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1, "jac": lambda weights: np.ones(members)},
        options={"ftol": 1e-12, "maxiter": 1000},
    )
    weights = np.clip(found.x, 0.0, 1.0)
    return Weighted(weights / weights.sum())


def fit_stack(
    probability: NDArray[np.float64],
    target: NDArray[np.int64],
    weight: NDArray[np.float64],
    objects: NDArray[np.str_],
    classes: tuple[str, ...],
) -> Stacked:
    """The regression (scikit-learn's, L2), as strongly regularised as cross-validation over objects finds best.

    Parameters
    ----------
    probability, target, weight : see `fit_weights`.
    objects : (n,) rows of one stay in one fold. classes : names, for errors.

    Raises
    ------
    AlertlabError
        For a class with fewer than two objects: no fold could be judged by it.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    held = [len(np.unique(objects[target == index])) for index in range(len(classes))]
    if few := [f"{name} {count}" for name, count in zip(classes, held, strict=True) if count < 2]:
        raise AlertlabError(
            f"by: stacked learns from 2 or more objects of each class in validation, which holds {', '.join(few)}; "
            "take mean or weighted, or train with a larger validation part"
        )
    rows = logarithms(probability)
    folds = StratifiedGroupKFold(min(FOLDS, *held), shuffle=True, random_state=0).split(rows, target, objects)
    parts = [part for part in folds if len(np.unique(target[part[0]])) == len(classes)]
    if not parts:
        raise AlertlabError(
            "by: stacked finds no folds of validation with every class in training; take mean or weighted"
        )

    def fitted(strength: float, chosen: NDArray[np.int64]) -> Stacked:
        model = LogisticRegression(C=strength, max_iter=2000, tol=1e-6)
        model.fit(rows[chosen], target[chosen], sample_weight=weight[chosen])
        coefficients, intercept = model.coef_.T, model.intercept_
        if len(classes) == 2:  # of the second class against none
            coefficients = np.column_stack([np.zeros_like(coefficients), coefficients])
            intercept = np.concatenate([[0.0], intercept])
        return Stacked(coefficients, intercept, strength)

    def loss(strength: float) -> float:
        each = [
            log_loss(fitted(strength, train)(probability[:, held_out]), target[held_out], weight[held_out])
            * weight[held_out].sum()
            for train, held_out in parts
        ]
        return float(np.sum(each))

    return fitted(min(GRID, key=loss), np.arange(len(target)))


def chosen(
    by: str,
    probability: NDArray[np.float64],
    target: NDArray[np.int64],
    objects: NDArray[np.str_],
    classes: tuple[str, ...],
    class_weight: str | None,
) -> Combination:
    """The combination of validation rows, by its name.

    Raises
    ------
    AlertlabError
        Where it needs validation rows, and there is none.
    """
    if by == "mean":
        return mean_of(len(probability))
    if not len(target):
        raise AlertlabError(
            f"by: {by} is chosen on the validation part, of which the members hold no labelled row; take --by mean, or "
            "train with datamodule.split.validation above 0"
        )
    weight = row_weights(target, class_weight)
    if by == "weighted":
        return fit_weights(probability, target, weight)
    return fit_stack(probability, target, weight, objects, classes)
