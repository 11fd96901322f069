"""The verb: begin or join a sweep, keep its workers at work, say what came out."""

import os
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ...config import instantiate
from ...core.progress import notice
from ...runtime.errors import AlertlabError
from ..train import describe
from .begin import Sweep, begin
from .conclude import SweepResult, best_of, conclude
from .launch import Duty, Launcher, Worker
from .line import Line
from .plan import Plan, check_plan
from .results import counted, standing
from .study import OPEN, beating, bury
from .worker import check_start, work, work_at

RESTARTS = 3  # of a worker that ends without having begun a trial
LOOK = 0.5  # seconds between looks at the study
GRACE = 20.0  # seconds that an interrupted worker has to say so


def sweep(plan: Plan, workers: int = 1) -> SweepResult:
    """Search, record and conclude; the same command goes on with what was interrupted, or joins what runs.

    Parameters
    ----------
    plan : of `plan_of`.
    workers : processes or jobs; 0 trains in this process, to debug.

    Raises
    ------
    AlertlabError
        For anything wrong with config or data, before training starts; or where the first trials all fail alike.
    """
    check_plan(plan)
    if workers < 0:
        raise AlertlabError(f"--workers: {workers} is no number of processes; 1 or more, or 0 for this process")
    return carry_out(begin(plan), workers)


def carry_out(of: Sweep, workers: int) -> SweepResult:
    """All that is still to do."""
    if of.run is None:
        _train(of, workers, Path(of.folder, "studies"))
        now = standing(of.study, of.plan)
        return SweepResult(of.parent, of.plan.name, counted(now), best_of(of), concluded=False)
    sys.stderr.write(f"sweep {of.plan.name}, run {of.run.run_id} in {of.run.directory}\n")
    with of.tracker.running(of.run), beating(of.study):
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
    first = 0 if of.run else os.getpid()  # workers of a sweep that was joined draw otherwise than those of the lead
    if workers == 0:
        work_at(of.plan, of.tracker, of.parent, first)
        return
    duty = Duty(work, (of.plan.asked, of.tracker.uri, of.parent), min(workers, len(open_trials)), logs)
    launcher: Launcher = instantiate(of.plan.config.launcher)
    since = datetime.now()
    at_work = {number: launcher.start(duty, number) for number in range(first, first + duty.workers)}
    begun, fruitless = first + len(at_work), 0
    line = Line(of.plan)
    try:
        while at_work:
            time.sleep(LOOK)
            now = standing(of.study, of.plan)
            line.show(now)
            check_start(of.study, since)
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
