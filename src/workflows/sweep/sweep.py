"""The verb: begin or join a sweep, keep its workers at work, say what came out."""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import Any

import optuna
from filelock import FileLock
from omegaconf import OmegaConf
from optuna.trial import TrialState

from ...config import instantiate, to_yaml
from ...core.progress import notice
from ...evaluation.shown import Table
from ...files import replacing
from ...runtime.errors import AlertlabError
from ...tracking import TrackedRun, Tracker, children_of, named
from ..report import subject_of
from ..train import Experiment, describe, prepare
from . import pages
from .launch import Duty, Launcher, Worker
from .line import Line
from .plan import Asked, Plan, check_plan, plan_of
from .results import best_table, counted, pareto, ranked, saved, standing, write_trials
from .retrain import BEST, DEFAULT, Retrained, difference, gap_table, has_epochs, retrain
from .space import pairs
from .study import METRICS, OPEN, Process, bury, fill, journal_of, open_study, quiet, tried
from .trial import Warm, train_trial, whole_of
from .worker import check_start, work, work_at
from .written import FOLDER, write_experiment

LEAD = "lead"  # attribute of a study: which process concludes it
RESTARTS = 3  # of a worker that ends without having begun a trial
LOOK = 0.5  # seconds between looks at the study
GRACE = 20.0  # seconds that an interrupted worker has to say so


@dataclass(frozen=True)
class SweepResult:
    """What a sweep leaves.

    Attributes
    ----------
    run_id : MLflow's, of the sweep. study : its name in its storage.
    trials : words such as complete -> how many. best : the best trial's number, objectives and values.
    told : sentences. tables : for people. paths : of the files, by what they are.
    concluded : False where another process leads the sweep and writes its results.
    """

    run_id: str
    study: str
    trials: Mapping[str, int]
    best: Mapping[str, Any]
    told: Sequence[str] = ()
    tables: Sequence[Table] = ()
    paths: Mapping[str, Path] = field(default_factory=dict)
    retrained: Mapping[str, Retrained] = field(default_factory=dict)
    concluded: bool = True


@dataclass(frozen=True)
class Sweep:
    """A sweep brought to life.

    Attributes
    ----------
    plan : what it is. study : Optuna's. tracker : where runs are. run : of the sweep; None where another process leads.
    parent : id of that run. folder : of the experiment.
    retrain : trainings of the best and of the default config at the end.
    experiment : the default's training; None where another process leads.
    """

    plan: Plan
    study: optuna.Study
    tracker: Tracker
    run: TrackedRun | None
    parent: str
    folder: Path
    retrain: int
    experiment: Experiment | None = None


def sweep(asked: Asked, workers: int = 1) -> SweepResult:
    """Search, record and conclude; the same command goes on with what was interrupted, or joins what runs.

    Parameters
    ----------
    workers : processes or jobs; 0 trains in this process, to debug.

    Raises
    ------
    AlertlabError
        For anything wrong with config or data, before training starts; or where the first trials all fail alike.
    """
    plan = plan_of(asked)
    check_plan(plan)
    if workers < 0:
        raise AlertlabError(f"--workers: {workers} is no number of processes; 1 or more, or 0 for this process")
    return carry_out(begin(plan), workers)


def begin(plan: Plan, above: str | None = None, number: int = 0, retrain: int | None = None) -> Sweep:
    """Read the data, open the study and its run, or find both.

    Parameters
    ----------
    above, number : id of a run that the sweep's is a child of, and its number there.
    retrain : trainings at the end, in the place of the config's.
    """
    config = plan.base
    folder = Path(config.output_dir, config.name)
    study = open_study(plan, folder)
    known = dict(study.user_attrs)
    lead = Process(**known[LEAD]) if LEAD in known else None
    tracker: Tracker = instantiate(config.tracking)
    own = Process.own()
    repeats = int(plan.config.retrain) if retrain is None else retrain
    if lead is not None and lead.told != own.told and (lead.lives if lead.here else not Path(known["folder"]).is_dir()):
        notice(f"joining {plan.name}, which {lead.host} leads")
        return Sweep(plan, study, tracker, None, known["run_id"], folder, 0)
    experiment = prepare(plan.trial_config({}))
    data = whole_of(experiment)
    digest = data.samples().digest()
    if known.get("data_hash", digest) != digest:
        raise AlertlabError(
            f"{plan.name}: the data are no longer those it began with ({data.description}); remove its "
            f"study, or give it another name (name=NAME)"
        )
    with FileLock(f"{journal_of(plan, folder)}.begin"):
        if "run_id" in (known := dict(study.user_attrs)):
            run = tracker.reopen(Path(known["folder"]))
        else:
            root = folder
            run = tracker.create(
                config.name, f"{config.run_name}: {plan.name}", root, to_yaml(config), config.seed, number, above
            )
            study.set_user_attr("run_id", run.run_id)
            study.set_user_attr("folder", str(run.directory.resolve()))
            study.set_user_attr("data_hash", digest)
            with quiet():
                study.set_metric_names(list(plan.goals.objectives))
        study.set_user_attr(LEAD, own.told)
    with replacing(run.directory / "sweep.yaml") as partial:
        partial.write_text(OmegaConf.to_yaml(plan.config), encoding="utf-8")
    run.set_tags({"sweep": plan.name, "data": data.description, "data_hash": digest, "split_hash": data.split.digest()})
    fill(study, plan)
    return Sweep(plan, study, tracker, run, run.run_id, folder, repeats, experiment)


