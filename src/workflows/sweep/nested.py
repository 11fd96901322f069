"""A sweep within each repeat: what a search is worth on objects that none of it has seen."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...config import instantiate, to_yaml
from ...evaluation.comparison.difference import corrected_interval
from ...evaluation.report import table_html
from ...evaluation.shown import Section, Table
from ...evaluation.tables.csv_text import csv_text
from ...files import replacing
from ...runtime.errors import AlertlabError
from ...tracking import TrackedRun, Tracker, named
from ..report import subject_of
from ..train import describe, prepare
from .begin import begin
from .conclude import SweepResult
from .plan import Plan, check_plan
from .retrain import BEST, DEFAULT, mean_told
from .space import pairs
from .study import journal_of
from .sweep import carry_out

CONFIDENCE = 0.90


@dataclass(frozen=True)
class Outer:
    """What a sweep found in one repeat.

    Attributes
    ----------
    number : of the repeat. chosen : the best values, in words. validation : its objective.
    test : config -> the same metric on the test part of the repeat.
    """

    number: int
    chosen: str
    validation: float
    test: dict[str, float]


def nested(plan: Plan, workers: int = 1) -> SweepResult:
    """Sweep within each of ``nested`` repeats, train its best and the default once, test on what is left.

    Nested cross-validation (Cawley & Talbot 2010, JMLR 11, 2079): nothing that tests has chosen anything. The same
    command goes on with what was interrupted.

    Raises
    ------
    AlertlabError
        See `sweep`.
    """
    check_plan(plan)
    experiment = prepare(plan.trial_config({}))
    tracker, run = _run(plan)
    sys.stderr.write(f"nested sweep {plan.name}, run {run.run_id} in {run.directory}\n")
    found: list[Outer] = []
    trials: dict[str, int] = {}
    with tracker.running(run):
        run.set_tags({"sweep": f"{plan.name}, nested"})
        describe(experiment, run)
        for number in range(plan.outer_repeats):
            sys.stderr.write(f"repeat {number + 1} of {plan.outer_repeats}\n")
            inner = begin(plan.nested(number), run.run_id, number, retrain=1)
            plan = plan.after(inner.plan.asked.init_from)  # a training before is one for all repeats too
            result = carry_out(inner, workers)
            if not result.concluded:
                raise AlertlabError(f"{result.study}: another process leads it; wait for that one")
            found.append(_outer(plan, number, result))
            trials = {word: trials.get(word, 0) + count for word, count in result.trials.items()}
        return _conclude(plan, run, found, trials)


def _run(plan: Plan) -> tuple[Tracker, TrackedRun]:
    """The run above all sweeps: made, or that of the same command before."""
    config = plan.base
    tracker: Tracker = instantiate(config.tracking)
    root = Path(config.output_dir, config.name)
    known = journal_of(plan, root).with_suffix(".nested.json")
    if known.is_file():
        return tracker, tracker.reopen(Path(json.loads(known.read_text())["folder"]))
    run = tracker.create(config.name, f"{config.run_name}: {plan.name}, nested", root, to_yaml(config), config.seed)
    with replacing(known) as partial:
        partial.write_text(json.dumps({"folder": str(run.directory.resolve())}))
    return tracker, run


def _outer(plan: Plan, number: int, result: SweepResult) -> Outer:
    metric = plan.goals.first
    test = {name: mean for name, each in result.retrained.items() if (mean := each.mean(metric)) is not None}
    if BEST not in test:
        raise AlertlabError(
            f"search.objectives: the test part has no metric {metric}; nested sweeps need one that it has"
        )
    test.setdefault(DEFAULT, test[BEST])  # where the default is the best
    return Outer(number, pairs(result.best["values"]), result.best[metric], test)


def _conclude(plan: Plan, run: TrackedRun, found: Sequence[Outer], trials: dict[str, int]) -> SweepResult:
    metric = plan.goals.first
    best, default = (np.array([each.test[name] for each in found]) for name in (BEST, DEFAULT))
    validation = np.array([each.validation for each in found])
    header = ("repeat", "chosen", "validation", "test", "test of the default")
    rows = [
        (
            str(each.number),
            each.chosen,
            *(f"{value:.4f}" for value in (each.validation, each.test[BEST], each.test[DEFAULT])),
        )
        for each in found
    ]
    rows.append(("mean", "", mean_told(validation), mean_told(best), mean_told(default)))
    table = Table("nested", f"{metric}: a search within each repeat", header, rows)
    gained = best - default if plan.goals.directions[0] == "maximize" else default - best
    told = [
        f"{metric} on test parts that chose nothing: {mean_told(best)} of the searched configs, "
        f"{mean_told(default)} of the default, {_compared(plan, gained)}",
        f"Choosing flatters by {np.mean(validation - best):+.3f}: validation {mean_told(validation)}, "
        f"test {mean_told(best)}",
    ]
    paths = {"table": run.directory / "nested.csv", "report": run.directory / "report.html"}
    with replacing(paths["table"]) as partial:
        partial.write_text(csv_text(list(header), [list(row) for row in rows]), encoding="utf-8")
    page = table_html(subject_of(run.record()), told, [Section("trials", "Results", tables=[table])])
    with replacing(paths["report"]) as partial:
        partial.write_text(page, encoding="utf-8")
    words = metric.split("/", 1)
    results = {(BEST, False): best.mean(), (DEFAULT, False): default.mean()}
    if len(found) > 1:
        results |= {(BEST, True): best.std(ddof=1), (DEFAULT, True): default.std(ddof=1)}
    run.log_results(
        {named("test", *words, name, deviation=deviation): float(value) for (name, deviation), value in results.items()}
    )
    for path in paths.values():
        run.log_files(path)
    return SweepResult(run.run_id, f"{plan.name}, nested", trials, {}, told, [table], paths)


def _compared(plan: Plan, gained: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> str:
    """The gain with its interval; test parts of repeats share objects, or are folds."""
    split = plan.base.datamodule.split
    share = 1 / split.folds if split.folds else split.test
    if len(gained) < 2:
        return f"a gain of {gained.mean():+.3f}"
    low, high = corrected_interval(gained, share / (1 - share), CONFIDENCE)
    verdict = "a gain" if low > 0 else "a loss" if high < 0 else "which decides nothing"
    return (
        f"{verdict}: {gained.mean():+.3f} [{low:+.3f}, {high:+.3f}], 90 % by the corrected resampled t "
        "(Nadeau & Bengio 2003)"
    )
