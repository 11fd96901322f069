"""A taxonomy of two levels as decisions: which branch, and which class within it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Branches = Mapping[str, tuple[str, ...]]
TOP, ALL = "top", "all"


@dataclass(frozen=True)
class Level:
    """One decision and the rows that teach it.

    Attributes
    ----------
    name : ``top``, a branch, or ``all`` where there are no branches.
    classes : how many it decides among.
    rows : (m,) of the train part. target : (m,) class among ``classes``.
    """

    name: str
    classes: int
    rows: NDArray[np.int64]
    target: NDArray[np.int64]


def levels(classes: tuple[str, ...], branches: Branches, target: NDArray[np.int64]) -> list[Level]:
    """The decisions of a taxonomy, the top one first.

    Parameters
    ----------
    branches : branch -> classes, empty for one decision.
    target : (n,) index among ``classes``.
    """
    if not branches:
        return [Level(ALL, len(classes), np.arange(len(target)), target)]
    branch, place = places(classes, branches)
    found = [Level(TOP, len(branches), np.arange(len(target)), branch[target])]
    first = 0
    for number, (name, of) in enumerate(branches.items()):
        rows = np.flatnonzero(branch[target] == number)
        found.append(Level(name, len(of), rows, place[target[rows]] - first))
        first += len(of)
    return found


def places(classes: tuple[str, ...], branches: Branches) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each class its branch, and its column where the branches' classes stand side by side."""
    side_by_side = [(number, name) for number, of in enumerate(branches.values()) for name in of]
    column = {name: place for place, (_, name) in enumerate(side_by_side)}
    branch = {name: number for number, name in side_by_side}
    return np.array([branch[name] for name in classes]), np.array([column[name] for name in classes])


def weights_of(branches: Branches, kind: str) -> NDArray[np.float64]:
    """How likely each branch is before the features are seen, as a factor on its probability.

    A balanced top forest takes all branches for equally likely. ``equal`` leaves it at that; ``classes`` makes a
    branch as likely as it has classes, so that in the end every class is equally likely.
    """
    return np.array([len(of) if kind == "classes" else 1.0 for of in branches.values()], dtype=np.float64)


def weighed(top: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bayes' rule: probabilities (n, branches) times their weights, rows sum to one again."""
    scaled = top * weights
    result: NDArray[np.float64] = scaled / scaled.sum(axis=1, keepdims=True)
    return result


def product(
    top: NDArray[np.float64], within: NDArray[np.float64], classes: tuple[str, ...], branches: Branches
) -> NDArray[np.float64]:
    """P(c) = P_top(branch of c) P_branch(c), (n, classes).

    Parameters
    ----------
    top : (n, branches). within : (n, classes), the branches' classes side by side.
    """
    branch, place = places(classes, branches)
    return top[:, branch] * within[:, place]
