"""The whole table: every detector, every class in turn, every fold; resumable, recorded as one run a detector."""

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from ...config import compose, flatten, instantiate, load, refuse_foreign, to_yaml
from ...config.overrides import parse
from ...core.contracts import task_of
from ...core.cores import cores
from ...core.predictions import ScorePredictions, concatenate, read_predictions
from ...core.progress import counter, status
from ...core.split import Turn
from ...core.taxonomy import Taxonomy
from ...datamodules import DataModule
from ...evaluation import LeaveOneClassOut
from ...evaluation.leave_out.cells import AUROC, PRECISION, Cells
from ...evaluation.leave_out.tables import overall
from ...evaluation.report import table_html
from ...evaluation.tables.csv_text import csv_text
from ...files import discard, replacing
from ...runtime.errors import AlertlabError
from ...tracking import CONFIG, TrackedRun, Tracker, children_of, find_run, named, read_identity
from ..report import subject_of
from ..results import named_metrics
from .cell import Detector, Ground, Task
from .pool import done

PREDICTIONS, CELLS, REPORT = "predictions.parquet", "cells", "report.html"
MARK = "detectors"  # tag of the run of a table


@dataclass(frozen=True)
class LeaveOutResult:
    """What a table leaves.

    Attributes
    ----------
    run_id : MLflow's, of the table. data : what it is of. store : address of the MLflow store.
    cells, evaluator : the numbers, and what shows them.
    metrics : mean over classes, by detector.
    predictions : detector -> table of all its cells. figures, report : paths.
    """

    run_id: str
    data: str
    store: str
    cells: Cells
    evaluator: LeaveOneClassOut
    metrics: Mapping[str, float]
    predictions: Mapping[str, Path]
    figures: Path
    report: Path


@dataclass(frozen=True)
class Work:
    """A table brought to life, checked before anything is trained or recorded.

    Attributes
    ----------
    config : that of the table. detectors : name -> the same with its model.
    turns : what each cell leaves out. split_hash : of all their splits.
    """

    config: DictConfig
    detectors: Mapping[str, DictConfig]
    evaluator: LeaveOneClassOut
    tracker: Tracker
    data: DataModule
    turns: Sequence[Turn]
    split_hash: str

    @property
    def root(self) -> Path:
        """Folder of the runs of this experiment."""
        return Path(self.config.output_dir, self.config.name)

    @property
    def branches(self) -> dict[str, tuple[str, ...]]:
        """Branch -> its classes that are left out."""
        left = dict.fromkeys(name for turn in self.turns for name in turn.left_out)
        names = self.data.samples().names
        of = names.branches if isinstance(names, Taxonomy) else {}
        found = {branch: tuple(name for name in left if name in classes) for branch, classes in of.items()}
        return {branch: classes for branch, classes in found.items() if classes} or {"": tuple(left)}


def composed(
    overrides: Sequence[str], folders: Sequence[Path], allowed: Sequence[str]
) -> tuple[DictConfig, dict[str, DictConfig]]:
    """The config of a table, and that of each of its detectors.

    Raises
    ------
    AlertlabError
        For overrides of the model, of which there are many here, or another evaluation.
    """
    if typed := [word for word in overrides if parse([word])[0].key_or_group.partition(".")[0] == "model"]:
        raise AlertlabError(
            f"{typed[0]}: a table has many models; name their files with 'evaluation.detectors=[A,B]', and give files "
            "of your own settings with --config-dir"
        )
    config = compose("train", overrides, folders, allowed)
    return config, {
        name: compose("train", [*overrides, f"model={name}"], folders, allowed)
        for name in evaluator_of(config).detectors
    }


def evaluator_of(config: DictConfig) -> LeaveOneClassOut:
    """The evaluation of a table."""
    evaluator = instantiate(config.evaluation)
    if not isinstance(evaluator, LeaveOneClassOut):
        raise AlertlabError(
            f"evaluation: {config.evaluation._target_} is of one model; give evaluation=leave_one_class_out"
        )
    return evaluator


def leave_out(config: DictConfig, detectors: Mapping[str, DictConfig], workers: int | None = None) -> LeaveOutResult:
    """Fill a table and record it.

    Parameters
    ----------
    config, detectors : see `composed`.
    workers : processes, a cell each at a time; None for as many as there are cores.

    Raises
    ------
    AlertlabError
        For anything wrong with config or data, before training starts; or a cell that fails.
    """
    of = prepare(config, detectors)
    run = of.tracker.create(config.name, config.run_name, of.root, to_yaml(config), config.seed)
    children = {
        name: of.tracker.create(
            config.name, f"{config.run_name}: {name}", of.root, to_yaml(each), config.seed, number, run.run_id
        )
        for number, (name, each) in enumerate(detectors.items())
    }
    run.set_tags({MARK: ", ".join(children), "config_hash": _config_hash(run, children)})
    return carry_out(of, run, children, workers)


