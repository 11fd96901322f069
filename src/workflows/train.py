"""Train a model as a config says: one function, for the command line and for sweeps."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from ..bundle import write_bundle
from ..config import flatten, instantiate, load, refuse_foreign, to_yaml
from ..core.contracts import Data, Model, answers_of, task_of
from ..core.predictions import (
    Predictions,
    Told,
    beside,
    concatenate,
    predictions_of,
    read_predictions,
    told_of,
    told_parts,
)
from ..core.progress import status
from ..core.samples import Samples
from ..evaluation import Evaluation, Evaluator
from ..files import replacing
from ..models import NONE
from ..models.networks.freezing import NONE as UNFROZEN
from ..models.networks.freezing import Freezing
from ..runtime.errors import AlertlabError
from ..runtime.tasks.detection import FALSE_ALARM_RATE
from ..tracking import CONFIG, TrackedRun, Tracker, children_of, find_run, read_identity
from .bundling import BundleInfo, check_columns, details_of
from .calibrating import (
    calibrated_model,
    calibration_record,
    check_calibration,
    check_thresholds,
    held_out_answers,
    settled_by,
)
from .explain import explained_by
from .logged_bundle import log_bundle
from .report import log_report
from .results import log_results, named_metrics
from .warm_start import WarmStart, warm_start

MONITOR = "validation_loss"
PREDICTIONS = "predictions.parquet"


@dataclass(frozen=True)
class TrainResult:
    """What a training leaves.

    Attributes
    ----------
    run_id : MLflow's, of the parent where there are repeats.
    data : what was trained on, in a few words.
    store : address of the MLflow store.
    metrics : final metrics by name, ``test/balanced_accuracy`` and so on.
    evaluation : the same as values, with the confusion matrices.
    bundle, predictions, figures, report : paths.
    """

    run_id: str
    data: str
    store: str
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
    start: WarmStart | None

    def model(self, calibrated: bool = True) -> Model:
        """A new model, with a file of weights where the config names a run.

        Parameters
        ----------
        calibrated : as the config says. Trials of a sweep are not: the rows that would calibrate them judge them.
        """
        weights = {"init_from": str(self.start.weights)} if self.start else {}
        built: Model = instantiate(self.config.model, **weights)
        return calibrated_model(built, self.config) if calibrated else built

    @property
    def root(self) -> Path:
        """Folder of the runs of this experiment."""
        return Path(self.config.output_dir, self.config.name)

    @property
    def run_name(self) -> str:
        """Name of the run, the parent where there are repeats."""
        repeats = self.config.repeats
        return str(self.config.run_name) + (f", {repeats} repeats" if repeats > 1 else "")


@dataclass(frozen=True)
class Repeat:
    """One finished training, as its folder has it."""

    run_id: str
    bundle: Path
    predictions: Predictions
    epochs: list[dict[str, float]]

    @property
    def validation_loss(self) -> float:
        """The lowest of its epochs."""
        return min((epoch[MONITOR] for epoch in self.epochs if MONITOR in epoch), default=float("inf"))


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
    if has_first(config):
        begin = train(first_of(config)).run_id
        config = config.copy()
        config.model.init_from = begin
        experiment = prepare(config, experiment.data)
    run = experiment.tracker.create(config.name, experiment.run_name, experiment.root, to_yaml(config), config.seed)
    return carry_out(experiment, run)


def has_first(config: DictConfig) -> bool:
    """Whether a training comes before, with whose weights this one begins."""
    return bool(config.get("first")) and "init_from" in config.model and not config.model.init_from


def first_of(config: DictConfig) -> DictConfig:
    """The training before: what ``first`` says laid over all else, its datamodule in place of the other; one repeat."""
    first = OmegaConf.create(to_yaml(config)).first  # its references are to the training after it
    before = config.copy()
    if "freeze" in before.model:
        before.model.freeze = UNFROZEN  # it begins at random
    if "datamodule" in first:
        before.datamodule = first.pop("datamodule")
    alone = {"first": None, "repeats": 1, "run_name": f"{config.run_name}, first", "calibration": NONE}
    merged = OmegaConf.merge(before, first, alone)
    assert isinstance(merged, DictConfig)
    return merged


def resume(source: str, allowed: Sequence[str] = ()) -> TrainResult:
    """Go on with a training that was interrupted or killed, in the same run.

    Parameters
    ----------
    source : id of a run below ``outputs``, or the folder of one; the parent where there are repeats.
        Relative paths of its config hold where it was started.
    allowed : see :func:`alertlab.config.compose`.

    Raises
    ------
    AlertlabError
        For a run that is finished, unknown or a repeat of another, data that have changed,
        or a run on another machine than MLFLOW_TRACKING_URI names.
    """
    directory = find_run(source, Path("outputs"))
    identity = read_identity(directory)
    if identity.parent:
        raise AlertlabError(f"--resume {source}: it is repeat {identity.repeat} of {identity.parent}; resume that")
    config = load(directory / CONFIG, allowed)
    refuse_foreign(identity.uri, f"--resume {source}: tracking.uri")
    config.tracking.uri = identity.uri  # where the run is, whatever the environment says by now
    experiment = prepare(config)
    run = experiment.tracker.reopen(directory)
    if run.tag("detectors"):
        raise AlertlabError(f"--resume {source}: it is a table of detectors; alertlab leave-out --resume {source}")
    if study := run.tag("sweep"):
        raise AlertlabError(
            f"--resume {source}: it is the sweep {study}, which goes on when its command is given again"
        )
    if run.journal.state == "FINISHED":
        raise AlertlabError(f"--resume {source}: the run is finished, its results are in {directory}")
    return carry_out(experiment, run)


def prepare(config: DictConfig, read: Data | None = None) -> Experiment:
    """Build every part and read the data, unless they are ``read``, so that errors come before training."""
    evaluator, tracker, bundle = (instantiate(config[part]) for part in ("evaluation", "tracking", "bundle"))
    model = instantiate(config.model)
    check_task(model, evaluator)
    source = config.model.get("init_from")
    Freezing(config.model.get("freeze", UNFROZEN)).check(bool(source) or has_first(config))
    start = warm_start(source, tracker) if source else None
    data: Data = instantiate(config.datamodule) if read is None else read
    for repeat in range(config.repeats):
        data.draw(repeat)
        check_calibration(model, config, data)
        check_thresholds(model, evaluator, data)
        if start:
            start.check(data, repeat)
    check_columns(data)
    return Experiment(config, data, evaluator, tracker, bundle, start)


def check_task(model: Model, evaluator: Any) -> None:
    """Refuse to train what could not be judged; an evaluator of one's own judges whatever it can."""
    task, kind = task_of(model).name, getattr(evaluator, "kind", None)
    if kind is not None and kind.task != task:
        judges = f"it judges a {kind.task}, and the model is of a {task}"
        raise AlertlabError(f"evaluation: {judges}; give evaluation={task}")


