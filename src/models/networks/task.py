"""A network, its loss and its optimiser as Lightning trains them."""

from collections.abc import Callable

import pytorch_lightning as pl
import torch
from torch import Tensor, nn

Batch = tuple[dict[str, Tensor], Tensor]
Loss = Callable[[Tensor, Tensor], Tensor]


class ClassificationTask(pl.LightningModule):
    """Train a classifier; measure it on validation.

    Logged each epoch: ``train_loss``, ``train_accuracy``, and ``validation_loss``,
    ``validation_accuracy`` as means over classes, so that they are what a
    class-balanced validation set (the published protocol) would show.

    Parameters
    ----------
    network : inputs in the order of ``names`` -> logits (n, classes).
    names : names of the inputs.
    classes : number of classes.
    loss : (logits, target) -> (n,) values.
    learning_rate : of Adam.
    """

    network: nn.Module
    loss: Loss
    sums: Tensor

    def __init__(
        self, network: nn.Module, names: tuple[str, ...], classes: int, loss: Loss, learning_rate: float
    ) -> None:
        super().__init__()
        self.network, self.names, self.loss, self.learning_rate = network, names, loss, learning_rate
        self.register_buffer("sums", torch.zeros(3, classes), persistent=False)  # loss, hits, count of each class

    def forward(self, inputs: dict[str, Tensor]) -> Tensor:
        """Logits (n, classes)."""
        logits: Tensor = self.network(*(inputs[name] for name in self.names))
        return logits

    def on_train_epoch_start(self) -> None:
        """Frozen layers keep their running statistics too."""
        for layer in self.network.modules():
            if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d) and not layer.weight.requires_grad:
                layer.eval()

    def training_step(self, batch: Batch, _: int) -> Tensor:
        """Mean loss of a batch."""
        inputs, target = batch
        logits = self(inputs)
        loss = self.loss(logits, target).mean()
        accuracy = (logits.argmax(1) == target).float().mean()
        self.log_dict(
            {"train_loss": loss.detach(), "train_accuracy": accuracy},
            on_step=False,
            on_epoch=True,
            sync_dist=True,
            batch_size=len(target),
        )
        return loss

    def on_validation_epoch_start(self) -> None:
        """Forget the last epoch's sums."""
        self.sums.zero_()

    def validation_step(self, batch: Batch, _: int) -> None:
        """Add a batch to the sums of its classes."""
        inputs, target = batch
        logits = self(inputs)
        values = torch.stack(
            [
                self.loss(logits, target),
                (logits.argmax(1) == target).float(),
                torch.ones_like(target, dtype=torch.float32),
            ]
        )
        self.sums.index_add_(1, target, values)

    def on_validation_epoch_end(self) -> None:
        """Mean over the classes that validation has."""
        loss, hits, count = self.sums[:, self.sums[2] > 0]
        means = {"validation_loss": (loss / count).mean(), "validation_accuracy": (hits / count).mean()}
        self.log_dict(means, sync_dist=True)  # every process validates on all samples

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam with its published defaults."""
        return torch.optim.Adam(self.network.parameters(), lr=self.learning_rate)
