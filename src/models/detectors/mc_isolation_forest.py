"""Isolation forests on what a classifier sees last, one a class."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import NodeProto, helper
from torch import Tensor, nn
from torch.nn import functional

from ...core.contracts import Data, Run
from ...core.export import Exported
from ...core.samples import Samples
from ...runtime.manifest import OutputSpec
from ...runtime.tasks.detection import BY_CLASS, SCORE
from ..graphs.graph_file import NAME
from ..graphs.isolation_graph import isolation_nodes
from ..graphs.longer_graph import lengthen
from ..networks.onnx_export import export_graph
from ..networks.torch_model import Prepare
from ..tables.threads import threads
from .autoencoders import EMBEDDING
from .detector import Answers, known_classes, widths
from .isolation_forest import grown
from .table_network import TableNetwork, hidden


class McIsolationForest(TableNetwork):
    """Multi-class isolation forests (Gupta, Muthukrishna & Lochner 2025), over features instead of light curves.

    A classifier of the known classes is trained, and on its penultimate layer an isolation forest for each class, of
    that class's objects. A row's score is the least of all forests: how strange it is even for the class that it
    suits best. The layers are computed in float64 after training: a split of a tree is sharp, and float32 differs
    from machine to machine by enough for a row to fall otherwise.

    Parameters
    ----------
    n_estimators, max_samples, max_features, bootstrap, n_jobs : of each forest, see
        :class:`~.isolation_forest.IsolationForestDetector`.
    options : see :class:`~.table_network.TableNetwork`; ``latent`` is the width of the penultimate layer.
    """

    def __init__(
        self,
        *,
        n_estimators: int,
        max_samples: int,
        max_features: float,
        bootstrap: bool,
        n_jobs: int,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.max_samples = max_samples
        self.arguments = {"n_estimators": n_estimators, "max_features": max_features, "bootstrap": bootstrap}
        self.arguments |= {"n_jobs": threads(n_jobs)}

    def fit(self, data: Data, run: Run) -> None:
        """Train the classifier, then grow a forest for each class of the train part."""
        super().fit(data, run)
        network: Any = self.network
        self.wide = Widened(deepcopy(network.describe)).eval()
        train = data.samples("train")
        code, (_, place) = self._embedded(train), known_classes(train)
        self.forests = [
            grown(code[place == each], self.max_samples, run.seed + each, self.arguments)
            for each in range(len(self.known))
        ]

    def build(self, train: Samples) -> nn.Module:
        """The classifier."""
        train.taxonomy  # noqa: B018  refuses data whose target is no class
        self.known, place = known_classes(train)
        self.place = torch.full((len(train.classes) + 1,), -1)  # of each class; the last one's is of none
        self.place[torch.from_numpy(train.strata)] = torch.from_numpy(place)
        return Classifier(len(train.columns[NAME]), (*self.dense, self.latent), len(self.known))

    def outputs_of(self, train: Samples) -> tuple[OutputSpec, ...]:
        """The least score, that of each class's forest, and the penultimate layer."""
        known, _ = known_classes(train)
        return OutputSpec(SCORE, ()), OutputSpec(BY_CLASS, (len(known),), known), OutputSpec(EMBEDDING, (self.latent,))

    def loss(self, output: Any, target: Tensor) -> Tensor:
        """(n,) cross-entropy; 0 of a row of no known class."""
        place = self.place.to(target.device)[target]
        return functional.cross_entropy(output, place, reduction="none", ignore_index=-1)

    def predict(self, samples: Samples) -> Answers:
        """Every answer by name, n rows each."""
        code = self._embedded(samples)
        each = [-forest.score_samples(code) if len(code) else np.zeros(0) for forest in self.forests]
        by_class = np.column_stack(each)
        return {SCORE: by_class.min(axis=1), BY_CLASS: by_class, EMBEDDING: code}

    def export(self, path: Path) -> Exported:
        """Write layers and forests as one ONNX graph."""
        example = np.zeros((2, len(self.inputs[0].columns)), np.float32)
        export_graph(self.wide, lambda code: {EMBEDDING: code}, (EMBEDDING,), {NAME: example}, {}, path)
        nodes: list[NodeProto] = []
        constants: dict[str, NDArray[np.generic]] = {}
        names = [f"class_{place}" for place in range(len(self.known))]
        for forest, name in zip(self.forests, names, strict=True):
            of_forest, more = isolation_nodes(forest, EMBEDDING, name, kept=True)
            nodes += of_forest
            constants |= more
        nodes.append(helper.make_node("Concat", names, [BY_CLASS], axis=1))
        nodes.append(helper.make_node("ReduceMin", [BY_CLASS, "columns"], [SCORE], keepdims=0))
        outputs = {name: width for name, width in widths(self.outputs).items() if name != EMBEDDING}
        lengthen(path, nodes, constants | {"columns": np.array([1])}, outputs, keep=(EMBEDDING,))
        return Exported(self.inputs, self.outputs)

    def _embedded(self, samples: Samples) -> NDArray[np.float32]:
        """(n, latent) the penultimate layer."""
        parts = [np.zeros((0, self.latent), np.float32)]
        with torch.inference_mode():
            for batch in samples.batches(4096):
                parts.append(self.wide(torch.from_numpy(Prepare(self.inputs)(batch.inputs)[NAME])).numpy())
        return np.concatenate(parts)


class Classifier(nn.Module):
    """Features (n, columns) -> logits (n, classes), through hidden layers of these widths."""

    def __init__(self, columns: int, dense: tuple[int, ...], classes: int) -> None:
        super().__init__()
        self.describe = nn.Sequential(*hidden((columns, *dense), nn.ReLU))  # onnxruntime has it in float64
        self.decide = nn.Linear(dense[-1], classes)

    def forward(self, features: Tensor) -> Tensor:
        """What each class has for it."""
        logits: Tensor = self.decide(self.describe(features))
        return logits


class Widened(nn.Module):
    """A network computed in float64, float32 on both sides."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network.double()

    def forward(self, features: Tensor) -> Tensor:
        """(n, latent)."""
        code: Tensor = self.network(features.double())
        return code.float()
