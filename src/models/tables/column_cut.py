"""A cut in one column as a classifier: the plain baseline of whatever takes many."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnx import helper
from scipy.special import expit

from ...core.contracts import Data, Run
from ...core.export import Exported
from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ...runtime.manifest import PROBABILITY, OutputSpec
from ..graphs.graph_file import DOUBLE, FLOAT, NAME, Graph, save_graph
from ..inputs import table_input
from .features import HUGE, labelled, prepared, tabular


class ColumnCut:
    """One class above a value of a column, the others below it, such as RUWE < 1.4.

    The probability is a sigmoid of the column, 0.5 at the cut, as steep as the column is wide in the train part: its
    order is that of the column, and its size means little unless it is calibrated. Unknown is at the cut.

    Parameters
    ----------
    column, threshold : the cut.
    class_above : class of what lies above; the other lies below, or several share what is left.

    Raises
    ------
    AlertlabError
        On ``fit``: for a column or a class that the data lack, or where there is no other class.
    """

    def __init__(self, *, column: str, threshold: float, class_above: str) -> None:
        self.column, self.threshold, self.class_above = column, float(threshold), class_above

    def fit(self, data: Data, run: Run) -> None:
        """Look how wide the column is; the cut is the config's."""
        train = labelled(tabular(data.samples("train")))
        self.classes = train.taxonomy.classes
        if len(self.classes) < 2 or self.class_above not in self.classes:
            raise AlertlabError(f"model.class_above: {self.class_above!r} is none of several classes, {self.classes}")
        known = ({"op": "bound", "limit": HUGE, "value": 0.0}, {"op": "nan_to_num", "value": self.threshold})
        self.input = table_input(train, NAME, known)
        names = [column.name for column in self.input.columns]
        if self.column not in names:
            raise AlertlabError(f"model.column: the data have no column {self.column}; they have {', '.join(names)}")
        self.place = names.index(self.column)
        self.width = float(np.std(prepared(self.input, train)[:, self.place].astype(np.float64))) or 1.0
        is_above = np.array(self.classes) == self.class_above
        self.sign = np.where(is_above, 1.0, -1.0)[None] / self.width
        self.share = np.where(is_above, 1.0, 1 / (len(self.classes) - 1))[None]

    def predict(self, samples: Samples) -> NDArray[np.float64]:
        """(n, classes) probabilities."""
        value = prepared(self.input, samples)[:, [self.place]].astype(np.float64)
        found: NDArray[np.float64] = expit((value - self.threshold) * self.sign) * self.share
        return found

    def export(self, path: Path) -> Exported:
        """Write the sigmoid as an ONNX graph, in float64."""
        constants: dict[str, NDArray[np.generic]] = {
            "place": np.array([self.place]),
            "threshold": np.array(self.threshold),
            "sign": self.sign,
            "share": self.share,
        }
        nodes = [
            helper.make_node("Gather", [NAME, "place"], ["narrow"], axis=1),
            helper.make_node("Cast", ["narrow"], ["value"], to=DOUBLE),
            helper.make_node("Sub", ["value", "threshold"], ["beyond"]),
            helper.make_node("Mul", ["beyond", "sign"], ["logit"]),
            helper.make_node("Sigmoid", ["logit"], ["beyond_or_not"]),
            helper.make_node("Mul", ["beyond_or_not", "share"], ["wide"]),
            helper.make_node("Cast", ["wide"], [PROBABILITY], to=FLOAT),
        ]
        save_graph(Graph(nodes, {PROBABILITY: len(self.classes)}, constants), len(self.input.columns), path)
        return Exported((self.input,), (OutputSpec(PROBABILITY, (len(self.classes),), self.classes),))
