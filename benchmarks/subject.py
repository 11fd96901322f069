"""What is measured: an experiment on simulated alerts, in a folder that the benchmark throws away."""

from collections.abc import Sequence
from pathlib import Path

from alertlab.config import compose
from alertlab.workflows.train import TrainResult, train
from omegaconf import DictConfig

SMALL = ("model.filters=[2,2,4,4,4]", "model.dense=8")  # for a benchmark of seconds that proves nothing

FEW = ("datamodule.source.n=100", "trainer.max_epochs=1", "evaluation.resamples=20", "evaluation.formats=[]")


def experiment(folder: Path, overrides: Sequence[str]) -> DictConfig:
    """The config of ``alertlab train``, recorded in ``folder``."""
    where = [f"tracking.uri=sqlite:///{folder}/mlflow.db", f"output_dir={folder}/outputs"]
    return compose("train", ["name=benchmark", *where, *overrides])


def trained(folder: Path, overrides: Sequence[str]) -> TrainResult:
    """A run and its bundle after one epoch on a few alerts: how well it classifies is not the question."""
    return train(experiment(folder, [*FEW, *overrides]))
