"""The report of a run, written again from what the run recorded."""

import shutil
from pathlib import Path

import pytest
from alertlab.config import compose, to_yaml
from alertlab.runtime import AlertlabError
from alertlab.tracking import Tracker
from alertlab.workflows.report import report


@pytest.fixture
def config(tiny_run):
    return compose("report", [f"tracking.uri=sqlite:///{tiny_run[1]}/mlflow.db"])


@pytest.fixture
def copy_of_run(tiny_run, config, tmp_path):
    """A run with the predictions of the finished one, and another config."""
    tracker = Tracker(config.tracking.uri)

    def copy(changes):
        other = compose("train", ["name=copy", *changes])
        run = tracker.create("copy", "copy", tmp_path / "runs", to_yaml(other), seed=1)
        with tracker.running(run):
            run.log_files(run.directory / "config.yaml")
            run.log_files(Path(shutil.copy(tiny_run[0].predictions, run.directory)))
            run.log_params({"run.seed": 1})
        return run.run_id

    return copy


def test_it_is_the_report_that_training_left(tiny_run, config, tmp_path):
    result, _ = tiny_run
    again = report(config, result.run_id, tmp_path / "new" / "paper")
    assert again.note == ""
    assert again.report.read_bytes() == result.report.read_bytes()
    text = again.report.read_text()
    assert "Simulated data." in text
    assert result.run_id in text


def test_where_the_data_are_others_by_now_the_gallery_lists_identifiers(copy_of_run, config, tmp_path):
    run_id = copy_of_run(["datamodule.source.n=20", "evaluation.resamples=5"])
    again = report(config, run_id, tmp_path / "paper")
    assert "no longer those of the run" in again.note
    assert again.note.split(" (")[0] in again.report.read_text()
    assert "<img class=" not in again.report.read_text()


def test_where_the_data_are_gone_it_says_what_is_missing(copy_of_run, config, tmp_path):
    path = tmp_path / "night.parquet"
    run_id = copy_of_run(["datamodule=ztf_stamps", f"datamodule.path={path}", "evaluation.resamples=5"])
    again = report(config, run_id, tmp_path / "paper")
    assert str(path) in again.note
    assert "<img class=" not in again.report.read_text()


def test_a_config_of_a_run_names_only_what_may_be_run(copy_of_run, config, tmp_path):
    run_id = copy_of_run(["datamodule.source.n=20"])
    tracker = Tracker(config.tracking.uri)
    hostile = tmp_path / "config.yaml"
    hostile.write_text("datamodule: {_target_: os.system, command: 'true'}")
    tracker.client.log_artifact(run_id, str(hostile))
    with pytest.raises(AlertlabError, match=r"os\.system is not among the packages"):
        report(config, run_id, tmp_path / "paper")


def test_an_unknown_run_is_a_clear_error(config, tmp_path):
    with pytest.raises(AlertlabError, match="no run of that id or name"):
        report(config, "0" * 32, tmp_path / "paper")
    assert not (tmp_path / "paper").exists()
