"""A training that is killed goes on as if nothing had happened."""

import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from alertlab.config import compose
from alertlab.core.predictions import read_predictions
from alertlab.models import StampClassifier
from alertlab.runtime import AlertlabError
from alertlab.tracking.journal import Journal
from alertlab.workflows.sync import sync
from alertlab.workflows.train import resume, train
from mlflow import MlflowClient

EPOCHS = 6


@pytest.fixture(scope="module")
def longer(tiny, where):
    augmented = ["model.augmentation.flip=true", "model.augmentation.shift=2"]
    return lambda folder: [*tiny, *where(folder), *augmented, f"trainer.max_epochs={EPOCHS}"]


@pytest.fixture(scope="module")
def uninterrupted(longer, tmp_path_factory):
    return train(compose("train", longer(tmp_path_factory.mktemp("whole"))))


def killed(overrides, folder, epochs, delay):
    """Start a training, SIGKILL it some time after so many epochs; its run id."""
    command = [sys.executable, "-m", "alertlab", "train", *overrides]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        journals = list(folder.glob("outputs/tiny/*/journal.jsonl"))
        if journals and len(Journal(journals[0].parent).epochs()) >= epochs:
            break
        time.sleep(0.01)
    time.sleep(delay)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return next(folder.glob("outputs/tiny/*/run.json")).parent.name


@pytest.mark.usefixtures("blank_pictures")
@pytest.mark.parametrize("moment", range(2))
def test_killed_at_a_random_moment_it_ends_with_the_same_bytes(longer, uninterrupted, tmp_path, moment):
    chance = random.Random(moment)
    run_id = killed(longer(tmp_path), tmp_path, chance.randrange(EPOCHS), chance.uniform(0, 0.3))
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    for _ in range(900):  # whoever watches starts slowly on a busy machine
        if client.get_run(run_id).info.status != "RUNNING":
            break
        time.sleep(0.2)
    assert client.get_run(run_id).info.status in {"KILLED", "SCHEDULED"}  # SCHEDULED: killed before it began
    result = resume(str(tmp_path / "outputs" / "tiny" / run_id))
    assert result.run_id == run_id
    assert result.metrics == uninterrupted.metrics
    assert (result.bundle / "model.onnx").read_bytes() == (uninterrupted.bundle / "model.onnx").read_bytes()
    assert client.get_run(run_id).info.status == "FINISHED"
    history = client.get_metric_history(run_id, "validation_loss")
    assert sorted(metric.step for metric in history) == list(range(EPOCHS))


@pytest.mark.usefixtures("blank_pictures")
def test_only_missing_repeats_are_trained(tiny, where, tmp_path, monkeypatch):
    fit, fitted = StampClassifier.fit, []

    def counted(self, data, run):
        fitted.append(run.run_id)
        if len(fitted) == 2:
            raise KeyboardInterrupt
        fit(self, data, run)

    monkeypatch.setattr(StampClassifier, "fit", counted)
    monkeypatch.chdir(tmp_path)
    config = compose("train", [*tiny, *where(tmp_path), "repeats=3", "trainer.max_epochs=1"])
    with pytest.raises(KeyboardInterrupt):
        train(config)
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    runs = client.search_runs([client.get_experiment_by_name("tiny").experiment_id])
    assert sorted(run.info.status for run in runs) == ["FINISHED", "KILLED", "KILLED", "SCHEDULED"]
    parent = next(run for run in runs if "mlflow.parentRunId" not in run.data.tags)
    with pytest.raises(AlertlabError, match=f"repeat 0 of {parent.info.run_id}; resume that"):
        resume(fitted[0])
    result = resume(parent.info.run_id)
    assert len(fitted) == 4
    assert fitted[0] not in fitted[1:]
    assert fitted[1] == fitted[2]
    assert set(read_predictions(result.predictions).repeat) == {0, 1, 2}
    assert {client.get_run(run.info.run_id).info.status for run in runs} == {"FINISHED"}


def test_a_finished_run_is_not_resumed(uninterrupted):
    with pytest.raises(AlertlabError, match="the run is finished"):
        resume(str(uninterrupted.predictions.parent))
    with pytest.raises(AlertlabError, match="no such run below"):
        resume("0" * 32)


def test_other_data_are_noticed(tiny, where, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(StampClassifier, "fit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(compose("train", [*tiny, *where(tmp_path)]))
    (config,) = tmp_path.glob("outputs/tiny/*/config.yaml")
    assert "'n': 150" in config.read_text()
    config.write_text(config.read_text().replace("'n': 150", "'n': 160"))
    with pytest.raises(AlertlabError, match="the data are no longer those it began with"):
        resume(str(config.parent))


@pytest.mark.usefixtures("blank_pictures")
def test_a_server_that_leaves_does_not_stop_a_training(tiny, where, tmp_path, monkeypatch, capsys):
    from alertlab.tracking import run as module

    deliver, sent = module.deliver, []

    def deliver_a_few(entry, *others):
        if len(sent) >= 5:
            raise ConnectionError("the server has left")
        sent.append(entry)
        deliver(entry, *others)

    monkeypatch.setattr(module, "deliver", deliver_a_few)
    result = train(compose("train", [*tiny, *where(tmp_path)]))
    assert "alertlab sync" in capsys.readouterr().err
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    assert "validation_loss" not in client.get_run(result.run_id).data.metrics
    assert sync(tmp_path / "outputs").pending > 0

    monkeypatch.setattr(module, "deliver", deliver)
    assert sync(tmp_path / "outputs").pending == 0
    run = client.get_run(result.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics["test/accuracy"] == result.metrics["test/accuracy"]
    assert len(client.get_metric_history(result.run_id, "validation_loss")) == 2
    assert np.isfinite(run.data.metrics["validation_loss"])
    assert sync(tmp_path / "outputs").delivered == 0