def carry_out(of: Sweep, workers: int) -> SweepResult:
    """All that is still to do."""
    if of.run is None:
        _train(of, workers, Path(of.folder, "studies"))
        now = standing(of.study, of.plan)
        return SweepResult(of.parent, of.plan.name, counted(now), _best(of), concluded=False)
    sys.stderr.write(f"sweep {of.plan.name}, run {of.run.run_id} in {of.run.directory}\n")
    with of.tracker.running(of.run):
        if of.experiment is not None:
            describe(of.experiment, of.run)
        of.run.log_files(of.run.directory / "sweep.yaml")
        of.run.set_tags({"sweep.trials": of.plan.n_trials, "sweep.workers": workers})
        try:
            _train(of, workers, of.run.directory)
            return conclude(of, of.run)
        except KeyboardInterrupt:
            now = standing(of.study, of.plan)
            notice(f"interrupted: {now.done} of {of.plan.n_trials} trials are done; the same command goes on with it")
            raise


def _train(of: Sweep, workers: int, logs: Path) -> None:
    """Keep workers at work until no trial is left."""
    open_trials = of.study.get_trials(deepcopy=False, states=OPEN)
    if not open_trials:
        return
    if workers == 0:
        work_at(of.plan, of.tracker, of.parent)
        return
    duty = Duty(work, (of.plan.asked, of.tracker.uri, of.parent), min(workers, len(open_trials)), logs)
    launcher: Launcher = instantiate(of.plan.config.launcher)
    at_work = {number: launcher.start(duty, number) for number in range(duty.workers)}
    begun, fruitless = len(at_work), 0
    line = Line(of.plan)
    try:
        while at_work:
            time.sleep(LOOK)
            now = standing(of.study, of.plan)
            line.show(now)
            check_start(of.study)
            for number, worker in list(at_work.items()):
                if not worker.ended():
                    continue
                fault = worker.fault()
                del at_work[number]
                bury(of.study)
                if not fault or not now.number(*OPEN):
                    continue
                fruitless = 0 if now.done else fruitless + 1
                if fruitless >= RESTARTS:
                    raise AlertlabError(f"workers end before they have trained: {fault}")
                notice(f"worker {number} ended ({fault}); another takes its place")
                at_work[begun] = launcher.start(duty, begun)
                begun += 1
    finally:
        line.close()
        _end(list(at_work.values()))


def _end(workers: Sequence[Worker]) -> None:
    for worker in workers:
        worker.stop()
    until = time.monotonic() + GRACE
    for worker in workers:
        worker.kill(max(0.1, until - time.monotonic()))


