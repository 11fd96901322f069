"""The MLflow run: stores, servers, names and values that MLflow would refuse."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest
from alertlab.runtime import AlertlabError
from alertlab.tracking import Tracker, named
from alertlab.tracking.journal import Journal
from alertlab.workflows.sync import sync
from mlflow import MlflowClient
from PIL import Image


@contextmanager
def running(tracker, experiment, root):
    run = tracker.create(experiment, "run", root, config="", seed=1)
    with tracker.running(run):
        yield run


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory, store):
    """An MLflow server as a team would run it."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    where = ["--backend-store-uri", store(folder), "--artifacts-destination", str(folder / "artifacts")]
    command = [sys.executable, "-m", "mlflow", "server", *where, "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    for _ in range(900):  # a busy machine takes a minute
        try:
            urllib.request.urlopen(f"{address}/health", timeout=1).close()
            break
        except OSError:
            time.sleep(0.2)
    yield address
    os.killpg(process.pid, signal.SIGKILL)  # with its workers
    process.wait()


def test_a_teams_server_takes_metrics_and_files(server, tmp_path):
    with running(Tracker(server), "team", tmp_path / "runs") as run:
        (run.directory / "note.txt").write_text("hello")
        run.log_metrics({"validation_loss": 0.5}, 3)
        run.log_files(run.directory / "note.txt")
    client = MlflowClient(server)
    found = client.get_run(run.run_id)
    assert found.info.status == "FINISHED"
    assert found.data.metrics["validation_loss"] == 0.5
    assert [item.path for item in client.list_artifacts(run.run_id)] == ["note.txt"]


def test_a_server_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")  # one is as good as three, ten seconds later
    with pytest.raises(AlertlabError, match=r"tracking\.uri: cannot reach http://127\.0\.0\.1"):
        _ = Tracker(f"http://127.0.0.1:{free_port()}").client


def test_names_and_values_that_mlflow_refuses_are_made_to_fit(tracker, tmp_path):
    with running(tracker, "odd", tmp_path / "runs") as run:
        run.log_params({"long": "x" * 100_000, "a[0]=b": [1, 2], **{f"p{number}": number for number in range(250)}})
        run.log_results({"test/recall/SN Ia-91T (sub)": 0.5, **{f"m{number}": number for number in range(1200)}})
        run.set_tags({"ended": "y" * 100_000})
    data = tracker.client.get_run(run.run_id).data
    assert len(data.params) == 252
    assert data.metrics["test/recall/SN Ia-91T _x28_sub_x29_"] == 0.5
    assert len(data.metrics) == 1201


def test_names_that_differ_in_a_sign_are_two_in_mlflow(tracker, tmp_path):
    names = ["EB*", "EB?", "eb*", "EB", "SN (Ia)", "SN [Ia]", "y" * 250 + "a", "y" * 250 + "b"]
    values = {name: float(number) for number, name in enumerate(names)}
    with running(tracker, "signs", tmp_path / "runs") as run:
        run.log_params(values)
        run.log_results({named("test", "recall", name): value for name, value in values.items()})
        run.log_metrics({f"validation_recall/{name}": value for name, value in values.items()}, 0)
    data = tracker.client.get_run(run.run_id).data
    assert sorted(float(value) for value in data.params.values()) == sorted(values.values())
    for part in "test/recall", "validation_recall":
        assert sorted(value for name, value in data.metrics.items() if name.startswith(part)) == sorted(values.values())


def test_a_store_of_artifacts_that_fails_does_not_stop_a_run_and_is_named(tracker, tmp_path, monkeypatch, capsys):
    def fails(*_, **__):
        raise ModuleNotFoundError("No module named 'boto3'")

    with monkeypatch.context() as patch, running(tracker, "artifacts", tmp_path / "runs") as run:
        patch.setattr(tracker.client, "log_artifact", fails)
        (run.directory / "note.txt").write_text("hello")
        run.log_files(run.directory / "note.txt")
        run.end("FINISHED")
    assert f"alertlab sync {run.directory} (No module named 'boto3')" in capsys.readouterr().err
    assert sync(tmp_path / "runs").pending == 0


def test_a_delivery_that_fails_again_says_why(tracker, tmp_path, monkeypatch, capsys):
    def fails(*_):
        raise ConnectionError("the server\nhas left")

    run = tracker.create("later", "run", tmp_path / "runs", config="", seed=1)
    monkeypatch.setattr("alertlab.tracking.run.deliver", fails)
    run.set_tags({"data": "simulated"})
    assert sync(tmp_path / "runs").pending == 1
    assert capsys.readouterr().err == f"{run.directory}: the server has left\n"


def test_a_picture_of_a_part_with_any_name_is_in_mlflow(tracker, tmp_path):
    with running(tracker, "picture", tmp_path / "runs") as run:
        Image.new("RGB", (2, 2)).save(run.directory / "a.png")
        run.log_image(run.directory / "a.png", "Prüfung (2) confusion matrix")
    (pictures,) = tracker.client.list_artifacts(run.run_id)
    assert pictures.path == "images"


@pytest.mark.parametrize(("error", "status"), [(ValueError("bad"), "FAILED"), (KeyboardInterrupt(), "KILLED")])
def test_a_run_that_does_not_finish_has_its_true_status(tracker, tmp_path, error, status):
    def fail():
        with running(tracker, "status", tmp_path / "runs"):
            raise error

    with pytest.raises(type(error)):
        fail()
    (run,) = tracker.client.search_runs([tracker.client.get_experiment_by_name("status").experiment_id])
    assert run.info.status == status


def test_what_a_run_records_is_the_same_in_its_folder_and_in_mlflow(tracker, tmp_path):
    with running(tracker, "same", tmp_path / "runs") as run:
        run.log_params({"a": 1, "long": "x" * 1000})
        run.set_tags({"data": "simulated", "odd[name]": "y"})
    ours, theirs = run.record(), tracker.record(run.run_id)
    assert (ours.run_id, ours.experiment, ours.name, ours.started) == (
        theirs.run_id,
        theirs.experiment,
        theirs.name,
        theirs.started,
    )
    assert ours.params == theirs.params
    assert ours.tags.items() <= theirs.tags.items()


def test_a_journal_cut_short_by_a_kill_loses_its_last_line_alone(tmp_path):
    journal = Journal(tmp_path)
    journal.add({"kind": "tags", "values": {"a": "1"}})
    with journal.path.open("a") as file:
        file.write('{"kind": "tags", "val')
    assert [entry["values"] for entry in Journal(tmp_path).entries] == [{"a": "1"}]
    journal.add({"kind": "tags", "values": {"b": "2"}})
    assert [entry["values"] for entry in Journal(tmp_path).entries] == [{"a": "1"}, {"b": "2"}]
