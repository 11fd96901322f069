"""Each class against all others, then divided by their sum: isotonic regression and Platt's sigmoid.

As scikit-learn's CalibratedClassifierCV does (Zadrozny & Elkan 2002, KDD; Platt 1999). A class of few objects keeps
what the model said of it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, helper
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from .rows import HeldOut

NARROWEST = 0.005  # rise of a step, in probability: a cliff would tell rows apart that float32 does not
Nodes = tuple[list[NodeProto], dict[str, NDArray[np.generic]]]


@dataclass(frozen=True)
class Ramps:
    """Of each class a line of straight pieces that never falls, level beyond its ends.

    Attributes
    ----------
    begin, end : (classes, pieces) where each piece begins and ends, in probability.
    rise : (classes, pieces) how far it rises. base : (classes,) where the line begins.
    """

    begin: NDArray[np.float64]
    end: NDArray[np.float64]
    rise: NDArray[np.float64]
    base: NDArray[np.float64]

    @property
    def steepest(self) -> float:
        """What an error of p may grow by."""
        return float((self.rise / (self.end - self.begin)).max(initial=1.0))

    def __call__(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, classes) to the same, rows sum to one."""
        done = np.clip((probability[:, :, None] - self.begin) / (self.end - self.begin), 0, 1)
        return divided(self.base + (done * self.rise).sum(axis=2))

    def nodes(self, source: str, target: str) -> Nodes:
        """See :meth:`.scaling.Scaling.nodes`."""
        constants: dict[str, NDArray[np.generic]] = {
            "ramp_axis": np.array([2]),
            "ramp_begin": self.begin,
            "ramp_width": self.end - self.begin,
            "ramp_none": np.array(0.0),
            "ramp_all": np.array(1.0),
            "ramp_rise": self.rise,
            "ramp_base": self.base,
        }
        first = [
            helper.make_node("Unsqueeze", [source, "ramp_axis"], ["ramp_each"]),
            helper.make_node("Sub", ["ramp_each", "ramp_begin"], ["ramp_behind"]),
            helper.make_node("Div", ["ramp_behind", "ramp_width"], ["ramp_share"]),
            helper.make_node("Clip", ["ramp_share", "ramp_none", "ramp_all"], ["ramp_done"]),
            helper.make_node("Mul", ["ramp_done", "ramp_rise"], ["ramp_risen"]),
            helper.make_node("ReduceSum", ["ramp_risen", "ramp_axis"], ["ramp_sum"], keepdims=0),
            helper.make_node("Add", ["ramp_sum", "ramp_base"], ["one_vs_rest"]),
        ]
        nodes, more = dividing_nodes("one_vs_rest", target)
        return [*first, *nodes], constants | more


@dataclass(frozen=True)
class Sigmoids:
    """1 / (1 + exp(-(slope p + offset))) of each class, or p itself where ``kept``.

    Attributes
    ----------
    slope, offset : (classes,). kept : (classes,) 1 where a class keeps what was said of it, else 0.
    """

    slope: NDArray[np.float64]
    offset: NDArray[np.float64]
    kept: NDArray[np.float64]

    @property
    def steepest(self) -> float:
        """What an error of p may grow by."""
        return float(np.abs(self.slope).max(initial=4.0)) / 4

    def __call__(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, classes) to the same, rows sum to one."""
        told = expit(self.slope * probability + self.offset)
        return divided(self.kept * probability + (1 - self.kept) * told)

    def nodes(self, source: str, target: str) -> Nodes:
        """See :meth:`.scaling.Scaling.nodes`."""
        constants: dict[str, NDArray[np.generic]] = {
            "sigmoid_slope": self.slope,
            "sigmoid_offset": self.offset,
            "sigmoid_kept": self.kept,
            "sigmoid_new": 1 - self.kept,
        }
        first = [
            helper.make_node("Mul", [source, "sigmoid_slope"], ["sigmoid_scaled"]),
            helper.make_node("Add", ["sigmoid_scaled", "sigmoid_offset"], ["sigmoid_moved"]),
            helper.make_node("Sigmoid", ["sigmoid_moved"], ["sigmoid_told"]),
            helper.make_node("Mul", ["sigmoid_told", "sigmoid_new"], ["sigmoid_changed"]),
            helper.make_node("Mul", [source, "sigmoid_kept"], ["sigmoid_unchanged"]),
            helper.make_node("Add", ["sigmoid_changed", "sigmoid_unchanged"], ["one_vs_rest"]),
        ]
        nodes, more = dividing_nodes("one_vs_rest", target)
        return [*first, *nodes], constants | more


def isotonic(rows: HeldOut) -> Ramps:
    """scikit-learn's isotonic regression of each class; of n objects none is surer than n can say, 1 / (n + 2)."""
    least = 1 / (len(np.unique(rows.object_id)) + 2)
    lines = []
    for index, enough in enumerate(rows.enough):
        if not enough:
            lines.append((np.array([0.0, 1.0]), np.array([0.0, 1.0])))
            continue
        fitted = IsotonicRegression(out_of_bounds="clip").fit(rows.probability[:, index], rows.target == index)
        lines.append((fitted.X_thresholds_.astype(float), np.clip(fitted.y_thresholds_, least, 1 - least)))
    pieces = max(1, *(len(x) - 1 for x, _ in lines))
    begin, end, rise = (
        np.zeros((rows.classes, pieces)),
        np.ones((rows.classes, pieces)),
        np.zeros((rows.classes, pieces)),
    )
    for index, (x, y) in enumerate(lines):
        own = slice(0, len(x) - 1)
        wider = np.maximum(NARROWEST - np.diff(x), 0) / 2
        begin[index, own], end[index, own], rise[index, own] = x[:-1] - wider, x[1:] + wider, np.diff(y)
    return Ramps(begin, end, rise, np.array([y[0] for _, y in lines]))


def platt(rows: HeldOut) -> Sigmoids:
    """scikit-learn's logistic regression of each class on its probability, towards Platt's targets.

    These are (N + 1) / (N + 2) for N rows of the class and 1 / (M + 2) for M others (Platt 1999, sect. 2.2): each row
    stands twice, as one of the class and as none, with these weights.
    """
    slope, offset = np.zeros(rows.classes), np.zeros(rows.classes)
    for index in np.flatnonzero(rows.enough):
        own = rows.target == index
        aim = np.where(own, (own.sum() + 1) / (own.sum() + 2), 1 / ((~own).sum() + 2))
        column = np.tile(rows.probability[:, [index]], (2, 1))
        truth = np.repeat([1, 0], len(rows))
        fitted = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000)
        fitted.fit(column, truth, sample_weight=np.concatenate([aim, 1 - aim]))
        slope[index], offset[index] = fitted.coef_[0, 0], fitted.intercept_[0]
    return Sigmoids(slope, offset, (~rows.enough).astype(float))


def divided(told: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows over their sum, which is never 0: only a class that keeps what was said of it can be."""
    found: NDArray[np.float64] = told / told.sum(axis=1, keepdims=True)
    return found


def dividing_nodes(source: str, target: str) -> Nodes:
    """The same as nodes."""
    return [
        helper.make_node("ReduceSum", [source, "sum_axis"], [f"{source}_sum"]),
        helper.make_node("Div", [source, f"{source}_sum"], [target]),
    ], {"sum_axis": np.array([1])}
