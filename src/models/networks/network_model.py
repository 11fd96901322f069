"""The adapter that makes any network a model: fit, predict, export."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torchmetrics import Metric

from ...core.contracts import CLASSIFICATION, Augmentation, Data, Loading, Run
from ...core.export import Exported
from ...core.samples import Samples, taken
from ...runtime import operations
from ...runtime.errors import AlertlabError
from ...runtime.manifest import PROBABILITY, InputSpec, OutputSpec
from ...runtime.ragged import Ragged, joined
from ...runtime.tasks import task_named
from .freezing import NONE, Freezing
from .onnx_export import export_graph
from .task import NetworkTask
from .training import seed_everything, train
from .weights import save_weights, take_weights

PREDICT_BATCH = 512  # rows at a time, bounds memory
EXAMPLE = 5  # length of an axis of any length in the export's example: neither 0 nor 1, which would be constants


class NetworkModel(ABC):
    """A network behind the model contract; a subclass says which network and which inputs.

    ``task`` is classification unless the subclass says otherwise; then it says ``answers`` and ``outputs_of`` too.

    Parameters
    ----------
    learning_rate : of Adam.
    batch_size : samples a step.
    balanced : draw training samples so that every class is as frequent.
    patience : epochs without a lower validation loss before training stops.
    augmentation : of training stamps.
    trainer : ``conf/trainer/``, a Trainer that wants only its callbacks.
    init_from : weights file to begin with, None for random weights; in a config, the run that left it.
    init_last_layer : take its last layer too. freeze, thaw_every : see :class:`~.freezing.Freezing`.
    metrics : further ones of torchmetrics, measured on validation each epoch.
    """

    task: ClassVar[str] = CLASSIFICATION

    def __init__(
        self,
        *,
        learning_rate: float,
        batch_size: int,
        balanced: bool,
        patience: int,
        augmentation: Augmentation,
        trainer: Callable[..., pl.Trainer],
        init_from: Path | None,
        init_last_layer: bool,
        freeze: str = NONE,
        thaw_every: int = 1,
        metrics: Sequence[Metric] = (),
    ) -> None:
        for name, value, least in (
            ("batch_size", batch_size, 1),
            ("patience", patience, 1),
            ("learning_rate", learning_rate, 0),
        ):
            if not isinstance(value, int | float) or value < least:
                raise AlertlabError(f"model.{name}: {value!r} is not a number of {least} or more")
        self.learning_rate, self.batch_size, self.balanced = learning_rate, batch_size, balanced
        self.patience, self.augmentation, self.trainer = patience, augmentation, trainer
        self.init_from, self.init_last_layer = init_from, init_last_layer
        self.freezing = Freezing(freeze, thaw_every)
        self.metrics = list(metrics)

    @abstractmethod
    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """Inputs with their preprocessing, fitted on the train part alone."""

    @abstractmethod
    def build(self, train: Samples) -> nn.Module:
        """The network: inputs in the order of ``inputs_of`` -> logits (n, classes), or what ``loss`` takes."""

    @abstractmethod
    def loss(self, output: Any, target: Tensor) -> Tensor:
        """(n,) loss of each sample; a target of queries is padded with NaN, and one of nothing is (n, 0)."""

    def class_weights(self, train: Samples) -> Tensor | None:
        """(classes,) weight of each class in the loss of training; None weighs all alike."""
        return None

    def answers(self, output: Any) -> dict[str, Tensor]:
        """What the network says, by the names of outputs; also in the exported graph."""
        return {PROBABILITY: torch.softmax(output, 1)}

    def outputs_of(self, train: Samples) -> tuple[OutputSpec, ...]:
        """Outputs, as ``answers`` gives them."""
        return (OutputSpec(PROBABILITY, (len(train.taxonomy.classes),), train.taxonomy.classes),)

    def fit(self, data: Data, run: Run) -> None:
        """Train; the weights of the best epoch by validation loss are kept, also as a file of the run."""
        if not len(data.samples("validation")):
            raise AlertlabError(
                "datamodule.split.validation: a network stops by its validation part; give it, say, 0.1"
            )
        self.freezing.check(bool(self.init_from))
        seed_everything(run.seed)
        samples = data.samples("train")
        classes = len(samples.taxonomy.classes) if self.task == CLASSIFICATION else 0
        if classes and (lost := sum(int(np.sum(~data.samples(part).labelled)) for part in ("train", "validation"))):
            raise AlertlabError(f"datamodule: {lost} samples to learn from have no class; a network needs one of each")
        self.inputs, self.outputs, self.told = self.inputs_of(samples), self.outputs_of(samples), _told(samples)
        names = tuple(spec.name for spec in self.inputs)
        network = self.build(samples)
        if self.init_from:
            take_weights(network, Path(self.init_from), self.told, self.init_last_layer)
        network = _laid_out(network, torch.channels_last)  # trains 1.2 to 1.4 times as fast on CPU
        task = NetworkTask(
            network,
            names,
            classes,
            self.loss,
            self.learning_rate,
            self._main,
            self.metrics,
            self.freezing,
            self.class_weights(samples),
        )
        data.loading = Loading(self.batch_size, self.balanced, self.augmentation, Prepare(self.inputs), run.seed)
        self.best_epoch = train(task, data, run, self.trainer, self.patience)
        self.network = _laid_out(task.network, torch.contiguous_format).eval()
        run.log_files(save_weights(self.network, self.told, run.directory))

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

    def _main(self, output: Any) -> Tensor:
        """What further metrics are measured on: the main answer of the task."""
        return self.answers(output)[task_named(self.task).main]

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


def _told(samples: Samples) -> tuple[str, ...]:
    """Names of what the last layer says: classes, quantities or bands."""
    return samples.classes or tuple(getattr(samples.names, "names", getattr(samples.names, "bands", ())))


def _by_length(samples: Samples) -> NDArray[np.int64]:
    """Rows in an order in which sequences of like length stand together, for less is padded then."""
    lengths = samples.lengths
    return np.arange(len(samples)) if lengths is None else np.argsort(lengths, kind="stable")


def _example(spec: InputSpec) -> NDArray[np.float32]:
    return np.zeros((2, *(EXAMPLE if isinstance(side, str) else side for side in spec.shape)), np.float32)


def _nothing(spec: OutputSpec) -> Any:
    if any(isinstance(side, str) for side in spec.shape):
        return Ragged(np.zeros(0), np.zeros(1, np.int64))
    return np.zeros((0, *spec.shape))


def _laid_out(network: nn.Module, layout: torch.memory_format) -> nn.Module:
    return network.to(memory_format=layout)  # type: ignore[call-overload, no-any-return]  # not in torch's stubs
