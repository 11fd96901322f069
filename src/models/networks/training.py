"""Training a network: the one place that drives Lightning.

Everything random in an epoch follows from (seed, epoch) alone: the order and
augmentation of samples in the datamodule, dropout here. So a training that was
killed goes on from its last whole epoch as if nothing had happened.
"""

import logging
import math
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from lightning_fabric.utilities.exceptions import MisconfigurationException
from pytorch_lightning.callbacks import Callback, EarlyStopping, ModelCheckpoint, RichProgressBar

from ...core.contracts import Data, Run
from ...runtime.errors import AlertlabError
from .epochs import EndOfEpoch, SeedEpochs
from .freezing import GRADUAL
from .task import NetworkTask

MONITOR = "validation_loss"


def seed_everything(seed: int) -> None:
    """Seed python, numpy, torch and the workers of data loaders."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # or cuBLAS refuses to be deterministic
    pl.seed_everything(seed, workers=True, verbose=False)


def train(task: NetworkTask, data: Data, run: Run, trainer: Callable[..., pl.Trainer], patience: int) -> int:
    """Fit ``task``; it ends with the weights of its best epoch.

    Goes on from ``run.directory/checkpoints/last.ckpt`` where there is one.

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
    folder = run.directory / "checkpoints"
    best = ModelCheckpoint(
        folder,
        "best",
        monitor=MONITOR,
        enable_version_counter=False,
        save_on_train_epoch_end=False,  # right after validation, so that `last` knows of it
    )
    stop = EarlyStopping(MONITOR, patience=patience, check_on_train_epoch_end=False)  # likewise
    callbacks: list[Callback] = [best, stop, SeedEpochs(run.seed)]
    further = getattr(trainer, "keywords", {}).get("callbacks") or []  # those of the config
    watched = sys.stderr.isatty()
    last = EndOfEpoch(run, folder / "last.ckpt", in_words=not watched)
    if watched:
        callbacks.append(RichProgressBar(console_kwargs={"stderr": True}))
    for name in ("pytorch_lightning", "lightning"):  # its greetings and tips are not results
        logging.getLogger(name).setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not have many workers.*")  # batches take 2 ms to prepare
        warnings.filterwarnings("ignore", message=".*exists and is not empty.*")  # a resumed training's folder is not
        warnings.filterwarnings("ignore", message=".*treespec, LeafSpec.*")  # Lightning's own use of torch
        try:
            driver = trainer(
                callbacks=[*callbacks, *further, last],
                logger=False,
                enable_progress_bar=watched,
                use_distributed_sampler=False,  # ours shares out the rows itself
                enable_model_summary=False,
                num_sanity_val_steps=0,
            )
        except (MisconfigurationException, TypeError, ValueError) as error:
            raise AlertlabError(f"trainer: {str(error).splitlines()[0]}") from error
        if task.freezing.freeze == GRADUAL and driver.world_size > 1:  # they share the layers of the first epoch alone
            raise AlertlabError(f"model.freeze: {GRADUAL} trains in one process; give trainer=cpu")
        if not last.recorded()["done"]:
            _fit(driver, task, data, last.path)
    if not last.path.is_file():
        raise AlertlabError(f"trainer.max_epochs: no epoch was trained (it is {driver.max_epochs})")
    if not math.isfinite(last.recorded()["best"]):
        raise AlertlabError(f"model.learning_rate: {MONITOR} is not finite from the first epoch on; lower it")
    state: dict[str, Any] = torch.load(folder / "best.ckpt", weights_only=True, map_location="cpu")
    task.load_state_dict(state["state_dict"])
    task.to("cpu").eval()
    return int(state["epoch"])


def _fit(driver: pl.Trainer, task: NetworkTask, data: Data, last: Path) -> None:
    start = last if last.is_file() else None
    torch.set_flush_denormal(True)  # gradients that fade over a long sequence end there: up to three times as slow
    try:
        driver.fit(task, datamodule=data, ckpt_path=start, weights_only=True)  # type: ignore[arg-type]
    except SystemExit as exit:  # Lightning makes this of an interrupt; the run is to end KILLED, not FAILED
        raise KeyboardInterrupt from exit
    finally:
        torch.set_flush_denormal(False)
