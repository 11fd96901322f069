"""What detectors over a table of features share, whatever they learn: scaling, known classes, answers, export."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto

from ...core.contracts import Data, Run
from ...core.export import Exported
from ...core.progress import status
from ...core.samples import UNLABELLED, Samples
from ...runtime.manifest import OutputSpec
from ...runtime.tasks.detection import BY_CLASS, SCORE
from ..graphs.graph_file import NAME, Graph, save_graph
from ..inputs import table_input
from ..tables.features import prepared, tabular
from .scaling import scaling

BLOCK = 1024  # rows at a time, bounds memory
Answers = dict[str, NDArray[np.floating]]
Nodes = tuple[list[NodeProto], dict[str, NDArray[np.generic]]]


class TableDetector(ABC):
    """A detector behind the model contract; a subclass says what it learns, answers and exports.

    It learns from the train part alone and never looks at validation.

    Parameters
    ----------
    tails, missing : see :func:`~.scaling.scaling`.
    """

    task: ClassVar[str] = "detection"

    def __init__(self, *, tails: float, missing: float) -> None:
        self.tails, self.missing = tails, missing

    @abstractmethod
    def learn(self, features: NDArray[np.float32], target: NDArray[np.int64], seed: int) -> None:
        """Learn from scaled features (n, columns) and the place of each row's class in ``self.known``, -1 for none."""

    @abstractmethod
    def answer(self, features: NDArray[np.float32]) -> Answers:
        """``score`` (n,) and whatever else, by name, of scaled features (n, columns); n is at least 1."""

    @abstractmethod
    def nodes(self) -> Nodes:
        """Nodes from ``features`` to what ``answer`` says, and their constants."""

    def fit(self, data: Data, run: Run) -> None:
        """Learn the scaling, and then what the detector learns, from the train part."""
        train = tabular(data.samples("train"))
        self.input = table_input(train, NAME, scaling(train, self.tails, self.missing))
        features = prepared(self.input, train)
        self.known, target = known_classes(train)
        with status("learning what is usual"):
            self.learn(features, target, run.seed)
        self.outputs = tuple(declared(name, each, self.known) for name, each in self.answer(features[:1]).items())

    def predict(self, samples: Samples) -> Answers:
        """Every answer by name, n rows each."""
        features = prepared(self.input, samples)
        parts = [self.answer(features[start : start + BLOCK]) for start in range(0, len(features), BLOCK)]
        nothing: Answers = {spec.name: np.zeros((0, *map(int, spec.shape))) for spec in self.outputs}
        return {name: np.concatenate([each, *(part[name] for part in parts)]) for name, each in nothing.items()}

    def export(self, path: Path) -> Exported:
        """Write the nodes as one ONNX graph; the scaling is declared, not in the graph."""
        nodes, constants = self.nodes()
        save_graph(Graph(nodes, widths(self.outputs), constants), len(self.input.columns), path)
        return Exported((self.input,), self.outputs)


def known_classes(train: Samples) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Names of the classes that a train part has, in the order of the taxonomy, and the place of each row's, or -1."""
    strata = train.strata
    seen = np.unique(strata[strata != UNLABELLED])
    place = np.where(strata == UNLABELLED, UNLABELLED, np.searchsorted(seen, strata))
    return tuple(train.classes[index] for index in seen.tolist()), place


def declared(name: str, values: NDArray[np.floating], known: tuple[str, ...]) -> OutputSpec:
    """An output of this name and of the shape of these values."""
    return OutputSpec(name, values.shape[1:], known if name == BY_CLASS else ())


def widths(outputs: tuple[OutputSpec, ...]) -> dict[str, int]:
    """Columns of each output in a graph, 0 for one without such an axis."""
    return {spec.name: int(spec.shape[0]) if spec.shape else 0 for spec in outputs}


def with_classes(score: NDArray[np.floating], by_class: NDArray[np.floating]) -> Answers:
    """A score, and those against each known class where there are any."""
    answers: Any = {SCORE: score, BY_CLASS: by_class} if by_class.shape[1] else {SCORE: score}
    return answers  # type: ignore[no-any-return]
