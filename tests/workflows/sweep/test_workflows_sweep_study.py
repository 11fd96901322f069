"""The study: no trial is lost or trained twice, whoever takes it, dies at it, or asks at the same moment."""

import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import optuna
import pytest
from alertlab.runtime import AlertlabError
from alertlab.workflows.sweep import study as studies
from alertlab.workflows.sweep.plan import plan_of
from alertlab.workflows.sweep.space import drawn
from alertlab.workflows.sweep.study import bury, claim, counts, fill, open_study, quiet
from optuna.trial import TrialState
from sweep_by_hand import asked_of

POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
WORKERS, TRIALS = 8, 200


def forked(work, *arguments):
    """The id of a copy of this process that works and ends."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work(*arguments)
        code = 0
    finally:
        os._exit(code)


def ended(pids):
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def trivial(plan, folder, number, stop=None):
    """A worker whose trials are over at once, the ``stop``-th of which kills it."""
    study, taken = open_study(plan, folder, number), 0
    with quiet():
        while True:
            trial = claim(study)
            if trial is None:
                if not bury(study) and not study.get_trials(deepcopy=False, states=studies.OPEN):
                    return
                time.sleep(0.02)
                continue
            taken += 1
            values = drawn(plan.space, trial)
            if taken == stop:
                os.kill(os.getpid(), signal.SIGKILL)
            study.tell(trial, values["model.gain"] + values["model.blind"])


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory):
    """Address of a database of a server that runs for these tests."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'alertlab[postgresql]'")
    if not POSTGRES:
        pytest.skip("no PostgreSQL server: apt-get install postgresql")
    folder = tmp_path_factory.mktemp("postgresql")
    user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}  # it refuses root
    if user:
        for each in (folder, *folder.parents[:2]):
            each.chmod(0o755)
        os.chown(folder, *(int(subprocess.check_output(["id", flag, "nobody"])) for flag in ("-u", "-g")))
    programs, data = POSTGRES[-1].parent, folder / "data"
    told = {"check": True, "capture_output": True, "cwd": folder, **user}
    try:
        subprocess.run([programs / "initdb", "-D", data, "-A", "trust", "-U", "sweeps"], **told)
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        start = [programs / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-t", "180", "-w", "start"]
        subprocess.run(start, **{**told, "capture_output": False, "stdout": subprocess.DEVNULL})
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip(f"PostgreSQL does not start here: {error}")
    yield f"postgresql+psycopg://sweeps@/postgres?host={folder}"
    subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **told)


@pytest.fixture(params=["journal", "postgresql"])
def stored(request, dial, tmp_path):
    """Number of trials -> a sweep that is kept in a journal file, or in a database."""
    words = ["search=dial", "sampler=random", f"output_dir={tmp_path}"]
    if request.param == "postgresql":
        words.append(f'storage="{request.getfixturevalue("postgresql")}"')
    return lambda trials: plan_of(asked_of(dial, *words, f"search.n_trials={trials}"))


def test_eight_workers_finish_200_trials_and_lose_none(stored, tmp_path):
    plan = stored(TRIALS)
    study = open_study(plan, tmp_path)
    fill(study, plan)
    assert ended([forked(trivial, plan, tmp_path, number) for number in range(WORKERS)]) == [0] * WORKERS
    trials = open_study(plan, tmp_path).trials
    assert [trial.number for trial in trials] == list(range(TRIALS))
    assert {trial.state for trial in trials} == {TrialState.COMPLETE}
    by = Counter(trial.user_attrs["worker"]["pid"] for trial in trials)
    assert len(by) >= 4
    assert len({str(trial.params) for trial in trials}) == TRIALS  # workers draw differently
    fill(study, plan)
    assert len(open_study(plan, tmp_path).trials) == TRIALS


def test_trials_of_workers_that_were_killed_are_repeated_once_each(stored, tmp_path):
    plan = stored(40)
    fill(open_study(plan, tmp_path), plan)
    killed = [forked(trivial, plan, tmp_path, number, 5) for number in range(3)]
    assert ended(killed) == [-signal.SIGKILL] * 3
    assert ended([forked(trivial, plan, tmp_path, number) for number in range(3, 6)]) == [0] * 3
    trials = open_study(plan, tmp_path).trials
    assert {trial.state for trial in trials} == {TrialState.COMPLETE, TrialState.FAIL}
    dead = {trial.number: trial for trial in trials if trial.state == TrialState.FAIL}
    assert len(dead) == 3
    assert {trial.user_attrs["died"] for trial in dead.values()} == {"its process died"}
    assert sum(map(counts, trials)) == 40 == len(trials) - 3
    again = {trial.user_attrs["repeats"]: trial for trial in trials if "repeats" in trial.user_attrs}
    assert set(again) == set(dead)
    assert all(again[number].params == trial.params for number, trial in dead.items())


