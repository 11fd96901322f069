"""What came out of a sweep: files, tables, sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import Any

from optuna.trial import TrialState

from ...core.progress import notice
from ...evaluation.shown import Table
from ...runtime.errors import AlertlabError
from ...tracking import TrackedRun, children_of, named
from ..report import subject_of
from . import pages
from .begin import Sweep
from .results import best_table, counted, pareto, ranked, saved, standing, write_trials
from .retrain import BEST, DEFAULT, Retrained, difference, gap_table, has_epochs, retrain
from .space import pairs
from .study import METRICS, tried
from .trial import Warm, train_trial
from .written import FOLDER, write_experiment


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
        run.run_id, plan.name, counted(now), best_of(of), told, tables, paths, {each.name: each for each in retrained}
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


def best_of(of: Sweep) -> dict[str, Any]:
    """Number, objectives and values of the best trial; nothing where none is complete."""
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