def carry_out(experiment: Experiment, run: TrackedRun) -> TrainResult:
    """All that is still to do for a run, new or resumed."""
    sys.stderr.write(f"run {run.run_id} in {run.directory}\n")
    with experiment.tracker.running(run):
        describe(experiment, run)
        if experiment.config.repeats == 1:
            return train_one(experiment, run, 0)
        return train_repeats(experiment, run)


def train_one(experiment: Experiment, run: TrackedRun, repeat: int) -> TrainResult:
    """Train with the seed and the split of one repeat."""
    config, data = experiment.config, experiment.data
    data.draw(repeat)
    model = experiment.model()
    run.log_files(data.split.write(run.directory / "split.parquet"))
    run.log_params({"run.repeat": repeat, "run.seed": run.seed})
    run.set_tags({"split_hash": data.split.digest()})
    model.fit(data, run)
    asked = {part: data.samples(part) for part in (*told_parts(task_of(model).name), *data.further_parts)}
    tables, told = answered(model, data, asked, experiment.evaluator, repeat)
    tables = [explained_by(model, data, each, told, experiment.evaluator) for each in tables]
    result = conclude(experiment, run, concatenate(tables), epochs_of(run, repeat))
    with status("exporting the bundle"):
        details = details_of(experiment.bundle, config, data, run, result.evaluation, calibration_record(model))
        write_bundle(result.bundle, model, data.samples(), details, told)
    log_bundle(run, result.bundle)
    return result


def answered(
    model: Model, data: Data, asked: Mapping[str, Samples], evaluator: Any, repeat: int
) -> tuple[list[Predictions], Told]:
    """What a trained model says of the samples of each part, and what its answers are called."""
    task = task_of(model).name
    answers = {part: answers_of(model, samples) for part, samples in asked.items()}
    if held := held_out_answers(model):
        asked, answers = {**asked, held.part: held.samples}, {**answers, held.part: dict(held.answers)}
    held_out = answers.get("validation") if len(asked.get("validation", ())) else None
    rate = getattr(evaluator, "false_alarm_rate", FALSE_ALARM_RATE)
    told = told_of(task, data.samples("train"), answers.get("train", {}), held_out, rate)
    if held:
        rows = predictions_of(task, held.samples, held.answers, told, held.part, repeat)
        told = replace(told, answers=settled_by(rows, getattr(evaluator, "goals", {})))
    return [predictions_of(task, asked[part], each, told, part, repeat) for part, each in answers.items()], told


