"""Training epochs: alertlab against a bare torch loop.

    python -m benchmarks.train
    python -m benchmarks.train --models stamp_cnn_dihedral --epochs 4 --rounds 3

Both train the same network in the same memory layout, with the same loss and
optimiser, on the batches of the same loader, and validate after each epoch.
alertlab does it as `alertlab train` does: metrics of each epoch, checkpoints of
the best one, early stopping, records in MLflow, deterministic algorithms. An
epoch lasts until its metrics are recorded; the first of each fit warms up and
is not counted.
"""

import argparse
import io
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from alertlab.config import instantiate, to_yaml
from alertlab.core.contracts import Loading
from alertlab.models.networks.network_model import NetworkModel, Prepare

from .in_turn import in_turn, median_and_range
from .subject import SMALL, experiment
from .table import Table

PACKAGES = ("torch", "pytorch-lightning", "mlflow", "numpy")
QUICK = ("--alerts", "100", "--epochs", "2", "--rounds", "1", "--models", "stamp_cnn", "--overrides", *SMALL)
HEADER = ("model", "bare loop, s an epoch", "alertlab, s an epoch", "times as long", "range")


class Screen(io.StringIO):
    """Standard error as a person at a terminal has it."""

    def isatty(self) -> bool:
        """So that the progress bar is drawn."""
        return True


class Workbench:
    """The data, read once, and the two ways of training on them."""

    def __init__(self, folder: Path, overrides: list[str]) -> None:
        self.config, self.folder = experiment(folder, overrides), folder
        self.data, self.tracker = instantiate(self.config.datamodule), instantiate(self.config.tracking)
        self.data.draw(0)
        self.epochs = self.config.trainer.max_epochs

    def alertlab(self, screen: Callable[[], io.StringIO]) -> float:
        """Seconds of an epoch."""
        model: NetworkModel = instantiate(self.config.model)
        ends: list[float] = []
        run = self.tracker.create("benchmark", "fit", self.folder, to_yaml(self.config), seed=1)
        with self.tracker.running(run), redirect_stderr(screen()):
            run.log_metrics = noting(run.log_metrics, ends)
            model.fit(self.data, run)
        return statistics.median(end - start for start, end in pairwise(ends))

    def bare(self) -> float:
        """Seconds of an epoch."""
        torch.manual_seed(1)
        torch.use_deterministic_algorithms(False)  # alertlab's trainer has set it for the whole process
        model: NetworkModel = instantiate(self.config.model)
        samples = self.data.samples("train")
        prepare = Prepare(model.inputs_of(samples))
        self.data.loading = Loading(model.batch_size, model.balanced, model.augmentation, prepare, 1)
        training, validation = self.data.train_dataloader(), self.data.val_dataloader()
        network: Any = model.build(samples).to(memory_format=torch.channels_last)
        optimiser = torch.optim.Adam(network.parameters(), lr=model.learning_rate)
        ends: list[float] = []
        for epoch in range(self.epochs):
            training.sampler.set_epoch(epoch)
            network.train()
            for inputs, target in training:
                optimiser.zero_grad()
                loss = model.loss(network(*inputs.values()), target).mean()
                loss.backward()
                optimiser.step()
            network.eval()
            total = right = 0.0
            with torch.no_grad():
                for inputs, target in validation:
                    logits = network(*inputs.values())
                    total += model.loss(logits, target).sum().item()
                    right += (logits.argmax(1) == target).sum().item()
            ends.append(time.perf_counter())
        return statistics.median(end - start for start, end in pairwise(ends))


def noting(
    log_metrics: Callable[..., None], ends: list[float], clock: Callable[[], float] = time.perf_counter
) -> Callable[..., None]:
    """``log_metrics`` that notes when it is done."""

    def noted(metrics: Mapping[str, float], step: int) -> None:
        log_metrics(metrics, step)
        ends.append(clock())

    return noted


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alerts", type=int, default=1000, help="simulated alerts in all parts (default 1000)")
    parser.add_argument("--epochs", type=int, default=5, help="of each fit (default 5)")
    parser.add_argument("--rounds", type=int, default=5, help="alternations (default 5)")
    parser.add_argument("--models", nargs="+", default=["stamp_cnn", "stamp_cnn_multiscale"], metavar="MODEL")
    parser.add_argument("--overrides", nargs="*", default=[], metavar="KEY=VALUE", help="of the config")
    return parser


def measure(asked: argparse.Namespace) -> Table:
    """Two rows a model: without and with the progress bar of a terminal."""
    rows = []
    size = [f"datamodule.source.n={asked.alerts}", f"trainer.max_epochs={asked.epochs}"]
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.models:
            bench = Workbench(Path(folder), [f"model={name}", *size, *asked.overrides])
            for where, screen in (("", io.StringIO), (", progress bar", Screen)):
                pairs = in_turn(partial(bench.alertlab, screen), bench.bare, asked.rounds)
                seconds = (f"{statistics.median(each):.3f}" for each in (pairs.theirs, pairs.ours))
                rows.append((name + where, *seconds, *median_and_range(pairs.times_as_long)))
    return Table(HEADER, rows)


if __name__ == "__main__":
    print(measure(options().parse_args()))
