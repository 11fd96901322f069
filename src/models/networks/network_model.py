"""The adapter that makes any network a model: fit, predict, export."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...core.contracts import Augmentation, Data, Loading, Run
from ...core.export import Exported
from ...core.samples import Samples
from ...runtime import operations
from ...runtime.errors import AlertlabError
from ...runtime.manifest import InputSpec, OutputSpec
from .onnx_export import export_graph
from .task import ClassificationTask
from .training import seed_everything, train
from .weights import save_weights, take_weights

PREDICT_BATCH = 512  # rows at a time, bounds memory


class NetworkModel(ABC):
    """A network behind the model contract; a subclass says which network and which inputs.

    Parameters
    ----------
    learning_rate : of Adam.
    batch_size : samples a step.
    balanced : draw training samples so that every class is as frequent.
    patience : epochs without a lower validation loss before training stops.
    augmentation : of training stamps.
    trainer : ``conf/trainer/``, a Trainer that wants only its callbacks.
    init_from : weights file to begin with, None for random weights; in a config, the run that left it.
    init_last_layer : take its last layer too. freeze : train nothing of what is taken.
    """

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
        freeze: bool,
    ) -> None:
        for name, value, least in (
            ("batch_size", batch_size, 1),
            ("patience", patience, 1),
            ("learning_rate", learning_rate, 0),
        ):
            if not isinstance(value, int | float) or value < least:
                raise AlertlabError(f"model.{name}: {value!r} is not a number of {least} or more")
        self.learning_rate, self.batch_size, self.balanced = learning_rate, batch_size, balanced
        if freeze and (init_last_layer or not init_from):
            raise AlertlabError(
                "model.freeze: leaves something to train only with model.init_from=RUN_ID model.init_last_layer=false"
            )
        self.patience, self.augmentation, self.trainer = patience, augmentation, trainer
        self.init_from, self.init_last_layer, self.freeze = init_from, init_last_layer, freeze

    @abstractmethod
    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """Inputs with their preprocessing, fitted on the train part alone."""

    @abstractmethod
    def build(self, train: Samples) -> nn.Module:
        """The network: inputs in the order of ``inputs_of`` -> logits (n, classes)."""

    @abstractmethod
    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        """(n,) loss of each sample."""

    def fit(self, data: Data, run: Run) -> None:
        """Train; the weights of the best epoch by validation loss are kept, also as a file of the run."""
        if not len(data.samples("validation")):
            raise AlertlabError(
                "datamodule.split.validation: a network stops by its validation part; give it, say, 0.1"
            )
        seed_everything(run.seed)
        samples = data.samples("train")
        self.classes = samples.taxonomy.classes
        self.inputs = self.inputs_of(samples)
        names = tuple(spec.name for spec in self.inputs)
        network = self.build(samples)
        if self.init_from:
            take_weights(network, Path(self.init_from), self.classes, self.init_last_layer, self.freeze)
        network = _laid_out(network, torch.channels_last)  # trains 1.2 to 1.4 times as fast on CPU
        task = ClassificationTask(network, names, len(self.classes), self.loss, self.learning_rate)
        data.loading = Loading(self.batch_size, self.balanced, self.augmentation, Prepare(self.inputs), run.seed)
        self.best_epoch = train(task, data, run, self.trainer, self.patience)
        self.network = _laid_out(task.network, torch.contiguous_format).eval()
        run.log_files(save_weights(self.network, self.classes, run.directory))

    def predict(self, samples: Samples) -> NDArray[np.float64]:
        """(n, classes) probabilities."""
        prepare = Prepare(self.inputs)
        parts = [np.zeros((0, len(self.classes)))]
        for batch in samples.batches(PREDICT_BATCH):
            prepared = prepare(batch.inputs)
            with torch.inference_mode():
                logits = self.network(*(torch.from_numpy(array) for array in prepared.values()))
            parts.append(torch.softmax(logits, 1).numpy().astype(np.float64))
        return np.concatenate(parts)

    def export(self, path: Path) -> Exported:
        """Write the network with its softmax as ONNX; preprocessing is declared, not in the graph."""
        example = Prepare(self.inputs)({spec.name: np.zeros((2, *spec.shape), np.float32) for spec in self.inputs})
        export_graph(self.network, example, path)
        output = OutputSpec("probability", (len(self.classes),), self.classes)
        return Exported(self.inputs, (output,))


class Prepare:
    """Raw inputs -> what the network takes, by the runtime's own operations."""

    def __init__(self, inputs: tuple[InputSpec, ...]) -> None:
        self.inputs = inputs

    def __call__(self, raw: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        """Apply each input's declared preprocessing."""
        return {spec.name: operations.apply(spec.preprocessing, raw[spec.name]) for spec in self.inputs}


def _laid_out(network: nn.Module, layout: torch.memory_format) -> nn.Module:
    return network.to(memory_format=layout)  # type: ignore[call-overload, no-any-return]  # not in torch's stubs
