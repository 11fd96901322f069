"""Which calibration, if any: by what each says of objects that it was not fitted on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto

from ...runtime.decision import decide
from .one_vs_rest import isotonic, platt
from .rows import HeldOut
from .scaling import temperature, vector

NONE, BEST = "none", "best"
FOLDS = 5
SPENT = 0.01  # macro recall that a calibration may cost at most to be chosen


class Calibration(Protocol):
    """A fitted one."""

    @property
    def steepest(self) -> float:
        """What a small error of a probability may grow by."""
        ...

    def __call__(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, classes) to the same, rows sum to one."""
        ...

    def nodes(self, source: str, target: str) -> tuple[list[NodeProto], dict[str, NDArray[np.generic]]]:
        """The same as nodes of a graph, over float64."""
        ...


METHODS: Mapping[str, Callable[[HeldOut], Calibration]] = {  # from simple to free
    "temperature": temperature,
    "platt": platt,
    "vector": vector,
    "isotonic": isotonic,
}


@dataclass(frozen=True)
class Judged:
    """One method, as what it says of rows whose objects it was not fitted on.

    Attributes
    ----------
    probability : (n, classes) of these rows.
    losses : (n,) minus the logarithm of the true class's probability, nats.
    log_loss, brier_score, macro_recall : of all rows; the Brier score sums over classes.
    """

    probability: NDArray[np.float64]
    losses: NDArray[np.float64]
    log_loss: float
    brier_score: float
    macro_recall: float


def judge(rows: HeldOut, probability: NDArray[np.float64]) -> Judged:
    """Judge probabilities of these rows."""
    own = probability[np.arange(len(rows)), rows.target]
    losses = -np.log(np.maximum(own, np.finfo(float).eps))  # as scikit-learn has it
    right = decide(probability) == rows.target
    recalls = [right[rows.target == index].mean() for index in np.unique(rows.target)]
    squares = ((probability - np.eye(rows.classes)[rows.target]) ** 2).sum(axis=1)
    return Judged(probability, losses, float(losses.mean()), float(squares.mean()), float(np.mean(recalls)))


def crossed(method: str, rows: HeldOut) -> NDArray[np.float64]:
    """(n, classes) what a method says of each object when it is fitted without it."""
    if method == NONE:
        return rows.probability
    fold, found = folds(rows), np.empty_like(rows.probability)
    for number in np.unique(fold):
        held = fold == number
        found[held] = METHODS[method](rows.take(~held))(rows.probability[held])
    return found


def folds(rows: HeldOut) -> NDArray[np.int64]:
    """(n,) fold of each row: objects of each class in turn, in an order drawn with a fixed seed."""
    objects, first, owner = np.unique(rows.object_id, return_index=True, return_inverse=True)
    drawn = np.random.default_rng(0).permutation(len(objects))
    order = drawn[np.argsort(rows.target[first][drawn], kind="stable")]
    fold = np.empty(len(objects), np.int64)
    fold[order] = np.arange(len(objects)) % FOLDS
    return fold[owner]


def choose(rows: HeldOut, method: str) -> tuple[str, dict[str, Judged]]:
    """The method to take, and how each that was tried is judged.

    ``best`` takes the one of least log loss among those that cost no more than a hundredth of macro recall, or a
    simpler one that is no worse by more than one standard error of the difference over objects (Breiman et al. 1984,
    sect. 3.4.3), none being the simplest.
    """
    tried = (NONE, *METHODS) if method == BEST else (NONE, method) if method != NONE else (NONE,)
    judged = {name: judge(rows, crossed(name, rows)) for name in tried}
    if method != BEST:
        return method, judged
    least = judged[NONE].macro_recall - SPENT
    good = {name: each for name, each in judged.items() if each.macro_recall >= least}
    best = min(good.values(), key=lambda each: each.log_loss)
    owner = np.unique(rows.object_id, return_inverse=True)[1]
    for name, each in good.items():
        worse = each.losses - best.losses
        if worse.mean() <= standard_error(worse, owner):
            return name, judged
    raise AssertionError("the best is no worse than itself")


def standard_error(values: NDArray[np.float64], owner: NDArray[np.int64]) -> float:
    """Standard error of a mean over rows, those of one object taken together."""
    sums = np.bincount(owner, values - values.mean())
    n = len(sums)
    return float(np.sqrt((sums**2).sum() * n / max(n - 1, 1)) / len(values))
