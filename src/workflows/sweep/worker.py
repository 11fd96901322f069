"""A worker: takes waiting trials one after the other until none is left."""

import os
import sys
import time
import traceback
from datetime import datetime
from functools import partial
from pathlib import Path

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState
from threadpoolctl import threadpool_limits

from ...config import instantiate, masked
from ...runtime.errors import AlertlabError
from ...tracking import Ended, Tracker
from .plan import Asked, Plan, plan_of
from .space import drawn
from .study import ERROR, METRICS, OPEN, RUN, beating, bury, claim, give_up, open_study, quiet
from .trial import Warm, train_trial

FIRST = 3  # trials of which none succeeds, all with one error: the sweep itself is at fault
WAIT = 0.5  # seconds between looks at what other processes do


def work(asked: Asked, uri: str, parent: str, worker: int, threads: int) -> None:
    """All of a worker's life, in a process of its own.

    Parameters
    ----------
    uri : of the tracker. parent : id of the sweep's run. worker : its number. threads : that it may use.
    """
    with threadpool_limits(threads):
        os.environ["OMP_NUM_THREADS"] = str(threads)
        plan = plan_of(asked)
        work_at(plan, instantiate(plan.base.tracking, uri=uri), parent, worker)


def work_at(plan: Plan, tracker: Tracker, parent: str, worker: int = 0) -> None:
    """Train trials of a study until all are done, those of other workers too.

    Raises
    ------
    AlertlabError
        Where the first trials all fail alike.
    """
    study = open_study(plan, Path(plan.base.output_dir, plan.base.name), worker)
    warm, since = Warm(plan, tracker, parent), datetime.now()
    while True:
        check_start(study, since)
        trial = claim(study)
        if trial is not None:
            one(study, warm, trial)
        elif not bury(study):
            if not study.get_trials(deepcopy=False, states=OPEN):
                return
            time.sleep(WAIT)


def one(study: optuna.Study, warm: Warm, trial: optuna.Trial) -> None:
    """One trial, whatever becomes of it."""
    plan = warm.plan
    name = f"trial {trial.number}"
    if (again := trial.user_attrs.get("repeats")) is not None:
        name += f", again {again}"

    def report(value: float, step: int) -> None:
        if len(plan.goals.objectives) > 1:
            return
        trial.report(value, step)
        if trial.should_prune():
            raise Ended(f"pruned at {'fold' if plan.folds > 1 else 'epoch'} {step}")

    with quiet(), beating(trial):
        try:
            values = drawn(plan.space, trial)
            began = partial(trial.set_user_attr, RUN)
            metrics = train_trial(warm, trial.number, name, values, report, began)
            trial.set_user_attr(METRICS, {key: value for key, value in metrics.items() if value == value})
            for name, value in plan.goals.excess(metrics).items():
                trial.set_constraint(name, value)
            study.tell(trial, plan.goals.values(metrics))
        except Ended as reason:
            trial.set_user_attr("pruned", str(reason))
            study.tell(trial, state=TrialState.PRUNED)
        except KeyboardInterrupt:
            give_up(study, study.trials[trial.number], "interrupted")
            raise
        except UpdateFinishedTrialError:  # this machine was silent for too long; MLflow has the run all the same
            sys.stderr.write(f"trial {trial.number} was taken for dead while it trained, and is tried again\n")
        except Exception as error:  # out of memory, a loss that is no number, a bad combination: the sweep goes on
            told = str(error) if isinstance(error, AlertlabError) else f"{type(error).__name__}: {error}"
            if not isinstance(error, AlertlabError):
                traceback.print_exc(file=sys.stderr)
            sys.stderr.write(f"trial {trial.number} failed: {masked(told)}\n")
            trial.set_user_attr(ERROR, masked(told)[:2000])
            study.tell(trial, state=TrialState.FAIL)


def check_start(study: optuna.Study, since: datetime) -> None:
    """Stop where the first trials since a moment all failed alike: what was at fault then may be mended by now.

    Raises
    ------
    AlertlabError
        With their error.
    """
    over = [trial for trial in study.get_trials(deepcopy=False) if trial.state not in OPEN]
    new = [trial for trial in over if trial.datetime_start and trial.datetime_start >= since]
    errors = [trial.user_attrs[ERROR] for trial in new if ERROR in trial.user_attrs]
    good = [trial for trial in over if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)]
    if not good and len(errors) >= FIRST and len({*errors[:FIRST]}) == 1:
        raise AlertlabError(f"the first {FIRST} trials failed alike: {errors[0]}")
