"""Choosing weights, or a regression, by what members say of rows that none of them was trained on."""

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import AlertlabError
from .combination import FLOOR, Combination, Stacked, Weighted, logarithms

WAYS = ("mean", "weighted", "stacked")
GRID = tuple(10.0**power for power in range(-4, 2))  # of C, for the regression
FOLDS = 5
Floats = NDArray[np.float64]


def mean_of(members: int) -> Weighted:
    """The plain mean."""
    return Weighted(np.full(members, 1 / members))


def row_weights(target: NDArray[np.int64], class_weight: str | None) -> Floats:
    """(n,) how much each row counts: all the same, or every class that is there the same; their mean is one."""
    if class_weight is None or not len(target):
        return np.ones(len(target))
    _, place, counts = np.unique(target, return_inverse=True, return_counts=True)
    weights: Floats = (len(target) / len(counts) / counts)[place]
    return weights


def log_loss(probability: Floats, target: NDArray[np.int64], weight: Floats) -> float:
    """Weighted mean of -log of the true class's probability, which counts as ``FLOOR`` where it is less; in nats."""
    told = np.maximum(probability[np.arange(len(target)), target], FLOOR)
    return float(np.average(-np.log(told), weights=weight))


def fit_weights(probability: Floats, target: NDArray[np.int64], weight: Floats) -> Weighted:
    """The weighted mean of least log loss, which is convex in the weights.

    Parameters
    ----------
    probability : (members, n, classes). target : (n,) class index. weight : (n,) how much each row counts.
    """
    from scipy.optimize import minimize  # here: its import takes a third of a second

    told = np.maximum(probability[:, np.arange(len(target)), target], FLOOR)
    share = weight / weight.sum()

    def loss(weights: Floats) -> tuple[float, Floats]:
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
    probability: Floats,
    target: NDArray[np.int64],
    weight: Floats,
    objects: NDArray[np.str_],
    classes: tuple[str, ...],
) -> tuple[Stacked, Floats]:
    """The regression (scikit-learn's, L2), as strongly regularised as cross-validation over objects finds best.

    Parameters
    ----------
    probability, target, weight : see `fit_weights`.
    objects : (n,) rows of one stay in one fold. classes : names, for errors.

    Returns
    -------
    The regression on all rows, and (n, classes) what those of the folds say, each of rows that it was not fitted on.

    Raises
    ------
    AlertlabError
        For a class with fewer than two objects: no fold could be judged by it.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    held = [len(np.unique(objects[target == index])) for index in range(len(classes))]
    if few := [f"{name} {count}" for name, count in zip(classes, held, strict=True) if count < 2]:
        raise AlertlabError(
            f"by: stacked learns from 2 or more objects of each class in validation, which holds {', '.join(few)}; "
            "take mean or weighted, or train with a larger validation part"
        )
    drawn = StratifiedGroupKFold(min(FOLDS, *held), shuffle=True, random_state=0)
    folds = [
        (train, out)
        for train, out in drawn.split(target, target, objects)
        if len(np.unique(target[train])) == len(classes)
    ]
    if not folds:
        raise AlertlabError(
            "by: stacked finds no folds of validation with every class in training; take mean or weighted"
        )
    judged = np.concatenate([out for _, out in folds])
    best, found = np.inf, (_regression(probability, target, weight, GRID[0]), probability[0])
    for strength in GRID:
        stack = _regression(probability, target, weight, strength)
        answers = stack(probability)  # those of folds that lack a class stay
        for train, out in folds:
            part = _regression(probability[:, train], target[train], weight[train], strength)
            answers[out] = part(probability[:, out])
        loss = log_loss(answers[judged], target[judged], weight[judged])
        if loss < best:
            best, found = loss, (stack, answers)
    return found


def _regression(probability: Floats, target: NDArray[np.int64], weight: Floats, strength: float) -> Stacked:
    """Of that inverse strength, on rows of every class."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=2000, tol=1e-6)
    model.fit(logarithms(probability), target, sample_weight=weight)
    coefficients, intercept = model.coef_.T, model.intercept_
    if probability.shape[2] == 2:  # of the second class against none
        coefficients = np.column_stack([np.zeros_like(coefficients), coefficients])
        intercept = np.concatenate([[0.0], intercept])
    return Stacked(coefficients, intercept, strength)


def _crossed_weights(
    probability: Floats, target: NDArray[np.int64], weight: Floats, objects: NDArray[np.str_]
) -> Floats:
    """(n, classes) what weights say that were chosen without the object of a row."""
    from sklearn.model_selection import GroupKFold

    different = len(np.unique(objects))
    answers = fit_weights(probability, target, weight)(probability)
    if different > 1:
        for train, out in GroupKFold(min(FOLDS, different)).split(target, groups=objects):
            answers[out] = fit_weights(probability[:, train], target[train], weight[train])(probability[:, out])
    return answers


def chosen(
    by: str,
    probability: Floats,
    target: NDArray[np.int64],
    objects: NDArray[np.str_],
    classes: tuple[str, ...],
    class_weight: str | None,
) -> tuple[Combination, Floats]:
    """The combination of validation rows, by its name.

    Returns
    -------
    The combination, and (n, classes) what is said of these rows, each by one that was chosen without its object: what
    is settled by held-out rows, such as the coverage of sets, must not have seen them.

    Raises
    ------
    AlertlabError
        Where it needs validation rows, and there is none.
    """
    if by == "mean":
        mean = mean_of(len(probability))
        return mean, mean(probability)
    if not len(target):
        raise AlertlabError(
            f"by: {by} is chosen on the validation part, of which the members hold no labelled row; take --by mean, or "
            "train with datamodule.split.validation above 0"
        )
    weight = row_weights(target, class_weight)
    if by == "weighted":
        return fit_weights(probability, target, weight), _crossed_weights(probability, target, weight, objects)
    return fit_stack(probability, target, weight, objects, classes)