def conclude(of: Sweep, run: TrackedRun) -> SweepResult:
    """Write what came out: trials, the best config, plots, and how it does on the test part."""
    plan, folder = of.plan, run.directory
    now = standing(of.study, plan)
    if now.best is None:
        failed = next((trial.user_attrs.get("error") for trial in now.trials if trial.state == TrialState.FAIL), None)
        raise AlertlabError(f"{plan.name}: no trial was completed{f': {failed}' if failed else ''}")
    paths = {"trials": write_trials(of.study.get_trials(deepcopy=False), plan, folder / "trials.parquet")}
    best = dict(tried(plan.space, now.best))
    told_of = f"trial {now.best.number} of {plan.name}: " + ", ".join(
        f"{name} {value:.4g} on validation" for name, value in zip(plan.goals.objectives, now.best.values, strict=True)
    )
    paths["best config"], name = write_experiment(plan, best, told_of, folder)
    default = _default(of)
    told = sentences(of, run, name)
    tables = [best_table(plan, now.trials)]
    retrained = _retrained(of, run, best)
    if retrained:
        told += [sentence for sentence in [difference(plan, *retrained)] if sentence] if len(retrained) > 1 else []
        tables.append(gap_table(plan, {BEST: now.best.user_attrs[METRICS], DEFAULT: default}, retrained))
        for each in retrained:
            run.log_results(
                {
                    named("test", *metric.split("/", 1), each.name): value
                    for metric in plan.goals.objectives
                    if (value := each.mean(metric)) is not None
                },
                now.done,
            )
        bundle = next(iter(sorted(retrained[0].directory.glob("*.bundle"))), None)
        paths |= {"bundle": bundle} if bundle else {}
    figures = pages.images(of.study, plan, folder / "figures")
    paths["interactive"] = pages.interactive(of.study, plan, folder / "interactive.html")
    config = paths["best config"].read_text(encoding="utf-8")
    paths["report"] = pages.report(subject_of(run.record()), told, tables, figures, config, folder / "report.html")
    found = dict(zip(plan.goals.objectives, now.best.values, strict=True))
    run.log_results({named("validation", *name.split("/", 1)): value for name, value in found.items()}, now.done)
    for path in (paths["trials"], folder / "conf", folder / "figures", paths["interactive"], paths["report"]):
        if path.exists():
            run.log_files(path)
    run.set_tags({"sweep.best": f"trial {now.best.number}: {pairs(best)}"})
    return SweepResult(
        run.run_id, plan.name, counted(now), _best(of), told, tables, paths, {each.name: each for each in retrained}
    )


def _retrained(of: Sweep, run: TrackedRun, best: Mapping[str, Any]) -> list[Retrained]:
    """The best config and, where it is another, the default."""
    plan, repeats = of.plan, of.retrain
    now = standing(of.study, plan)
    if not repeats or now.best is None:
        return []
    epochs = has_epochs(now.best.user_attrs.get(METRICS, {}))
    configs: dict[str, Mapping[str, Any]] = {BEST: best}
    if not plan.is_default(best):
        configs[DEFAULT] = {}
    return [retrain(plan, of.tracker, run, name, values, repeats, epochs) for name, values in configs.items()]


def _default(of: Sweep) -> dict[str, float]:
    """Validation metrics of the default config: of its trial, or of a training of its own where the space lacks it."""
    plan, known = of.plan, of.study.user_attrs.get(DEFAULT)
    if known is not None:
        return dict(known)
    trials = ranked(standing(of.study, plan).trials, plan)
    trial = next((each for each in trials if plan.is_default(tried(plan.space, each))), None)
    if trial is not None:
        metrics = dict(trial.user_attrs[METRICS])
    else:
        notice("training the default config, which is no trial of this space")
        warm = Warm(plan, of.tracker, of.parent)
        number = min([0, *children_of(Path(of.study.user_attrs["folder"]), of.parent)]) - 1
        metrics = train_trial(warm, number, "the default, no trial", {}, lambda *_: None, lambda _: None)
    of.study.set_user_attr(DEFAULT, metrics)
    return metrics


def _best(of: Sweep) -> dict[str, Any]:
    best = standing(of.study, of.plan).best
    if best is None:
        return {}
    return {
        "trial": best.number,
        **dict(zip(of.plan.goals.objectives, best.values, strict=True)),
        "values": dict(tried(of.plan.space, best)),
    }


def sentences(of: Sweep, run: TrackedRun, name: str) -> list[str]:
    """What came out, in words."""
    plan = of.plan
    now = standing(of.study, plan)
    assert now.best is not None
    first = plan.goals.first
    words = ", ".join(f"{number} {word}" for word, number in counted(now).items())
    found = [f"{len(now.trials)} trials: {words}"]
    default = of.study.user_attrs.get(DEFAULT, {}).get(first)
    against = (
        "" if default is None or plan.is_default(tried(plan.space, now.best)) else f", the default's {default:.4g}"
    )
    found.append(
        f"Best on validation: trial {now.best.number}, {first} {now.best.values[0]:.4g}{against} "
        f"({pairs(tried(plan.space, now.best))})"
    )
    if len(plan.goals.objectives) > 1:
        found.append(f"{len(pareto(now.trials, plan))} trials are beaten by none in all objectives")
    if spent := saved(now.trials):
        found.append(
            f"Trials took {spent[0] / 60:.1f} minutes of computing; pruning saved some {spent[1] / 60:.1f} more, "
            "at the mean number of steps of complete trials"
        )
    where = quote(str(run.directory / FOLDER))
    found.append(f"alertlab train --config-dir {where} experiment={name} trains the best config")
    return found
