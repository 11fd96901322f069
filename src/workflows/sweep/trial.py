"""One trial: a training like any other, on what may be seen, judged by its validation part."""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import DictConfig, OmegaConf

from ...config import flatten, instantiate, to_yaml
from ...core.contracts import Model
from ...core.predictions import concatenate
from ...datamodules import DataModule
from ...runtime.errors import AlertlabError
from ...tracking import TrackedRun, Tracker, named
from ..results import named_metrics
from ..train import Experiment, answered, prepare
from .development import Development
from .goals import SECONDS, best_epoch
from .plan import Plan
from .space import Values

Report = Callable[[float, int], None]  # of a value at a step; raises where the trial is to end
PART = "validation"


@dataclass
class TrialRun:
    """A trial's run as its model sees it: metrics are recorded and shown to the pruner, files go with the folder.

    Attributes
    ----------
    run : of MLflow. directory : where the model may write, for as long as it learns.
    seed : what the model may draw from.
    prefix : of the names of metrics. shown : what else happens to the metrics of an epoch.
    """

    run: TrackedRun
    directory: Path
    seed: int
    prefix: str = ""
    shown: Callable[[Mapping[str, float], int], None] | None = None
    epochs: list[dict[str, float]] = field(default_factory=list)

    def log_metrics(self, metrics: Mapping[str, float], step: int) -> None:
        """Record metrics of an epoch; ends the training where the pruner says so."""
        self.epochs.append(dict(metrics))
        self.run.log_metrics({f"{self.prefix}{name}": value for name, value in metrics.items()}, step)
        if self.shown:
            self.shown(metrics, step)

    def log_files(self, path: Path) -> None:
        """Weights of a trial are not kept: the best config is trained again."""


class Warm:
    """What trials of one process share: data that were read stay.

    Parameters
    ----------
    plan : the sweep. tracker : where its runs are. parent : id of the sweep's run.
    """

    def __init__(self, plan: Plan, tracker: Tracker, parent: str) -> None:
        self.plan, self.tracker, self.parent = plan, tracker, parent
        told = {"part": PART, "resamples": 1, "formats": [], "slices": None}
        evaluation = plan.base.evaluation
        self.evaluator = instantiate(evaluation, **{key: value for key, value in told.items() if key in evaluation})
        self._data: tuple[Any, DataModule] | None = None

    def experiment(self, config: DictConfig) -> Experiment:
        """A training brought to life, with the data of the trial before where they are the same."""
        key = OmegaConf.to_container(config.datamodule, resolve=True)
        known = self._data[1] if self._data and self._data[0] == key else None
        found = prepare(config, known)
        self._data = key, whole_of(found)
        return found


def whole_of(experiment: Experiment) -> DataModule:
    """The data of a training, where trials can be judged by them.

    Raises
    ------
    AlertlabError
        For data that cannot be parted, or have no validation part.
    """
    data = experiment.data
    if not isinstance(data, DataModule):
        raise AlertlabError("datamodule: a sweep needs an alertlab.datamodules.DataModule, which can part its samples")
    if not len(data.samples(PART)):
        raise AlertlabError("datamodule.split.validation: a sweep judges by the validation part; give it, say, 0.2")
    return data


def train_trial(
    warm: Warm, number: int, name: str, values: Values, report: Report, began: Callable[[str], None]
) -> dict[str, float]:
    """Train with some values, once a fold; returns the means of its validation metrics.

    Parameters
    ----------
    number : of the trial. name : of its run.
    report : called with the watched metric of each epoch, or of several folds with the first objective of each.
    began : called with the id of its run.
    """
    plan = warm.plan
    config = plan.trial_config(values)
    run = warm.tracker.create(
        config.name, name, Path(config.output_dir, config.name), to_yaml(config), config.seed, number, warm.parent
    )
    began(run.run_id)
    with warm.tracker.running(run):
        run.log_params({**flatten(config), "trial": number})
        found = []
        experiment = warm.experiment(config)
        for fold in range(plan.folds):
            metrics = _train_fold(warm, experiment, run, fold, report)
            found.append(metrics)
            if plan.folds > 1:
                report(plan.goals.values(metrics)[0], fold)
        names = [each for each in found[0] if all(each in metrics for metrics in found)]
        means = {each: float(np.mean([metrics[each] for metrics in found])) for each in names}
        plan.goals.values(means)
        run.log_results({named(PART, *each.split("/", 1)): means[each] for each in plan.goals.objectives})
    return means


def _train_fold(warm: Warm, experiment: Experiment, run: TrackedRun, fold: int, report: Report) -> dict[str, float]:
    plan, goals = warm.plan, warm.plan.goals
    whole = whole_of(experiment)
    whole.draw(plan.asked.outer if plan.folds == 1 else fold)
    outliers = plan.search["outliers"]
    data = Development(whole, [outliers[fold % len(outliers)]] if outliers else ())

    def shown(metrics: Mapping[str, float], step: int) -> None:
        if plan.folds == 1 and len(goals.objectives) == 1 and goals.watch in metrics:
            report(goals.seen_by_pruner(metrics[goals.watch]), step)

    folder = run.directory / f"fold_{fold}"
    folder.mkdir(exist_ok=True)
    learning = TrialRun(run, folder, run.seed + fold, f"fold_{fold}_" if plan.folds > 1 else "", shown)
    try:
        model: Model = experiment.model(calibrated=False)
        begun = time.monotonic()
        model.fit(data, learning)
        seconds = time.monotonic() - begun
        metrics = {**best_epoch(learning.epochs), SECONDS: seconds}
        if goals.needs_evaluation:
            asked = {"train": data.samples("train"), PART: data.judged()}
            tables, _ = answered(model, data, asked, warm.evaluator, fold)
            evaluation = warm.evaluator.evaluate(warm.evaluator.own(concatenate(tables)))
            metrics |= evaluation.mean
            if plan.folds == 1:
                run.log_results(named_metrics(evaluation))
        return metrics
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # checkpoints of thousands of trials fill a disk
