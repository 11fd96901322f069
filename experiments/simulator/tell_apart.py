"""A classifier that tells real from simulated: its AUC, and what gives it away."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sides import CLASSES, Side
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.inspection import permutation_importance
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold

FOLDS = 5


@dataclass(frozen=True)
class Verdict:
    """AUC over folds, mean and standard deviation, and the inputs whose shuffling costs the most AUC."""

    alerts: int
    auc: float
    deviation: float
    giveaways: dict[str, float]


def balanced(real: Side, simulated: Side, seed: int = 0) -> tuple[Side, Side]:
    """As many alerts of each class on either side, drawn at random where there are more."""
    rng = np.random.default_rng(seed)
    rows: tuple[list[int], list[int]] = ([], [])
    for label in CLASSES:
        here = [np.flatnonzero(side.label == label) for side in (real, simulated)]
        n = min(map(len, here))
        for kept, found in zip(rows, here, strict=True):
            kept.extend(rng.permutation(found)[:n].tolist())
    return real.take(np.array(rows[0])), simulated.take(np.array(rows[1]))


def tell_apart(
    real: NDArray[np.floating],
    simulated: NDArray[np.floating],
    groups: NDArray[np.str_],
    names: tuple[str, ...],
    strata: NDArray[np.str_],
) -> Verdict:
    """Gradient boosting in five folds by object.

    Parameters
    ----------
    real, simulated : (n, k) and (m, k). groups, strata : (n + m,) object and class of the rows, real first.
    names : of the k columns.
    """
    inputs = np.concatenate([real, simulated])
    target = np.repeat([0, 1], [len(real), len(simulated)])
    strata = np.array([f"{label}{side}" for label, side in zip(strata, target, strict=True)])
    aucs, costs = [], []
    for train, test in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0).split(inputs, strata, groups):
        model = HistGradientBoostingClassifier(max_iter=100, learning_rate=0.1, max_leaf_nodes=15, random_state=0)
        model.fit(inputs[train], target[train])
        aucs.append(roc_auc_score(target[test], model.predict_proba(inputs[test])[:, 1]))
        cost = permutation_importance(
            model, inputs[test], target[test], scoring="roc_auc", n_repeats=2, random_state=0
        ).importances_mean
        costs.append(cost)
    mean = np.mean(costs, axis=0)
    order = [column for column in np.argsort(-mean)[:8] if mean[column] > 0.001]
    return Verdict(
        len(target),
        float(np.mean(aucs)),
        float(np.std(aucs, ddof=1)),
        {names[column]: float(mean[column]) for column in order},
    )


def verdicts(real: Side, simulated: Side, metadata_names: tuple[str, ...]) -> dict[str, dict[str, Verdict]]:
    """``pixels`` and ``metadata``, each in all and by class; the classes are equally many on both sides."""
    real, simulated = balanced(real, simulated)
    found: dict[str, dict[str, Verdict]] = {"pixels": {}, "metadata": {}}
    for label in ("all", *CLASSES):
        here, there = (
            side if label == "all" else side.take(np.flatnonzero(side.label == label)) for side in (real, simulated)
        )
        groups, strata = np.append(here.objects, there.objects), np.append(here.label, there.label)
        found["pixels"][label] = tell_apart(here.numbers, there.numbers, groups, here.names, strata)
        found["metadata"][label] = tell_apart(here.metadata, there.metadata, groups, metadata_names, strata)
    return found
