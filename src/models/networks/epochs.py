"""What happens around each epoch, so that a killed training can go on."""

import sys
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback, ModelCheckpoint

from ...core.contracts import Run


class SeedEpochs(Callback):
    """Dropout and all else that torch draws in an epoch follow from (seed, epoch, process)."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Seed anew; 2**20 epochs and 2**10 processes do not meet."""
        torch.manual_seed((self.seed << 30) + (trainer.current_epoch << 10) + trainer.global_rank)


class EndOfEpoch(Callback):
    """Record the metrics of an epoch, then the checkpoint from which the next one starts.

    In this order: an epoch that is computed again after a kill finds its metrics recorded.

    Parameters
    ----------
    run : where metrics go.
    path : of the checkpoint; it is never half-written.
    in_words : also say the metrics on standard error, where no progress bar does.
    """

    def __init__(self, run: Run, path: Path, in_words: bool) -> None:
        self.run, self.path, self.in_words = run, path, in_words
        self.done, self.best = False, float("nan")

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Validation has run by now, and early stopping has decided."""
        metrics = {name: float(value) for name, value in trainer.callback_metrics.items()}  # all processes reduce them
        if trainer.is_global_zero:
            self.run.log_metrics(metrics, trainer.current_epoch)
            if self.in_words:
                words = ", ".join(f"{name} {value:.3f}" for name, value in metrics.items())
                sys.stderr.write(f"epoch {trainer.current_epoch}: {words}\n")
        checkpoint = trainer.checkpoint_callback
        if isinstance(checkpoint, ModelCheckpoint) and checkpoint.best_model_score is not None:
            self.best = float(checkpoint.best_model_score)
        self.done = trainer.should_stop or trainer.current_epoch + 1 == trainer.max_epochs
        partial = self.path.with_suffix(".partial")
        trainer.save_checkpoint(partial)
        if trainer.is_global_zero:
            partial.replace(self.path)

    def state_dict(self) -> dict[str, Any]:
        """Whether training is done, and the lowest validation loss so far."""
        return {"done": self.done, "best": self.best}

    def recorded(self) -> dict[str, Any]:
        """The state in the checkpoint on disk; of a training that has not begun, where there is none."""
        if not self.path.is_file():
            return self.state_dict()
        state: dict[str, Any] = torch.load(self.path, weights_only=True, map_location="cpu")["callbacks"]["EndOfEpoch"]
        return state
