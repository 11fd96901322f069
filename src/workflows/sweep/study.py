"""Optuna's study of a sweep: where it is kept, which trials count, and what becomes of those whose process died."""

import os
import platform
import threading
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.exceptions import ExperimentalWarning, UpdateFinishedTrialError
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from ...config import instantiate, masked, whole
from ...runtime.errors import AlertlabError
from .plan import Plan
from .space import Parameter, combinations, plain

BEAT, PATIENCE = 20.0, 120.0  # seconds between heartbeats; without one after which a process of another machine is dead
TRIES = 2  # of a trial whose process dies: the same again is the trial's own fault
OPEN = (TrialState.RUNNING, TrialState.WAITING)
BEGUN = tuple(state for state in TrialState if state != TrialState.WAITING)
DIED, ERROR, REPEATS, WORKER, HEARTBEAT, METRICS, RUN = (
    "died",
    "error",
    "repeats",
    "worker",
    "heartbeat",
    "metrics",
    "run_id",
)


def storage_of(plan: Plan, folder: Path) -> BaseStorage:
    """Where the study is kept: a database, or a journal file below the experiment's folder.

    Raises
    ------
    AlertlabError
        When the database does not answer.
    """
    address = str(plan.config.storage)
    if not address:
        return JournalStorage(JournalFileBackend(str(journal_of(plan, folder))))
    try:
        with quiet():
            return RDBStorage(whole(address), engine_kwargs={"pool_pre_ping": True})
    except (SQLAlchemyError, ImportError, ValueError) as error:
        lacks = f"; pip install {error.name}" if isinstance(error, ImportError) else ""
        told = masked(" ".join(str(error).split())[:300])
        raise AlertlabError(f"storage: cannot open {masked(address)} ({told}){lacks}") from error


def journal_of(plan: Plan, folder: Path) -> Path:
    """The file of the study where no database is named; its folder is made."""
    (folder / "studies").mkdir(parents=True, exist_ok=True)
    return folder / "studies" / f"{plan.name}.journal"


def open_study(plan: Plan, folder: Path, worker: int = 0) -> optuna.Study:
    """The study of a sweep, made where there is none.

    Parameters
    ----------
    folder : of the experiment. worker : number of the process, by which samplers draw differently.
    """
    with quiet():
        study = optuna.create_study(
            storage=storage_of(plan, folder),
            study_name=plan.name,
            pruner=instantiate(plan.config.pruner),
            directions=[StudyDirection[each.upper()] for each in plan.goals.directions],
            load_if_exists=True,
        )
        study.sampler = _sampler(plan, worker, len(study.get_trials(deepcopy=False, states=BEGUN)))
    return study


def _sampler(plan: Plan, worker: int, begun: int) -> BaseSampler:
    """The sampler, which draws anew in each process and after each restart; a Sobol sequence is one for all."""
    one = str(plan.config.sampler._target_).endswith(".QMCSampler")
    told: dict[str, Any] = {"seed": (plan.base.seed + (0 if one else 1000 * worker + begun)) % 2**32}
    if plan.is_grid:
        told["search_space"] = {each.key: [plain(value) for value in each.grid()] for each in plan.space}
    found: BaseSampler = instantiate(plan.config.sampler, **told)
    return found


def fill(study: optuna.Study, plan: Plan) -> None:
    """Let as many trials wait as are still to be done: the default and known ones first, of a grid all."""
    trials = study.get_trials(deepcopy=False)
    missing = plan.n_trials - sum(map(counts, trials))
    if missing <= 0:
        return
    told: list[dict[str, Any]] = []
    if plan.is_grid:
        known = [each.user_attrs.get("point") for each in trials if counts(each)]
        grid = combinations(plan.space)
        order = np.random.default_rng(plan.base.seed).permutation(len(grid)).tolist()
        told = [{"params": grid[place], "point": place} for place in order if place not in known]
        missing = min(missing, len(told))
    elif not trials:
        told = [{"params": each} for each in plan.first]
    for number in range(missing):
        each = told[number] if number < len(told) else {"params": {}}
        params = {key: plain(value) for key, value in each.pop("params").items()}
        study.enqueue_trial(params, user_attrs=each)