def resume(source: str, allowed: Sequence[str] = (), workers: int | None = None) -> LeaveOutResult:
    """Go on with a table that was interrupted or killed: cells that are done stay.

    Parameters
    ----------
    source : id of the run of the table below ``outputs``, or its folder.

    Raises
    ------
    AlertlabError
        For a run that is finished, unknown or no table; a config or data that have changed.
    """
    directory = find_run(source, Path("outputs"))
    identity = read_identity(directory)
    if identity.parent:
        raise AlertlabError(f"--resume {source}: it is one detector of {identity.parent}; resume that")
    refuse_foreign(identity.uri, f"--resume {source}: tracking.uri")
    config = load(directory / CONFIG, allowed)
    tracker: Tracker = instantiate(config.tracking, uri=identity.uri)
    run = tracker.reopen(directory)
    names = (run.tag(MARK) or "").split(", ")
    folders = children_of(directory, run.run_id)
    if run.tag("config_hash") is None or len(folders) < len(names):
        raise AlertlabError(f"--resume {source}: it is no table of detectors, or ended before it had begun; start anew")
    children = {name: tracker.reopen(folders[number]) for number, name in enumerate(names)}
    if _config_hash(run, children) != run.tag("config_hash"):
        raise AlertlabError(f"--resume {source}: the config is no longer that it began with; start anew")
    if run.journal.state == "FINISHED":
        raise AlertlabError(f"--resume {source}: the run is finished, its results are in {directory}")
    configs = {name: load(child.directory / CONFIG, allowed) for name, child in children.items()}
    for each in (config, *configs.values()):
        each.tracking.uri = identity.uri  # where the run is, whatever the environment says by now
    return carry_out(prepare(config, configs), run, children, workers)


def prepare(config: DictConfig, detectors: Mapping[str, DictConfig]) -> Work:
    """Build every part, read the data and part them for every cell, so that errors come before training."""
    evaluator, tracker = evaluator_of(config), instantiate(config.tracking)
    for name, each in detectors.items():
        if (task := task_of(instantiate(each.model)).name) != ScorePredictions.task:
            raise AlertlabError(f"evaluation.detectors: {name} is of a {task}, and a table is of detectors")
        if each.model.get("init_from"):
            raise AlertlabError(
                f"{name}: model.init_from: weights of another training may have seen the class left out"
            )
    data = instantiate(config.datamodule)
    if not isinstance(data, DataModule):
        raise AlertlabError("datamodule: a table needs an alertlab.datamodules.DataModule, which can part its samples")
    turns = data.plan.turns(data.samples())
    if config.repeats not in (1, len(turns)):
        raise AlertlabError(f"repeats: a table has all its cells, which are {len(turns)}; drop repeats")
    digest = hashlib.sha256()
    with status("parting the data"):
        for number in range(len(turns)):
            data.draw(number)
            digest.update(data.split.digest().encode())
    return Work(config, detectors, evaluator, tracker, data, turns, digest.hexdigest())


def carry_out(of: Work, run: TrackedRun, children: Mapping[str, TrackedRun], workers: int | None) -> LeaveOutResult:
    """All that is still to do for a table, new or resumed."""
    sys.stderr.write(f"run {run.run_id} in {run.directory}\n")
    with of.tracker.running(run):
        hashes = {"data_hash": of.data.samples().digest(), "split_hash": of.split_hash}
        for name, value in hashes.items():
            if run.tag(name) not in (None, value):
                changed = f"{name} differs ({of.data.description})"
                raise AlertlabError(f"--resume {run.run_id}: the data are no longer those it began with, {changed}")
        _describe(of, run, of.config, hashes)
        run.log_files(_cells_file(of, run.directory / "cells.csv"))
        fill(of, children, cores() if workers is None else workers)
        tables = {name: _assembled(of, child) for name, child in children.items()}
        with status("evaluating"):
            cells = of.evaluator.table(tables, of.branches)
        for name, child in children.items():
            _finish(of, name, child, tables[name], hashes)
        return conclude(of, run, children, cells)


