"""Join classifiers as a config says: a run of its own, with all that a training leaves."""

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from omegaconf import DictConfig

from ...config import flatten, instantiate, to_yaml
from ...core.predictions import ClassPredictions
from ...core.progress import status
from ...evaluation import Evaluation
from ...evaluation.evaluator import TaskEvaluator
from ...evaluation.shown import Table
from ...files import replacing
from ...models.ensembles.combination import Weighted
from ...models.ensembles.fit import WAYS
from ...models.ensembles.merged_graph import Part
from ...runtime.errors import AlertlabError
from ...tracking import CONFIG, TrackedRun, Tracker, named
from ..bundling import BundleInfo
from ..logged_bundle import log_bundle
from ..report import log_report
from ..results import log_results, named_metrics
from ..train import PREDICTIONS
from .combine import Choice, combined
from .exported import WITHOUT, Read, details_of, export, parts_of, read_data
from .members import Member, members_of

COMBINATION = "combination.json"
Judge = TaskEvaluator[ClassPredictions, Evaluation]


@dataclass(frozen=True)
class EnsembleResult:
    """What an ensemble leaves.

    Attributes
    ----------
    run_id : MLflow's. store : address of the MLflow store.
    metrics : final metrics by name. evaluation : the same as values.
    choices : repeat -> how its members were joined.
    told : tables for people. bundle : None where it was left out. predictions, figures, report : paths.
    """

    run_id: str
    store: str
    metrics: Mapping[str, float]
    evaluation: Evaluation
    choices: Mapping[int, Choice]
    told: Sequence[Table]
    bundle: Path | None
    predictions: Path
    figures: Path
    report: Path


@dataclass(frozen=True)
class Work:
    """An ensemble that is chosen, and not recorded yet.

    Attributes
    ----------
    repeat : whose bundles are joined; that of least validation loss, the first without one.
    parts : these bundles; None where none is to be written.
    data : hash -> data of the members; notes : why others cannot be read.
    """

    config: DictConfig
    members: Sequence[Member]
    predictions: ClassPredictions
    choices: Mapping[int, Choice]
    repeat: int
    parts: Sequence[Part] | None
    data: Mapping[str, Read]
    notes: Sequence[str]


def ensemble(config: DictConfig, allowed: Sequence[str] = ()) -> EnsembleResult:
    """Join classifiers, evaluate, record and export the result.

    Parameters
    ----------
    config : composed from ``ensemble``; ``members`` are runs, folders of runs, or tables of predictions.
    allowed : further packages that a ``_target_`` of a member's config may name.

    Raises
    ------
    AlertlabError
        For anything wrong with config or members, before anything is recorded.
    """
    check(config)
    evaluator: Judge = instantiate(config.evaluation)
    info: BundleInfo = instantiate(config.bundle)
    tracker: Tracker = instantiate(config.tracking)
    with tempfile.TemporaryDirectory() as name:
        of = prepare(config, tracker, Path(name), allowed)
        evaluator.own(of.predictions)
        if of.data:
            config.datamodule = next(iter(of.data.values())).datamodule
        run = tracker.create(config.name, config.run_name, Path(config.output_dir, config.name), to_yaml(config), 0)
        sys.stderr.write(f"run {run.run_id} in {run.directory}\n")
        with tracker.running(run):
            describe(of, run)
            return carry_out(of, run, evaluator, info, tracker.uri)


def check(config: DictConfig) -> None:
    """Raise AlertlabError for a value that cannot be."""
    if config.by not in WAYS:
        raise AlertlabError(f"by: {config.by!r} is none of {', '.join(WAYS)}")
    if config.class_weight not in (None, "balanced"):
        raise AlertlabError(f"class_weight: {config.class_weight!r} is neither balanced nor null")


def prepare(config: DictConfig, tracker: Tracker, folder: Path, allowed: Sequence[str]) -> Work:
    """Find the members, choose how to join them, and see to what a bundle needs, so that errors come early."""
    with status("reading predictions"):
        members = members_of(config, tracker, list(config.members))
    with status("joining"):
        predictions, choices = combined(members, config.by, config.class_weight)
    repeat = min(choices, key=lambda number: choices[number].validation_loss)
    with status("reading bundles"):
        parts = parts_of(members, repeat, folder) if config.export else None
    with status("reading data"):
        data, notes = read_data(members, folder, allowed)
    if parts is not None and notes:
        raise AlertlabError(f"{notes[0].rstrip('.')}; rows of these data prove the bundle, {WITHOUT}")
    return Work(config, members, predictions, choices, repeat, parts, data, notes)


