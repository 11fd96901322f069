"""Train a model as a config says: one function, for the command line and for sweeps."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig

from ..bundle import write_bundle
from ..config import ConfigError, flatten, instantiate, to_yaml
from ..core.contracts import Data, Model
from ..core.predictions import Predictions, concatenate, predictions_of
from ..core.progress import status
from ..core.split import PARTS
from ..evaluation import Evaluation, Evaluator
from ..files import replacing
from ..tracking import TrackedRun, Tracker
from .bundling import BundleInfo, details_of
from .report import log_report
from .results import log_results, named_metrics

MONITOR = "validation_loss"


@dataclass(frozen=True)
class TrainResult:
    """What a training leaves.

    Attributes
    ----------
    run_id : MLflow's, of the parent where there are repeats.
    data : what was trained on, in a few words.
    metrics : final metrics by name, ``test/balanced_accuracy`` and so on.
    evaluation : the same as values, with the confusion matrices.
    bundle, predictions, figures, report : paths.
    """

    run_id: str
    data: str
    metrics: Mapping[str, float]
    evaluation: Evaluation
    bundle: Path
    predictions: Path
    figures: Path
    report: Path


@dataclass(frozen=True)
class Experiment:
    """A config brought to life, checked before anything is trained or recorded."""

    config: DictConfig
    data: Data
    evaluator: Evaluator
    tracker: Tracker
    bundle: BundleInfo

    @property
    def root(self) -> Path:
        """Folder of the runs of this experiment."""
        return Path(self.config.output_dir, self.config.name)


@dataclass(frozen=True)
class Repeat:
    """One training: its result, split, predictions and epochs, and what it reached on validation."""

    result: TrainResult
    split_hash: str
    predictions: Predictions
    epochs: list[dict[str, float]]
    validation_loss: float


def train(config: DictConfig) -> TrainResult:
    """Train, evaluate, record and export what the config describes.

    Parameters
    ----------
    config : composed from ``train``, see :func:`alertlab.config.compose`.

    Raises
    ------
    AlertlabError
        For anything wrong with config or data, before training starts.
    """
    experiment = prepare(config)
    if config.repeats == 1:
        return train_once(experiment, 0, None).result
    return train_repeats(experiment)


def prepare(config: DictConfig) -> Experiment:
    """Build every part and read the data, so that errors come before training."""
    for key, least in (("repeats", 1), ("seed", 0)):
        if not isinstance(config[key], int) or config[key] < least:
            raise ConfigError(f"{key}: {config[key]!r} is not a whole number of {least} or more")
    evaluator, tracker, bundle = (instantiate(config[part]) for part in ("evaluation", "tracking", "bundle"))
    instantiate(config.model)
    data: Data = instantiate(config.datamodule)
    for repeat in range(config.repeats):
        data.draw(repeat)
    return Experiment(config, data, evaluator, tracker, bundle)


def train_once(experiment: Experiment, repeat: int, parent: TrackedRun | None) -> Repeat:
    """Train with the seed and the split of one repeat, in a run of its own."""
    config, data = experiment.config, experiment.data
    data.draw(repeat)
    model: Model = instantiate(config.model)
    seed = config.seed + repeat
    name = f"{config.run_name}, repeat {repeat}" if parent else config.run_name
    with experiment.tracker.run(config.name, name, experiment.root, seed, parent) as run:
        describe(experiment, run)
        run.log_files(data.split.write(run.directory / "split.parquet"))
        run.log_params({"run.repeat": repeat, "run.seed": seed})
        run.set_tags({"split_hash": data.split.digest()})
        model.fit(data, run)
        tables = [predictions_of(samples := data.samples(part), model.predict(samples), part, repeat) for part in PARTS]
        predictions = concatenate(tables)
        epochs = [{**epoch, "repeat": repeat} for epoch in run.epochs()]
        result = conclude(experiment, run, predictions, epochs)
        with status("exporting the bundle"):
            details = details_of(experiment.bundle, config, data, run, result.evaluation)
            write_bundle(result.bundle, model, data.samples(), details)
        run.log_files(result.bundle)
    reached = min((epoch[MONITOR] for epoch in epochs if MONITOR in epoch), default=float("inf"))
    return Repeat(result, data.split.digest(), predictions, epochs, reached)


def train_repeats(experiment: Experiment) -> TrainResult:
    """Train every repeat as a child run; the parent holds means, deviations and the best bundle.

    The bundle is that of the repeat with the lowest validation loss: the test
    part decides nothing.
    """
    config = experiment.config
    name = f"{config.run_name}, {config.repeats} repeats"
    with experiment.tracker.run(config.name, name, experiment.root, config.seed) as run:
        describe(experiment, run)
        repeats = [train_once(experiment, number, run) for number in range(config.repeats)]
        run.set_tags({"split_hash": ", ".join(each.split_hash for each in repeats)})
        epochs = [epoch for each in repeats for epoch in each.epochs]
        result = conclude(experiment, run, concatenate([each.predictions for each in repeats]), epochs)
        best = min(repeats, key=lambda each: each.validation_loss)
        with replacing(result.bundle, folder=True) as partial:
            shutil.copytree(best.result.bundle, partial)
        run.set_tags({"bundle.from_run": best.result.run_id})
        run.log_files(result.bundle)
    return result


def describe(experiment: Experiment, run: TrackedRun) -> None:
    """Record what is trained on what: config, parameters, data."""
    config, data = experiment.config, experiment.data
    path = run.directory / "config.yaml"
    path.write_text(to_yaml(config))
    run.log_files(path)
    run.log_params(flatten(config))
    run.set_tags({"data": data.description, "data_hash": data.samples().digest()})
    rejected = run.directory / "rejected.parquet"
    count = data.write_rejected(rejected)
    run.log_params({"data.samples": len(data.samples()), "data.rejected": count})
    if count:
        run.log_files(rejected)


def conclude(
    experiment: Experiment, run: TrackedRun, predictions: Predictions, epochs: list[dict[str, float]]
) -> TrainResult:
    """Evaluate the predictions and record what comes out."""
    path = predictions.write(run.directory / "predictions.parquet")
    figures = run.directory / "figures"
    with status("evaluating"):
        evaluation = experiment.evaluator(predictions, figures, epochs)
        run.log_files(path)
        log_results(run, evaluation, figures)
        report = log_report(run, evaluation, predictions, experiment.data.samples(), epochs)
    bundle = run.directory / experiment.bundle.folder
    return TrainResult(
        run.run_id, experiment.data.description, named_metrics(evaluation), evaluation, bundle, path, figures, report
    )