def counts(trial: FrozenTrial) -> bool:
    """Whether a trial is one of ``n_trials``: done, at work or waiting, or failed by itself."""
    return trial.state != TrialState.FAIL or ERROR in trial.user_attrs


def claim(study: optuna.Study) -> optuna.Trial | None:
    """A waiting trial that no other process has, None where none waits.

    Optuna's own ``ask`` would make a new trial where another process is faster, and there would be more than n_trials.
    """
    study._thread_local.cached_all_trials = None  # as `ask` does: see what others have done
    number = study._pop_waiting_trial_id()
    if number is None:
        return None
    with quiet():
        trial = optuna.Trial(study, number)
        trial.set_user_attr(WORKER, Process.own().told)
        trial.set_user_attr(HEARTBEAT, time.time())
    return trial


@contextmanager
def beating(of: optuna.Trial | optuna.Study) -> Iterator[None]:
    """While the block runs, a trial or a study says every 20 s that its process lives."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            with suppress(Exception):  # a storage that does not answer now will later
                of.set_user_attr(HEARTBEAT, time.time())

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def bury(study: optuna.Study) -> int:
    """Mark trials whose process died, and let them be tried again; how many those are."""
    dead = [trial for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)) if not _lives(trial)]
    return sum(give_up(study, trial, "its process died") for trial in dead)


def give_up(study: optuna.Study, trial: FrozenTrial, reason: str) -> bool:
    """Mark a trial as dead and let its values be tried again; False where another process has done so before."""
    tried = int(trial.user_attrs.get("tries", 1))
    own = tried >= TRIES and reason != "interrupted"
    try:
        study._storage.set_trial_user_attr(trial._trial_id, DIED, reason)
        if own:
            study._storage.set_trial_user_attr(trial._trial_id, ERROR, f"{reason}, {tried} times; for want of memory?")
        study._storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)
    except (UpdateFinishedTrialError, RuntimeError):
        return False
    if not own:
        again = {"tries": tried + (reason != "interrupted"), REPEATS: trial.number}
        point = {"point": trial.user_attrs["point"]} if "point" in trial.user_attrs else {}
        study.enqueue_trial(dict(trial.params), user_attrs={**again, **point})
    return True


def _lives(trial: FrozenTrial) -> bool:
    worker, beat = trial.user_attrs.get(WORKER), trial.user_attrs.get(HEARTBEAT)
    if worker is None or beat is None:  # claimed this moment, or by a process that died at it
        return trial.datetime_start is None or time.time() - trial.datetime_start.timestamp() < PATIENCE / 4
    process = Process(**worker)
    return process.lives if process.here else time.time() - beat < PATIENCE


class Process:
    """A process on some machine.

    Attributes
    ----------
    host : name of the machine. pid : its number. begun : when, in the machine's ticks, so that another that has the
        same number by now is not taken for it; 0 where the machine does not say.
    """

    def __init__(self, host: str, pid: int, begun: int) -> None:
        self.host, self.pid, self.begun = host, pid, begun

    @classmethod
    def own(cls) -> "Process":
        """Whoever asks."""
        return cls(platform.node(), os.getpid(), _begun(os.getpid()))

    @property
    def told(self) -> dict[str, Any]:
        """As a study keeps it."""
        return {"host": self.host, "pid": self.pid, "begun": self.begun}

    @property
    def here(self) -> bool:
        """Whether it is of this machine."""
        return self.host == platform.node()

    @property
    def lives(self) -> bool:
        """Of this machine, whether it is still there."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return self.begun in (0, _begun(self.pid))


def _begun(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    state, begun = text.rpartition(")")[2].split()[0], text.rpartition(")")[2].split()[19]
    return -1 if state == "Z" else int(begun)


@contextmanager
def quiet() -> Iterator[None]:
    """Without Optuna's own words about each trial, and about what is new in it."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        warnings.filterwarnings("ignore", message=".*[Ff]ixed.*")
        yield


def tried(space: Sequence[Parameter], trial: FrozenTrial) -> Mapping[str, Any]:
    """The values of a trial, in the order of the space."""
    known = {each.key: each for each in space}
    return {key: known[key].value(trial.params[key]) for key in known if key in trial.params}
