"""A network, its loss and its optimiser as Lightning trains them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torchmetrics import Metric, MetricCollection

from ...runtime.errors import AlertlabError
from .freezing import Freezing

Batch = tuple[dict[str, Tensor], Tensor]
Output = Tensor | tuple[Tensor, ...] | dict[str, Tensor]
Loss = Callable[[Any, Tensor], Tensor]


class MeanOverStrata(Metric):
    """Means of some values, each stratum as heavy as another; of all processes together.

    Over classes they are what a class-balanced validation set (the published protocol) would show.

    Parameters
    ----------
    values : how many are averaged at once.
    strata : how many there are; 1 for a plain mean over samples.
    """

    full_state_update = False
    sums: Tensor

    def __init__(self, values: int, strata: int = 1) -> None:
        super().__init__()
        self.add_state("sums", torch.zeros(values + 1, strata), dist_reduce_fx="sum")

    def update(self, values: Tensor, stratum: Tensor) -> None:
        """Add samples: values (values, n), stratum (n,)."""
        self.sums.index_add_(1, stratum, torch.cat([values, torch.ones_like(values[:1])]))

    def compute(self) -> Tensor:
        """(values,) means over the strata that have a sample."""
        *sums, count = self.sums[:, self.sums[-1] > 0]
        means: Tensor = (torch.stack(sums) / count).mean(1)
        return means


class NetworkTask(pl.LightningModule):
    """Train a network; measure it on validation.

    Logged each epoch: ``train_loss`` and ``validation_loss``, of classifiers also ``train_accuracy`` and
    ``validation_accuracy``; those of validation as means over classes. Further metrics as ``validation_<Class>``.

    Parameters
    ----------
    network : inputs in the order of ``names`` -> whatever ``loss`` takes.
    names : names of the inputs.
    classes : number of classes, 0 where targets are none.
    loss : (output, target) -> (n,) values.
    learning_rate : of Adam.
    answer : output -> the main answer, what ``metrics`` are updated with beside the target.
    metrics : further ones, of torchmetrics.
    freezing : which layers are trained in which epoch.
    weights : (classes,) of each class in the loss of training, none for 1; validation's are means over classes anyway.
    """

    network: nn.Module
    loss: Loss

    def __init__(
        self,
        network: nn.Module,
        names: tuple[str, ...],
        classes: int,
        loss: Loss,
        learning_rate: float,
        answer: Callable[[Any], Tensor],
        metrics: Sequence[Metric],
        freezing: Freezing,
        weights: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.freezing, self.weights = freezing, weights
        freezing.at(network, 0)
        self.network, self.names, self.classes = network, names, classes
        self.loss, self.learning_rate, self.answer = loss, learning_rate, answer
        self.quantities = ("loss", "accuracy") if classes else ("loss",)
        self.means = MeanOverStrata(len(self.quantities), max(1, classes))
        try:
            self.metrics = MetricCollection(list(metrics), prefix="validation_")
        except ValueError as error:  # two of one name, or what is no metric
            raise _of_metrics(error) from error

    def forward(self, inputs: dict[str, Tensor]) -> Any:
        """What the network says."""
        return self.network(*(inputs[name] for name in self.names))

    def on_train_epoch_start(self) -> None:
        """Freeze what is frozen in this epoch."""
        self.freezing.at(self.network, self.current_epoch)
        self.freezing.hold_statistics(self.network)

    def training_step(self, batch: Batch, _: int) -> Tensor:
        """Mean loss of a batch."""
        inputs, target = batch
        output = self(inputs)
        loss: Tensor = self.loss(output, target)
        means = self._values(output, target, loss).detach().mean(1)
        named = {f"train_{name}": each for name, each in zip(self.quantities, means, strict=True)}
        self.log_dict(named, on_step=False, on_epoch=True, sync_dist=True, batch_size=len(loss))
        return loss.mean() if self.weights is None else (loss * self.weights.to(loss.device)[target]).mean()

    def validation_step(self, batch: Batch, _: int) -> None:
        """Add a batch to the sums of its classes."""
        inputs, target = batch
        output = self(inputs)
        loss: Tensor = self.loss(output, target)
        stratum = target if self.classes else torch.zeros(len(loss), dtype=torch.long, device=loss.device)
        self.means.update(self._values(output, target, loss), stratum)
        if self.metrics:
            try:
                self.metrics.update(self.answer(output).contiguous(), target)  # some take no view of an output
            except (ValueError, RuntimeError) as error:  # other classes, or targets of another kind
                raise _of_metrics(error) from error

    def on_validation_epoch_end(self) -> None:
        """Means over the classes that validation has, and further metrics."""
        values = self.means.compute().reshape(-1)  # torchmetrics makes a scalar of one value
        self.means.reset()
        named = {f"validation_{name}": each for name, each in zip(self.quantities, values, strict=True)}
        self.log_dict(named, sync_dist=True)  # every process has the same by now, and to average it changes nothing
        if self.metrics:
            found = self.metrics.compute()
            if many := [name for name, value in found.items() if torch.as_tensor(value).numel() != 1]:
                raise AlertlabError(f"model.metrics: {many[0]} is more than one number; give it an average")
            self.log_dict(found, sync_dist=True)
            self.metrics.reset()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam with its published defaults."""
        return torch.optim.Adam(self.network.parameters(), lr=self.learning_rate)

    def _values(self, output: Any, target: Tensor, loss: Tensor) -> Tensor:
        """(quantities, n)."""
        right = [(self.answer(output).argmax(1) == target).float()] if self.classes else []
        return torch.stack([loss, *right])


def _of_metrics(error: Exception) -> AlertlabError:
    """What torchmetrics says, in one line."""
    return AlertlabError(f"model.metrics: {str(error).splitlines()[0]}")
