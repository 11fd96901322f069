"""A module of torch behind the model contract: what it answers, and its graph."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...core.contracts import CLASSIFICATION
from ...core.export import Exported
from ...core.samples import Samples, taken
from ...runtime import operations
from ...runtime.errors import AlertlabError
from ...runtime.manifest import PROBABILITY, InputSpec, OutputSpec
from ...runtime.ragged import Ragged, joined
from .onnx_export import export_graph

PREDICT_BATCH = 512  # rows at a time, bounds memory
EXAMPLE = 5  # length of an axis of any length in the export's example: neither 0 nor 1, which would be constants


class TorchModel(ABC):
    """Predicts by a module and exports it; a subclass says which, with which inputs, and fits it.

    ``fit`` leaves ``inputs``, ``outputs`` and ``network``. ``task`` is classification unless the subclass says
    otherwise; then it says ``answers`` and ``outputs_of`` too.
    """

    task: str = CLASSIFICATION
    inputs: tuple[InputSpec, ...]
    outputs: tuple[OutputSpec, ...]
    network: nn.Module

    @abstractmethod
    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """Inputs with their preprocessing, fitted on the train part alone."""

    @abstractmethod
    def build(self, train: Samples) -> nn.Module:
        """The network: inputs in the order of ``inputs_of`` -> logits (n, classes), or what ``loss`` takes."""

    def answers(self, output: Any) -> dict[str, Tensor]:
        """What the network says, by the names of outputs; also in the exported graph."""
        return {PROBABILITY: torch.softmax(output, 1)}

    def outputs_of(self, train: Samples) -> tuple[OutputSpec, ...]:
        """Outputs, as ``answers`` gives them."""
        return (OutputSpec(PROBABILITY, (len(train.taxonomy.classes),), train.taxonomy.classes),)

    def predict(self, samples: Samples) -> Any:
        """The main answer, such as (n, classes) probabilities; all outputs by name where there are several."""
        order = _by_length(samples)
        parts = [self._answer(samples.take(order[:0]))] if not len(samples) else []
        for batch in samples.take(order).batches(PREDICT_BATCH):
            parts.append(self._answer(batch))
        back = np.argsort(order, kind="stable")
        found = {}
        for spec in self.outputs:
            each = [part[spec.name] for part in parts]
            found[spec.name] = taken(joined(each) if isinstance(each[0], Ragged) else np.concatenate(each), back)
        return found if len(found) > 1 else next(iter(found.values()))

    def _answer(self, batch: Samples) -> dict[str, Any]:
        """Answers to some samples, by name."""
        if not len(batch):
            return {spec.name: _nothing(spec) for spec in self.outputs}
        raw = {spec.name: batch.inputs[spec.name] for spec in self.inputs}
        with torch.inference_mode():
            output = self.network(*(torch.from_numpy(array) for array in Prepare(self.inputs)(raw).values()))
            told = self.answers(output)
        found: dict[str, Any] = {}
        if lacking := [spec.name for spec in self.outputs if spec.name not in told]:
            raise AlertlabError(f"model: its answers hold {', '.join(told)}, and outputs_of declares {lacking[0]}")
        for spec in self.outputs:
            values = told[spec.name].numpy().astype(np.float64)
            like = next((raw[each.name] for each in self.inputs if set(each.free) & set(spec.shape)), None)
            found[spec.name] = like.cut(values) if isinstance(like, Ragged) else values
        return found

    def export(self, path: Path) -> Exported:
        """Write the network and its answers as ONNX; preprocessing is declared, not in the graph."""
        raw = {spec.name: _example(spec) for spec in self.inputs}
        free = {spec.name: spec.free[0] for spec in self.inputs if spec.kind == "sequence" and spec.free}
        names = tuple(spec.name for spec in self.outputs)
        export_graph(self.network, self.answers, names, Prepare(self.inputs)(raw), free, path)
        return Exported(self.inputs, self.outputs)


class Prepare:
    """Raw inputs -> what the network takes, by the runtime's own operations."""

    def __init__(self, inputs: tuple[InputSpec, ...]) -> None:
        self.inputs = inputs

    def __call__(self, raw: Mapping[str, Any]) -> dict[str, NDArray[np.float32]]:
        """Apply each input's declared preprocessing."""
        return {spec.name: operations.apply(spec.preprocessing, raw[spec.name]) for spec in self.inputs}


def _by_length(samples: Samples) -> NDArray[np.int64]:
    """Rows in an order in which sequences of like length stand together, for less is padded then."""
    lengths = samples.lengths
    return np.arange(len(samples)) if lengths is None else np.argsort(lengths, kind="stable")


def _example(spec: InputSpec) -> NDArray[np.float32]:
    shape = (2, *(EXAMPLE if isinstance(side, str) else side for side in spec.shape))
    example = np.zeros(shape, np.float32)
    if spec.kind == "sequence":
        example += np.arange(shape[1], dtype=np.float32)[:, None]  # points apart: what merges close ones leaves all
    return example


def _nothing(spec: OutputSpec) -> Any:
    if any(isinstance(side, str) for side in spec.shape):
        return Ragged(np.zeros(0), np.zeros(1, np.int64))
    return np.zeros((0, *spec.shape))
