"""Light curves as sequences: training against a bare torch loop, and light curves a second.

    python -m benchmarks.sequences
    python -m benchmarks.sequences --points 50 200 --curves 256 --rounds 3

Both ways of training have the same network, loss, optimiser and loader, so the same batches and padding, and validate
after each epoch; alertlab does it as `alertlab train` does, with metrics, checkpoints and MLflow. The forest is fitted
afterwards and is not counted. Seconds are those of the processor, on one thread. Lengths are uniform from half the
points to all of them. Inference is `Bundle.predict` of the same light curves: preprocessing, network, ten draws of the
attributes, isolation forest.
"""

import argparse
import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from alertlab import runtime
from alertlab.bundle import BundleDetails, write_bundle
from alertlab.config import compose, instantiate, to_yaml
from alertlab.core.contracts import Loading
from alertlab.core.curve_columns import CURVE, curve_columns
from alertlab.core.samples import Samples
from alertlab.core.split import SplitPlan
from alertlab.core.taxonomy import Taxonomy
from alertlab.datamodules import DataModule
from alertlab.models import ContextualDetector
from alertlab.models.networks.network_model import Prepare
from alertlab.runtime import Ragged

from .in_turn import in_turn, median_and_range
from .table import Table
from .train import noting

PACKAGES = ("torch", "pytorch-lightning", "onnxruntime", "numpy")
CLOCK = time.process_time  # epochs last minutes, and a machine is seldom idle for so long
QUICK = ("--points", "8", "--curves", "40", "--epochs", "2", "--rounds", "1", "--overrides", "model.n_estimators=5")
HEADER = (
    *("points", "bare loop, s an epoch", "alertlab, s an epoch", "times as long", "range"),
    *("trained, curves/s", "bundle, curves/s"),
)


class Walks(DataModule):
    """Simulated random walks of about so many points."""

    description = "simulated random walks"

    def __init__(self, curves: int, points: int) -> None:
        super().__init__(SplitPlan(validation=0.2, test=0.2))
        self.curves, self.points = curves, points

    def read(self) -> Samples:
        """All of them, in one band."""
        random, rows = np.random.default_rng(0), []
        for length in random.integers(self.points // 2, self.points, self.curves, endpoint=True):
            time = np.sort(random.uniform(0, 2000, length))
            value = np.cumsum(random.normal(0, 0.02, length))
            rows.append(np.stack([time, np.ones(length), 18 + value, np.full(length, 0.02)], 1).astype(np.float32))
        names = np.array([f"walk {row}" for row in range(self.curves)])
        target, numbers = np.zeros(self.curves, np.int64), np.arange(self.curves)
        columns = {CURVE: curve_columns(["g"], "magnitude", "mag")}
        return Samples({CURVE: Ragged.of(rows)}, target, numbers, names, Taxonomy(["walk"], None), columns)


class Workbench:
    """One set of light curves, and the two ways of training on them."""

    def __init__(self, folder: Path, asked: argparse.Namespace, points: int) -> None:
        uri = f"tracking.uri=sqlite:///{folder}/mlflow.db"
        words = ["model=contextual_detector", "model.batch_size=64", f"trainer.max_epochs={asked.epochs}", uri]
        self.config = compose("train", [*words, "evaluation=detection", *asked.overrides])
        self.folder, self.tracker = folder, instantiate(self.config.tracking)
        curves = asked.curves * max(1, 200 // max(points, 50))
        self.data, self.points = Walks(curves, points), points
        self.data.draw(0)
        self.model: ContextualDetector = instantiate(self.config.model)

    def alertlab(self) -> float:
        """Seconds of an epoch."""
        self.model = instantiate(self.config.model)
        ends: list[float] = []
        run = self.tracker.create("benchmark", "fit", self.folder, to_yaml(self.config), seed=1)
        with self.tracker.running(run):
            run.log_metrics = noting(run.log_metrics, ends, CLOCK)
            self.model.fit(self.data, run)
        return statistics.median(end - start for start, end in pairwise(ends))

    def bare(self) -> float:
        """Seconds of an epoch."""
        torch.manual_seed(1)
        torch.use_deterministic_algorithms(False)  # alertlab's trainer has set it for the whole process
        torch.set_flush_denormal(True)  # as alertlab's trainer does; without, both take up to three times as long
        model: ContextualDetector = instantiate(self.config.model)
        samples = self.data.samples("train")
        prepare = Prepare(model.inputs_of(samples))
        self.data.loading = Loading(model.batch_size, model.balanced, model.augmentation, prepare, 1)
        training, validation = self.data.train_dataloader(), self.data.val_dataloader()
        network = model.build(samples)
        optimiser = torch.optim.Adam(network.parameters(), lr=model.learning_rate)
        ends: list[float] = []
        for epoch in range(self.config.trainer.max_epochs):
            training.sampler.set_epoch(epoch)  # type: ignore[union-attr]
            network.train()
            for inputs, target in training:
                optimiser.zero_grad()
                model.loss(network(*inputs.values()), target).mean().backward()
                optimiser.step()
            network.eval()
            with torch.no_grad():
                sum(model.loss(network(*inputs.values()), target).sum().item() for inputs, target in validation)
            ends.append(CLOCK())
        return statistics.median(end - start for start, end in pairwise(ends))

    def bundle(self) -> float:
        """Light curves a second of the bundle of what was trained last."""
        samples = self.data.samples()
        details = BundleDetails("walks", "1", "", "BSD-3-Clause", "its text")
        bundle = runtime.load(write_bundle(self.folder / f"walks-{self.points}.bundle", self.model, samples, details))
        curves = {CURVE: samples.inputs[CURVE]}
        bundle.predict(curves)  # all is warm
        started = CLOCK()
        bundle.predict(curves)
        return len(samples) / (CLOCK() - started)


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", nargs="+", type=int, default=[50, 200, 925], help="(default 50 200 925)")
    parser.add_argument(
        "--curves",
        type=int,
        default=512,
        help="in all parts; of fewer than 200 points in proportion more (default 512)",
    )
    parser.add_argument("--epochs", type=int, default=3, help="of each fit, the first not counted (default 3)")
    parser.add_argument("--rounds", type=int, default=3, help="alternations (default 3)")
    parser.add_argument("--overrides", nargs="*", default=[], metavar="KEY=VALUE", help="of the config")
    return parser


def measure(asked: argparse.Namespace) -> Table:
    """A row a length."""
    rows = []
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        for points in asked.points:
            bench = Workbench(Path(folder), asked, points)
            pairs = in_turn(bench.alertlab, bench.bare, asked.rounds)
            theirs, ours = statistics.median(pairs.theirs), statistics.median(pairs.ours)
            trained = len(bench.data.samples("train")) / ours
            ratio = median_and_range(pairs.times_as_long)
            rows.append(
                (f"{points}", f"{theirs:.3f}", f"{ours:.3f}", *ratio, f"{trained:.0f}", f"{bench.bundle():.0f}")
            )
    return Table(HEADER, rows)


if __name__ == "__main__":
    print(measure(options().parse_args()))