def fill(of: Work, children: Mapping[str, TrackedRun], workers: int) -> None:
    """Do what is not there yet: all detectors of a cell one after the other, so that a fault of any shows early."""
    if workers < 1:
        raise AlertlabError(f"--workers: {workers} is no number of processes; 1 or more")
    models: dict[str, Any] = {
        name: OmegaConf.to_container(each.model, resolve=True) for name, each in of.detectors.items()
    }
    missing = []
    for number, turn in enumerate(of.turns):
        each = [Detector(name, models[name], _cell(child, number)) for name, child in children.items()]
        ended = [child.journal.state == "FINISHED" for child in children.values()]
        left = [one for one, is_done in zip(each, ended, strict=True) if not (is_done or one.path.is_file())]
        if left:
            missing.append(Task(number, turn, of.config.seed + number, tuple(left)))
    total = len(of.turns) * len(children)
    there = total - sum(len(task.detectors) for task in missing)
    ground = Ground(of.data.samples(), of.data.plan, of.data.description)
    with counter("cells") as show:
        show(there, total)
        for task in done(ground, missing, min(workers, max(1, len(missing)))):
            there += len(task.detectors)
            show(there, total)


def conclude(of: Work, run: TrackedRun, children: Mapping[str, TrackedRun], cells: Cells) -> LeaveOutResult:
    """Write tables, figures and page, and record the means."""
    figures, page = run.directory / "figures", run.directory / REPORT
    metrics = {}
    for metric in (AUROC, PRECISION):
        for name, *values in zip(cells.detectors, *overall(cells, metric), strict=True):
            for value, deviation in zip(values, (False, True), strict=True):
                if value == value:  # one fold has no deviation
                    metrics[named(of.evaluator.part, metric, name, deviation=deviation)] = float(value)
    with status("drawing"):
        of.evaluator.write(cells, figures)
        subject = subject_of(run.record())
        facts = {label: text for label, text in subject.facts.items() if label not in ("Model", "Seed")}  # of one model
        with replacing(page) as partial:
            sections = of.evaluator.sections(cells)
            partial.write_text(
                table_html(replace(subject, facts=facts), of.evaluator.summary(cells), sections), encoding="utf-8"
            )
    run.log_results(metrics)
    run.log_files(figures)
    if (figures / f"{AUROC}.png").is_file():
        run.log_image(figures / f"{AUROC}.png", f"{of.evaluator.part} {AUROC}")
    run.log_files(page)
    predictions = {name: child.directory / PREDICTIONS for name, child in children.items()}
    return LeaveOutResult(
        run.run_id, of.data.description, of.tracker.uri, cells, of.evaluator, metrics, predictions, figures, page
    )


def _assembled(of: Work, child: TrackedRun) -> ScorePredictions:
    """All cells of a detector as one table."""
    path = child.directory / PREDICTIONS
    if child.journal.state == "FINISHED":
        found = read_predictions(path)
    else:
        found = concatenate([read_predictions(_cell(child, number)) for number in range(len(of.turns))])
        found.write(path)
    return of.evaluator.own(found)


def _finish(of: Work, name: str, child: TrackedRun, table: ScorePredictions, hashes: Mapping[str, str]) -> None:
    """Record a detector; its cells are in its table by now."""
    if child.journal.state == "FINISHED":
        return
    with of.tracker.running(child):
        _describe(of, child, of.detectors[name], hashes)
        child.log_files(child.directory / PREDICTIONS)
        evaluation = of.evaluator.evaluate(table)
        child.log_results(named_metrics(evaluation))
        with replacing(child.directory / "metrics.csv") as partial:
            partial.write_text(evaluation.metrics_csv(), encoding="utf-8")
        child.log_files(child.directory / "metrics.csv")
    discard(child.directory / CELLS)


def _describe(of: Work, run: TrackedRun, config: DictConfig, hashes: Mapping[str, str]) -> None:
    run.log_files(run.directory / CONFIG)
    counts = {"data.samples": len(of.data.samples()), "data.rejected": of.data.rejected_table().num_rows}
    run.log_params({**flatten(config), **counts, "cells": len(of.turns)})
    run.set_tags({"data": of.data.description, **hashes})


def _cells_file(of: Work, path: Path) -> Path:
    """What each cell is: left out, fold, and its samples in every part."""
    header = ["cell", "left_out", "fold", "train", "validation", "test", "outliers", "split_hash"]
    rows = []
    for number, turn in enumerate(of.turns):
        of.data.draw(number)
        parts = {part: of.data.samples(part) for part in ("train", "validation", "test")}
        outliers = sum(parts["test"].counts()[name] for name in turn.left_out)
        sizes = [len(samples) for samples in parts.values()]
        rows.append([number, ", ".join(turn.left_out), turn.fold, *sizes, outliers, of.data.split.digest()])
    with replacing(path) as partial:
        partial.write_text(csv_text(header, rows), encoding="utf-8")
    return path


def _cell(child: TrackedRun, number: int) -> Path:
    return child.directory / CELLS / f"{number:04}.parquet"


def _config_hash(run: TrackedRun, children: Mapping[str, TrackedRun]) -> str:
    texts = [(each.directory / CONFIG).read_bytes() for each in (run, *children.values())]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()
