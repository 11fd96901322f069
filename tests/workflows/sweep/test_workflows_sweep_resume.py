"""A sweep that is killed, interrupted or given twice ends with exactly the trials that were asked for."""

import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from alertlab.cli import main
from alertlab.workflows.sweep import begin as beginning
from alertlab.workflows.sweep.plan import plan_of
from alertlab.workflows.sweep.study import Process, counts, open_study
from alertlab.workflows.sweep.sweep import sweep
from optuna.trial import TrialState
from sweep_by_hand import trained
from test_workflows_sweep_study import ended, forked
from test_workflows_sweep_trials import children

pytestmark = pytest.mark.usefixtures("pageless")
TAKES = 0.4  # seconds of a trial, so that it can be killed in the middle


def typed(asked, log, *more):
    """A process of its own that runs the command; what it says goes to a file."""
    folders = [word for folder in asked.folders for word in ("--config-dir", str(folder))]

    def work():
        os.setsid()
        for stream in (1, 2):
            os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
        sys.stdout, sys.stderr = (open(stream, "w", buffering=1, closefd=False) for stream in (1, 2))  # noqa: SIM115
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os._exit(main(["sweep", *asked.words, *folders, "--allow", *asked.allowed, *more]))

    return forked(work)


def wait_for(said, seconds=300.0):
    until = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < until
        time.sleep(0.05)


def trials_of(plan):
    """Trials so far; none where the study is not there yet."""
    folder = Path(plan.base.output_dir, plan.base.name)
    return open_study(plan, folder).trials if (folder / "studies" / f"{plan.name}.journal").exists() else []


def at_work(plan, done, pid=None):
    """Whether so many trials are complete, and a living process, or this one, is in the middle of one."""
    trials = trials_of(plan)
    running = [trial for trial in trials if trial.state == TrialState.RUNNING and trial.params]
    own = [trial for trial in running if pid in (None, trial.user_attrs["worker"]["pid"])]
    return own and sum(trial.state == TrialState.COMPLETE for trial in trials) >= done


def check_whole(of, n, dead):
    """Exactly n trials that count; the dead ones repeated once each; one parent, honest statuses."""
    trials = of.study.trials
    assert sum(map(counts, trials)) == n == len(trials) - dead
    lost = [trial for trial in trials if not counts(trial)]
    assert len(lost) == dead
    again = Counter(trial.user_attrs["repeats"] for trial in trials if "repeats" in trial.user_attrs)
    assert again == dict.fromkeys([trial.number for trial in lost], 1)
    by_number = {trial.number: trial for trial in trials}
    for trial in trials:
        if "repeats" in trial.user_attrs:
            assert trial.params.items() >= by_number[trial.user_attrs["repeats"]].params.items()
    complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    assert len({str(trial.params) for trial in complete}) == len(complete) == n
    wait_for(lambda: all(run.info.status not in ("RUNNING", "SCHEDULED") for run in children(of).values()))
    runs = children(of)  # of which all have one parent
    assert Counter(run.info.status for run in runs.values())["FINISHED"] == n
    for trial in lost:
        if trial.number in runs:  # killed before it had a run
            assert runs[trial.number].info.status == "KILLED"


@pytest.fixture
def slow(command, tmp_path):
    """A command whose trials take a while."""
    return command(tmp_path, "search=dial", "search.n_trials=5", f"model.takes={TAKES}", "sampler=random", "retrain=0")


def test_killed_whole_in_the_middle_the_same_command_finishes_it(slow, tmp_path):
    plan = plan_of(slow)
    for done in (1, 2):
        pid = typed(slow, tmp_path / "log", "--workers", "0")
        wait_for(lambda done=done, pid=pid: at_work(plan, done, pid))
        os.killpg(pid, signal.SIGKILL)
        assert ended([pid]) == [-signal.SIGKILL]
    of = trained(slow)
    check_whole(of, 5, dead=2)
    assert of.tracker.client.get_run(of.parent).info.status == "FINISHED"
    assert len(trained(slow).study.trials) == 7  # and nothing is trained again