def train_repeats(experiment: Experiment, run: TrackedRun) -> TrainResult:
    """Train every repeat as a child run; the parent holds means, deviations and the best bundle.

    Children that are finished are not trained again. The bundle is that of the
    repeat with the lowest validation loss: the test part decides nothing. Without
    a validation loss, as of forests, it is that of the first repeat.
    """
    children = children_runs(experiment, run)
    for number, child in enumerate(children):
        if child.journal.state != "FINISHED":
            sys.stderr.write(f"repeat {number + 1} of {len(children)}\n")
            with experiment.tracker.running(child):
                describe(experiment, child)
                train_one(experiment, child, number)
    repeats = [finished(experiment, child, number) for number, child in enumerate(children)]
    run.set_tags({"split_hash": ", ".join(str(child.tag("split_hash")) for child in children)})
    epochs = [epoch for each in repeats for epoch in each.epochs]
    result = conclude(experiment, run, concatenate([each.predictions for each in repeats]), epochs)
    best = min(repeats, key=lambda each: each.validation_loss)
    with replacing(result.bundle, folder=True) as partial:
        shutil.copytree(best.bundle, partial)
    run.set_tags({"bundle.from_run": best.run_id})
    log_bundle(run, result.bundle)
    return result


def children_runs(experiment: Experiment, parent: TrackedRun) -> list[TrackedRun]:
    """The runs of all repeats; made before the first starts, so that a server may leave in between."""
    config, tracker = experiment.config, experiment.tracker
    known = children_of(parent.directory, parent.run_id)
    return [
        tracker.reopen(known[number])
        if number in known
        else tracker.create(
            config.name,
            f"{config.run_name}, repeat {number}",
            parent.directory.parent,
            to_yaml(config),
            config.seed + number,
            number,
            parent.run_id,
        )
        for number in range(config.repeats)
    ]


def finished(experiment: Experiment, run: TrackedRun, repeat: int) -> Repeat:
    """What a finished repeat has left in its folder."""
    bundle = run.directory / experiment.bundle.folder
    return Repeat(run.run_id, bundle, read_predictions(run.directory / PREDICTIONS), epochs_of(run, repeat))


def epochs_of(run: TrackedRun, repeat: int) -> list[dict[str, float]]:
    """Metrics of each epoch, with the number of the repeat; none of a model without epochs, such as a forest."""
    curves = ("train_", "validation_")
    epochs = [epoch for epoch in run.epochs() if any(name.startswith(curves) for name in epoch)]
    return [{**epoch, "repeat": repeat} for epoch in epochs]


def describe(experiment: Experiment, run: TrackedRun) -> None:
    """Record what is trained on what: config, parameters, data.

    Raises
    ------
    AlertlabError
        When a resumed run would go on with other data.
    """
    config, data = experiment.config, experiment.data
    digest, before = data.samples().digest(), run.tag("data_hash")
    if before not in (None, digest):
        raise AlertlabError(f"--resume {run.run_id}: the data are no longer those it began with ({data.description})")
    run.log_files(run.directory / CONFIG)
    run.log_params(flatten(config))
    run.set_tags({"data": data.description, "data_hash": digest})
    if experiment.start:
        run.set_tags({"init_from.data": experiment.start.data})
    rejected = run.directory / "rejected.parquet"
    count = data.write_rejected(rejected)
    run.log_params({"data.samples": len(data.samples()), "data.rejected": count})
    if count:
        run.log_files(rejected)


def conclude(
    experiment: Experiment, run: TrackedRun, predictions: Predictions, epochs: list[dict[str, float]]
) -> TrainResult:
    """Evaluate the predictions and record what comes out."""
    path = predictions.write(run.directory / PREDICTIONS)
    figures = run.directory / "figures"
    with status("evaluating"):
        evaluation = experiment.evaluator(predictions, figures, epochs)
        for name in (path.name, *beside(path)):
            run.log_files(run.directory / name)
        log_results(run, evaluation, figures)
        report = log_report(run, evaluation, predictions, experiment.data, epochs)
    bundle = run.directory / experiment.bundle.folder
    return TrainResult(
        run.run_id,
        experiment.data.description,
        experiment.tracker.uri,
        named_metrics(evaluation),
        evaluation,
        bundle,
        path,
        figures,
        report,
    )