def describe(of: Work, run: TrackedRun) -> None:
    """Record what is joined: config, members, and what they have in common."""
    records = [member.record for member in of.members]
    run.log_files(run.directory / CONFIG)
    run.log_params({**flatten(of.config), "repeats": len(of.choices), "run.seed": "none: nothing is drawn"})
    run.log_params({f"member.{number}": str(member) for number, member in enumerate(of.members, 1)})
    run.set_tags({"members": ", ".join(member.run_id or member.source for member in of.members)})
    for name in ("data", "split_hash"):
        values = dict.fromkeys(record.tags[name] for record in records if record and name in record.tags)
        if values:
            run.set_tags({name: " and ".join(values)})
    if of.data:
        run.set_tags({"data_hash": next(iter(of.data))})
        run.log_params({"data.samples": len(next(iter(of.data.values())).data.samples())})


def carry_out(of: Work, run: TrackedRun, evaluator: Judge, info: BundleInfo, store: str) -> EnsembleResult:
    """Write and record all files."""
    path = of.predictions.write(run.directory / PREDICTIONS)
    run.log_files(path)
    run.log_files(_write_choices(of, run.directory / COMBINATION))
    figures = run.directory / "figures"
    with status("evaluating"):
        evaluation = evaluator(of.predictions, figures)
        log_results(run, evaluation, figures)
        run.log_results(_weights(of))
        read = next(iter(of.data.values()), None)
        data, note = (read.data, "") if read else (None, of.notes[0])
        report = log_report(run, evaluation, of.predictions, data, [], note)
    bundle = None
    if of.parts is not None:
        with status("exporting the bundle"):
            bundle = run.directory / info.folder
            choice = of.choices[of.repeat]
            details = details_of(info, of.config, run, evaluation, of.members, of.parts, choice)
            told = of.predictions.take(of.predictions.repeat == of.repeat)
            export(bundle, of.parts, choice, told, of.data, details, getattr(evaluator, "goals", {}))
        run.set_tags({"bundle.of_repeat": of.repeat})
        log_bundle(run, bundle)
    metrics = named_metrics(evaluation)
    tables = [_members_table(of)]
    return EnsembleResult(run.run_id, store, metrics, evaluation, of.choices, tables, bundle, path, figures, report)


def _write_choices(of: Work, path: Path) -> Path:
    content = {
        "by": of.config.by,
        "class_weight": of.config.class_weight,
        "members": [{"run": member.run_id, "name": member.name, "source": member.source} for member in of.members],
        "repeats": {str(number): choice.to_json() for number, choice in of.choices.items()},
    }
    with replacing(path) as partial:
        text = json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False)
        partial.write_text(text + "\n", encoding="utf-8")
    return path


def _weights(of: Work) -> dict[str, float]:
    """Mean weight of each member over repeats; none of a regression."""
    each = [choice.combination.weights for choice in of.choices.values() if isinstance(choice.combination, Weighted)]
    if not each:
        return {}
    mean = np.mean(each, axis=0).tolist()
    return {named("weight", str(number)): weight for number, weight in enumerate(mean, 1)}


def _members_table(of: Work) -> Table:
    """A row a member: its loss on validation, and its weight; the ensemble last."""
    weights = [f"{weight:.3f}" for weight in _weights(of).values()] or ["-"] * len(of.members)
    losses = np.array([[*choice.member_losses, choice.validation_loss] for choice in of.choices.values()])
    shown = [f"{loss:.4f}" if np.isfinite(loss) else "-" for loss in losses.mean(axis=0).tolist()]
    names = [*map(str, of.members), f"{of.config.by} of them"]
    rows = tuple(zip(names, shown, [*weights, ""], strict=True))
    return Table("members", "members", ("", "validation loss", "weight"), rows)