def test_ctrl_c_ends_it_with_130_and_says_how_to_go_on(slow, tmp_path):
    plan = plan_of(slow)
    pid = typed(slow, tmp_path / "log", "--workers", "0")
    wait_for(lambda: at_work(plan, 1))
    os.kill(pid, signal.SIGINT)
    assert ended([pid]) == [130]
    told = (tmp_path / "log").read_text()
    assert "of 5 trials are done; the same command goes on with it" in told
    assert "Traceback" not in told
    of = trained(slow)
    check_whole(of, 5, dead=1)
    (dead,) = (trial for trial in of.study.trials if trial.state == TrialState.FAIL)
    assert dead.user_attrs["died"] == "interrupted"


def test_two_commands_at_once_share_the_trials(slow, tmp_path):
    plan = plan_of(slow)
    pid = typed(slow, tmp_path / "log", "--workers", "0")
    wait_for(lambda: at_work(plan, 1))
    result = sweep(plan, 0)
    assert not result.concluded  # the first command leads
    assert ended([pid]) == [0]
    trials = trials_of(plan)
    assert {trial.state for trial in trials} == {TrialState.COMPLETE}
    assert len(trials) == 5
    assert {trial.user_attrs["worker"]["pid"] for trial in trials} == {pid, os.getpid()}
    assert "Best on validation" in (tmp_path / "log").read_text()


def test_two_commands_at_the_same_moment_make_one_sweep(command, tmp_path, monkeypatch):
    """The second begins while the first reads its data."""
    asked = command(tmp_path, "search=dial", "search.n_trials=3")
    prepare, own, seen = beginning.prepare, Process.own, []

    def while_reading(config):
        if not seen:
            seen.append(None)
            monkeypatch.setattr(Process, "own", lambda: Process(own().host, os.getppid(), 0))
            seen.append(beginning.begin(plan_of(asked)))
            monkeypatch.setattr(Process, "own", own)
        return prepare(config)

    monkeypatch.setattr(beginning, "prepare", while_reading)
    first = beginning.begin(plan_of(asked))
    second = seen[1]
    assert first.parent == second.parent
    assert [first.run, second.run].count(None) == 1  # one of them leads
    assert len(first.study.trials) == 3


def test_a_worker_that_is_killed_is_replaced_and_its_trial_repeated(command, tmp_path, capfd):
    words = ["search=dial", "search.n_trials=6", f"model.takes={2 * TAKES}", "sampler=random", "retrain=0"]
    asked, victims = command(tmp_path, *words), []
    plan = plan_of(asked)  # Hydra composes in one thread

    def kill_one():
        wait_for(lambda: at_work(plan, 1))
        running = [trial for trial in trials_of(plan) if trial.state == TrialState.RUNNING and trial.params]
        victims.append(running[0].user_attrs["worker"]["pid"])
        os.kill(victims[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    result = sweep(plan_of(asked), 2)
    killer.join()
    assert victims
    assert result.trials == {"complete": 6}
    assert "ended (killed by signal 9); another takes its place" in capfd.readouterr().err
    of = trained(asked)
    check_whole(of, 6, dead=1)
    assert len({trial.user_attrs["worker"]["pid"] for trial in of.study.trials}) >= 2


def test_two_jobs_of_a_cluster_finish_a_sweep(command, tmp_path, monkeypatch):
    pytest.importorskip("submitit", reason="submitit is not installed: pip install 'alertlab[slurm]'")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    cluster = ["launcher=slurm", "launcher.cluster=local", "launcher.cpus=1"]
    asked = command(tmp_path, "search=dial", "search.n_trials=4", f"model.takes={TAKES}", "retrain=0", *cluster)
    result = sweep(plan_of(asked), 2)
    assert result.trials == {"complete": 4}
    assert os.getpid() not in {trial.user_attrs["worker"]["pid"] for trial in trials_of(plan_of(asked))}


def test_a_cluster_that_is_not_there_is_told_in_a_line(command, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    from alertlab.runtime import AlertlabError

    with pytest.raises(AlertlabError, match="launcher: slurm: "):
        sweep(plan_of(command(tmp_path, "search=dial", "launcher=slurm")), 1)
