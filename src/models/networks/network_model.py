"""The adapter that makes any network a model: how it is trained."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torchmetrics import Metric

from ...core.contracts import CLASSIFICATION, Augmentation, Data, Loading, Run
from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ...runtime.tasks import task_named
from .freezing import NONE, Freezing
from .task import NetworkTask
from .torch_model import Prepare, TorchModel
from .training import seed_everything, train
from .weights import save_weights, take_weights


class NetworkModel(TorchModel):
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

    @property
    def mirrors(self) -> bool:
        """Whether an image and its mirror image are one to it: a question of classes that a mirror swaps."""
        return self.augmentation.flip

    @abstractmethod
    def loss(self, output: Any, target: Tensor) -> Tensor:
        """(n,) loss of each sample; a target of queries is padded with NaN, and one of nothing is (n, 0)."""

    def class_weights(self, train: Samples) -> Tensor | None:
        """(classes,) weight of each class in the loss of training; None weighs all alike."""
        return None

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
        if classes and self.mirrors and samples.taxonomy.mirrored:
            one, two = samples.taxonomy.mirrored[0]
            raise AlertlabError(
                f"model: it mirrors images, which makes {two} of {one} (datamodule.mirrored). Give "
                "augmentation.flip=false and a model without mirror images, or make them one class: "
                f"+datamodule.label_map.{two}={one}"
            )
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

    def _main(self, output: Any) -> Tensor:
        """What further metrics are measured on: the main answer of the task."""
        return self.answers(output)[task_named(self.task).main]


def _told(samples: Samples) -> tuple[str, ...]:
    """Names of what the last layer says: classes, quantities or bands."""
    return samples.classes or tuple(getattr(samples.names, "names", getattr(samples.names, "bands", ())))


def _laid_out(network: nn.Module, layout: torch.memory_format) -> nn.Module:
    return network.to(memory_format=layout)  # type: ignore[call-overload, no-any-return]  # not in torch's stubs