@pytest.fixture
def small(dial, tmp_path):
    return lambda *words: plan_of(asked_of(dial, "search=dial", f"output_dir={tmp_path}", *words))


def one_dead(study):
    """Claim a trial in a process that is killed at it."""

    def work():
        with quiet():
            trial = claim(study)
            trial.suggest_float("model.gain", 0.1, 4.0, log=True)
            os.kill(os.getpid(), signal.SIGKILL)

    ended([forked(work)])


def test_a_trial_whose_worker_dies_twice_has_failed_and_is_not_tried_again(small, tmp_path):
    plan = small("search.n_trials=1")
    study = open_study(plan, tmp_path)
    fill(study, plan)
    one_dead(study)
    assert bury(study) == 1
    assert [trial.state for trial in study.trials] == [TrialState.FAIL, TrialState.WAITING]
    one_dead(study)
    assert bury(study) == 1
    first, second = study.trials
    assert (counts(first), counts(second)) == (False, True)
    assert second.user_attrs["error"] == "its process died, 2 times; for want of memory?"
    fill(study, plan)
    assert len(study.trials) == 2


def test_who_lives_is_not_buried_and_the_dead_are_buried_once(small, tmp_path):
    plan = small("search.n_trials=3")
    study = open_study(plan, tmp_path)
    fill(study, plan)
    assert claim(study) is not None  # by this process
    one_dead(study)
    other = open_study(plan, tmp_path)
    assert [bury(study), bury(other), bury(study)] == [1, 0, 0]
    assert [trial.state.name for trial in study.trials] == ["RUNNING", "FAIL", "WAITING", "WAITING"]


@pytest.mark.parametrize(("silent", "dead"), [(60, False), (200, True)])
def test_a_process_of_another_machine_is_dead_when_its_heart_stops(small, tmp_path, silent, dead):
    plan = small("search.n_trials=1")
    study = open_study(plan, tmp_path)
    fill(study, plan)
    trial = claim(study)
    trial.set_user_attr("worker", {"host": "elsewhere", "pid": os.getpid(), "begun": 0})
    trial.set_user_attr("heartbeat", time.time() - silent)
    assert bury(study) == dead


def test_a_worker_that_was_busy_may_still_tell_nothing_of_a_trial_that_was_given_up(small, tmp_path):
    plan = small("search.n_trials=1")
    study = open_study(plan, tmp_path)
    fill(study, plan)
    trial = claim(study)
    assert studies.give_up(study, study.trials[0], "its process died")
    with quiet(), pytest.raises((ValueError, optuna.exceptions.UpdateFinishedTrialError)):
        study.tell(trial, 1.0)
    assert [each.state.name for each in study.trials] == ["FAIL", "WAITING"]


def test_a_grid_repeats_the_point_of_a_dead_trial_and_no_other(small, tmp_path):
    plan = small("search.space={model.blind: {low: 0, high: 2}}", "sampler=grid", "search.n_trials=9")
    study = open_study(plan, tmp_path)
    fill(study, plan)
    assert len(study.trials) == 3
    with quiet():
        trial = claim(study)
        drawn(plan.space, trial)
        studies.give_up(study, study.trials[trial.number], "its process died")
        while (trial := claim(study)) is not None:
            study.tell(trial, drawn(plan.space, trial)["model.blind"])
    done = [trial.params["model.blind"] for trial in study.trials if trial.state == TrialState.COMPLETE]
    assert sorted(done) == [0, 1, 2]
    fill(study, plan)
    assert len(study.trials) == 4


def test_a_database_that_does_not_answer_is_named_without_its_password(small, tmp_path):
    plan = small("storage=postgresql+psycopg://me:hush@127.0.0.1:1/sweeps")
    with pytest.raises(AlertlabError, match="storage: cannot open") as found:
        open_study(plan, tmp_path)
    assert "hush" not in str(found.value)
