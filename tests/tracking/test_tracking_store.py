"""Stores of MLflow as people name and leave them: opened, or refused in one line with the remedy."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
from alertlab.config import compose, instantiate
from alertlab.runtime import AlertlabError
from alertlab.tracking import Tracker
from alertlab.tracking.errors import cannot_open, one_line
from alertlab.tracking.sqlite import open_alone
from mlflow.exceptions import MlflowException

FIRST_RUN = """
import sys
from pathlib import Path
from alertlab.tracking import Tracker
print("ready", flush=True)
sys.stdin.readline()
Tracker("sqlite:///mlflow.db").create("first", "run", Path("runs"), config="", seed=1)
"""


def refusal(uri):
    with pytest.raises(AlertlabError) as caught:
        _ = Tracker(uri).client
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_two_first_runs_at_once_in_a_new_folder_are_both_recorded(tmp_path):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": tmp_path}
    both = [subprocess.Popen([sys.executable, "-c", FIRST_RUN], **pipes) for _ in range(2)]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        process.communicate()
    assert [process.returncode for process in both] == [0, 0]
    client = Tracker(f"sqlite:///{tmp_path}/mlflow.db").client
    assert len(client.search_runs([client.get_experiment_by_name("first").experiment_id])) == 2


def test_one_at_a_time_makes_a_store(tmp_path):
    inside, together = [], []

    def connect(uri):
        inside.append(uri)
        together.append(len(inside))
        time.sleep(0.02)
        with sqlite3.connect(uri.removeprefix("sqlite:///")) as database:
            database.execute("CREATE TABLE IF NOT EXISTS runs (id)")
        inside.remove(uri)

    file = tmp_path / "mlflow.db"
    threads = [threading.Thread(target=open_alone, args=(file, f"sqlite:///{file}", connect)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [1] * 5  # one of the four makes it first


def test_a_store_whose_making_was_stopped_is_not_there(tmp_path):
    def stopped(uri):
        with sqlite3.connect(uri.removeprefix("sqlite:///")) as database:
            database.execute("CREATE TABLE _alembic_tmp_metrics (key)")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_alone(tmp_path / "mlflow.db", f"sqlite:///{tmp_path}/mlflow.db", stopped)
    assert not list(tmp_path.glob("*mlflow.db*partial"))
    assert not (tmp_path / "mlflow.db").exists()


@pytest.mark.parametrize(("runs", "remedy"), [(0, "it holds no runs: delete it"), (3, r"holds runs \(3\): restore it")])
def test_a_half_made_store_is_named_with_its_remedy(tmp_path, runs, remedy):
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("CREATE TABLE _alembic_tmp_metrics (key)")
        database.execute("CREATE TABLE runs (id)")
        database.executemany("INSERT INTO runs VALUES (?)", [(number,) for number in range(runs)])
    with pytest.raises(AlertlabError, match=f"mlflow.db was left half-made .*_alembic_tmp_metrics.*{remedy}"):
        _ = Tracker(f"sqlite:///{tmp_path}/mlflow.db").client


@pytest.mark.parametrize(
    ("revision", "remedy"),
    [("451aebb31d03", "older MLflow; make a backup, then: mlflow db upgrade sqlite:"), ("f" * 12, "newer MLflow than")],
)
def test_a_store_of_another_mlflow_is_named_with_its_remedy(made_store, tmp_path, revision, remedy):
    shutil.copy(made_store, tmp_path / "mlflow.db")
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    assert remedy in refusal(f"sqlite:///{tmp_path}/mlflow.db")


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("mlflow.db", "write sqlite:///mlflow.db"),
        ("sqlite:mlflow.db", "write sqlite:///mlflow.db"),
        ("sqlite://mlflow.db", "three slashes"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///what?.db", "write %3F"),
        ("sqlite:///folder", "folder is a folder; name a file in it, sqlite:///folder/mlflow.db"),
        ("sqlite:///text.db", "text.db is no SQLite database"),
        ("sqlite:///text.db/below/mlflow.db", "cannot make the folder text.db/below"),
        ("sqlite:///damaged.db", "damaged.db is damaged"),
        ("mysql://localhost/mlflow", "needs a driver, pip install MySQLdb"),
    ],
)
def test_an_address_that_cannot_be_a_store_is_refused_with_what_to_write(tmp_path, monkeypatch, uri, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.db").write_text("hello " * 100)
    (tmp_path / "damaged.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    message = refusal(uri)
    assert message.startswith("tracking.uri: ")
    assert says in message


@pytest.mark.parametrize("uri", ["file:./mlruns", "./mlruns"])
def test_what_mlflow_says_of_a_store_of_files_is_whole(tmp_path, monkeypatch, uri):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_ALLOW_FILE_STORE", raising=False)
    message = refusal(uri)
    assert message.startswith(f"tracking.uri: cannot open {uri} (")
    assert "mlflow migrate-filestore" in message
    assert "MLFLOW_ALLOW_FILE_STORE=true" in message


def test_all_lines_of_an_error_are_kept_without_its_sql():
    error = MlflowException("first\nthen `do this`\n[SQL: SELECT 1]")
    assert one_line(error) == "first then `do this`"
    assert cannot_open("http://x", error) == "cannot reach http://x (first then `do this`)"


def test_a_file_with_any_characters_is_a_store(made_store, tmp_path):
    odd = tmp_path / "a b"
    odd.mkdir()
    shutil.copy(made_store, odd / "what? 100%.db")
    tracker = Tracker(f"sqlite:///{odd}/what%3F 100%25.db")
    run = tracker.create("odd", "run", tmp_path / "runs", config="", seed=1)
    with sqlite3.connect(odd / "what? 100%.db") as database:
        assert database.execute("SELECT run_uuid FROM runs").fetchall() == [(run.run_id,)]
    assert tracker.client.get_experiment_by_name("odd").artifact_location == (odd / "mlartifacts").as_uri()


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_address_is_as_good_as_none(tmp_path, monkeypatch, empty):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", empty)
    assert instantiate(compose("train", []).tracking).uri == "sqlite:///mlflow.db"


def test_a_store_that_can_only_be_read_is_named(tracker, tmp_path, monkeypatch):
    file = tmp_path / "mlflow.db"
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != file and access(path, mode))  # root may do anything
    _ = tracker.client
    with pytest.raises(AlertlabError, match=r"tracking\.uri: cannot write to .*mlflow\.db, so no run can be recorded"):
        tracker.create("x", "run", tmp_path / "runs", config="", seed=1)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert refusal(f"sqlite:///{tmp_path}/new.db").startswith(f"tracking.uri: cannot write to the folder {tmp_path};")


def test_what_a_store_says_while_a_run_is_made_is_one_line(tracker, tmp_path, capfd):
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON experiments BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
        )
    with pytest.raises(AlertlabError, match=r"^tracking\.uri: no answer from sqlite:.*disk is full[^\n]*$"):
        tracker.create("x", "run", tmp_path / "runs", config="", seed=1)
    assert capfd.readouterr().err == ""


def test_a_deleted_experiment_is_named_with_its_remedy(tracker, tmp_path):
    number = tracker.client.create_experiment("gone")
    tracker.client.delete_experiment(number)
    restore = f"MLFLOW_TRACKING_URI={tracker.uri} mlflow experiments restore -x {number}, or choose another name"
    with pytest.raises(AlertlabError, match=f"name: experiment gone was deleted; {restore}"):
        tracker.create("gone", "run", tmp_path / "runs", config="", seed=1)


def test_why_mlflow_makes_no_experiment_is_said(tracker, tmp_path):
    with pytest.raises(AlertlabError, match=r"name: MLflow makes no experiment 'xxx.*maximum length"):
        tracker.create("x" * 600, "run", tmp_path / "runs", config="", seed=1)


def test_an_unknown_run_is_told_from_a_store_that_does_not_answer(tracker, monkeypatch):
    with pytest.raises(AlertlabError, match="0123: no such run in sqlite:"):
        tracker.record("0123")

    def fails(_):
        raise MlflowException("connection refused")

    monkeypatch.setattr(tracker.client, "get_run", fails)
    with pytest.raises(AlertlabError, match=r"no answer from sqlite:.*connection refused"):
        tracker.record("0123")
