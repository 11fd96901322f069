"""Training a network: the one place that drives Lightning."""

import logging
import os
import sys
import warnings
from collections.abc import Callable
from typing import Any

import pytorch_lightning as pl
import torch
from lightning_fabric.utilities.exceptions import MisconfigurationException
from pytorch_lightning.callbacks import Callback, EarlyStopping, ModelCheckpoint, RichProgressBar

from ..core.contracts import Data, Run
from ..runtime.errors import AlertlabError
from .task import ClassificationTask

MONITOR = "validation_loss"


def seed_everything(seed: int) -> None:
    """Seed python, numpy, torch and the workers of data loaders."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # or cuBLAS refuses to be deterministic
    pl.seed_everything(seed, workers=True, verbose=False)


def train(task: ClassificationTask, data: Data, run: Run, trainer: Callable[..., pl.Trainer], patience: int) -> int:
    """Fit ``task``; it ends with the weights of its best epoch.

    Parameters
    ----------
    data : its ``loading`` is set.
    run : where metrics and checkpoints go.
    trainer : ``conf/trainer/``: a Trainer that wants only its callbacks.
    patience : epochs without a lower validation loss before training stops.

    Returns
    -------
    The best epoch, from 0.

    Raises
    ------
    AlertlabError
        When no epoch has a finite validation loss.
    """
    best = ModelCheckpoint(run.directory / "checkpoints", "best", monitor=MONITOR, enable_version_counter=False)
    callbacks: list[Callback] = [best, EarlyStopping(MONITOR, patience=patience)]
    watched = sys.stderr.isatty()
    callbacks.append(RecordEpochs(run, in_words=not watched))
    if watched:
        callbacks.append(RichProgressBar(console_kwargs={"stderr": True}))
    for name in ("pytorch_lightning", "lightning"):  # its greetings and tips are not results
        logging.getLogger(name).setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not have many workers.*")  # batches take 2 ms to prepare
        warnings.filterwarnings("ignore", message=".*treespec, LeafSpec.*")  # Lightning's own use of torch
        try:
            driver = trainer(
                callbacks=callbacks,
                logger=False,
                enable_progress_bar=watched,
                use_distributed_sampler=False,  # ours shares out the rows itself
                enable_model_summary=False,
                num_sanity_val_steps=0,
            )
        except (MisconfigurationException, TypeError, ValueError) as error:
            raise AlertlabError(f"trainer: {str(error).splitlines()[0]}") from error
        try:
            driver.fit(task, datamodule=data)  # type: ignore[arg-type]
        except SystemExit as exit:  # Lightning makes this of an interrupt; the run is to end KILLED, not FAILED
            raise KeyboardInterrupt from exit
    if not best.best_model_path:
        raise AlertlabError(f"trainer.max_epochs: no epoch was trained (it is {driver.max_epochs})")
    # from the file: with several processes the training one knows the score, this one the path
    state: dict[str, Any] = torch.load(best.best_model_path, weights_only=True, map_location="cpu")
    score = state["callbacks"][best.state_key]["best_model_score"]
    if score is None or not torch.isfinite(score):
        raise AlertlabError(f"model.learning_rate: {MONITOR} is not finite from the first epoch on; lower it")
    task.load_state_dict(state["state_dict"])
    task.to("cpu").eval()
    return int(state["epoch"])


class RecordEpochs(Callback):
    """Hand each epoch's metrics to the run, and say them where no progress bar does."""

    def __init__(self, run: Run, in_words: bool) -> None:
        self.run, self.in_words = run, in_words

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Validation has run by now; its metrics are among them."""
        if trainer.is_global_zero:
            metrics = {name: float(value) for name, value in trainer.callback_metrics.items()}
            self.run.log_metrics(metrics, trainer.current_epoch)
            if self.in_words:
                words = ", ".join(f"{name} {value:.3f}" for name, value in metrics.items())
                sys.stderr.write(f"epoch {trainer.current_epoch}: {words}\n")
