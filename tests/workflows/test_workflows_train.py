"""One training through every layer, and what it leaves behind."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from alertlab import runtime
from alertlab.config import compose, flatten
from alertlab.core.predictions import read_predictions
from alertlab.core.samples import PARTS
from alertlab.runtime import AlertlabError
from alertlab.workflows.evaluate import evaluate
from alertlab.workflows.report import report
from alertlab.workflows.train import train
from mlflow import MlflowClient
from sklearn.metrics import balanced_accuracy_score


def store(folder):
    return f"sqlite:///{folder}/mlflow.db"


@pytest.fixture(scope="module")
def client(tiny_run):
    return MlflowClient(store(tiny_run[1]))


def artifacts(client, run_id, path=None):
    found = []
    for item in client.list_artifacts(run_id, path):
        found += artifacts(client, run_id, item.path) if item.is_dir else [item.path]
    return found


def test_metrics_are_those_of_the_predictions_table(tiny_run):
    result, _ = tiny_run
    table = pq.read_table(result.predictions).to_pandas().query("part == 'test'")
    assert result.metrics["test/balanced_accuracy"] == pytest.approx(
        balanced_accuracy_score(table.target, table.prediction)
    )


def test_predictions_hold_every_sample_once(tiny_run):
    predictions = read_predictions(tiny_run[0].predictions)
    assert set(predictions.part) == set(PARTS)
    assert len(set(predictions.sample_id)) == len(predictions) == 150


def test_the_run_holds_what_reproduces_it(tiny_run, client):
    result, _ = tiny_run
    run = client.get_run(result.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params["model.kernel_size"] == "3"
    assert {"data_hash", "split_hash", "version.torch", "version.python", "mlflow.source.git.commit"} <= set(
        run.data.tags
    )
    assert "simulated" in run.data.tags["data"]
    assert len(client.get_metric_history(result.run_id, "validation_loss")) == 2
    assert run.data.metrics["test/confusion/AGN/SN"] == pytest.approx(result.evaluation.fraction_mean[0, 1])
    files = set(artifacts(client, result.run_id))
    assert {
        "config.yaml",
        "split.parquet",
        "predictions.parquet",
        "results.json",
        "classes.json",
        "report.html",
    } <= files
    assert {"figures/confusion_matrix.png", "figures/learning_curves.pdf", "figures/confusion.tex"} <= files
    assert f"{result.bundle.name}/manifest.json" in files


def test_the_bundle_gives_the_predictions_of_the_run(tiny_run):
    result, _ = tiny_run
    bundle = runtime.load(result.bundle)
    bundle.self_test()
    inputs, expected = bundle.golden()
    np.testing.assert_allclose(bundle.predict(inputs).probability, expected, atol=1e-5)
    assert bundle.manifest.training["mlflow_run_id"] == result.run_id
    assert json.loads((result.bundle / "evaluation.json").read_text())["part"] == "test"


@pytest.mark.usefixtures("blank_pictures")
def test_the_same_config_and_seed_give_the_same_metrics_and_graph(tiny, tiny_run, where, tmp_path):
    first, _ = tiny_run
    again = train(compose("train", [*tiny, *where(tmp_path)]))
    assert again.metrics == first.metrics
    assert (again.bundle / "model.onnx").read_bytes() == (first.bundle / "model.onnx").read_bytes()


def test_repeats_are_child_runs_and_the_parent_has_mean_and_deviation(tiny, where, tmp_path):
    result = train(compose("train", [*tiny, *where(tmp_path), "trainer.max_epochs=1", "repeats=2"]))
    client = MlflowClient(store(tmp_path))
    experiment = client.get_experiment_by_name("tiny").experiment_id
    children = client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{result.run_id}'")
    assert len(children) == 2
    values = [child.data.metrics["test/accuracy"] for child in children]
    parent = client.get_run(result.run_id).data
    assert parent.metrics["test/accuracy"] == pytest.approx(np.mean(values))
    assert parent.metrics["test/accuracy_std"] == pytest.approx(np.std(values, ddof=1))
    assert "test/confusion/SN/SN_std" in parent.metrics
    assert len({child.data.tags["split_hash"] for child in children}) == 2
    best = min(
        children,
        key=lambda child: min(m.value for m in client.get_metric_history(child.info.run_id, "validation_loss")),
    )
    assert parent.tags["bundle.from_run"] == best.info.run_id
    runtime.load(result.bundle).self_test()
    again = report(compose("report", [f"tracking.uri={store(tmp_path)}"]), result.run_id, tmp_path / "again.html")
    assert again.report.read_bytes() == result.report.read_bytes()
    assert "2 repeats" in result.report.read_text()


def test_a_failing_training_says_so_in_its_run(tiny, where, tmp_path):
    with pytest.raises(AlertlabError):
        train(compose("train", [*tiny, *where(tmp_path), "model.learning_rate=1e30"]))
    client = MlflowClient(store(tmp_path))
    (run,) = client.search_runs([client.get_experiment_by_name("tiny").experiment_id])
    assert run.info.status == "FAILED"
    assert "learning_rate" in run.data.tags["ended"]


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("repeats=two", "repeats: 'two' is not a whole number of 1 or more"),
        ("seed=-1", "seed: -1 is not a whole number"),
        ("model.learning_rate=abc", r"model\.learning_rate: 'abc' is not a number"),
        ("model.batch_size=0", r"model\.batch_size: 0 is not"),
        ("datamodule.metadata=[magpfs]", "did you mean magpsf"),
        ("output_dir=/dev/null/x", "output_dir: cannot write"),
        ("trainer=gpu", "trainer: "),
        ("trainer.max_epochs=0", r"trainer\.max_epochs: no epoch was trained"),
    ],
)
def test_a_value_that_cannot_be_says_which_and_why(tiny, where, tmp_path, override, message):
    with pytest.raises(AlertlabError, match=message):
        train(compose("train", [*tiny, *where(tmp_path), override]))


@pytest.mark.usefixtures("blank_pictures")
def test_the_demo_trains_at_its_real_size(where, tmp_path):
    """Its batches: another number of alerts may leave one alone in the last batch."""
    small = ["trainer.max_epochs=1", "model.filters=[2,2,4,4,4]", "model.dense=8", "evaluation.resamples=20"]
    small += ["evaluation.formats=[]"]
    assert "1500 simulated" in train(compose("train", ["experiment=demo", *where(tmp_path), *small])).data


def test_errors_of_data_and_config_come_before_any_run(tiny, tmp_path):
    where = [f"tracking.uri={store(tmp_path)}", f"output_dir={tmp_path}/outputs"]
    with pytest.raises(AlertlabError, match="too few objects"):
        train(compose("train", [*tiny, *where, "datamodule.source.n=10"]))
    assert list(tmp_path.iterdir()) == []


def test_evaluating_a_run_again_adds_another_part_to_it(tiny_run, client, tmp_path):
    result, folder = tiny_run
    config = compose(
        "evaluate", ["evaluation.part=validation", f"tracking.uri={store(folder)}", "evaluation.resamples=20"]
    )
    again = evaluate(config, result.run_id, tmp_path / "figures")
    assert again.metrics["validation/accuracy"] == client.get_run(result.run_id).data.metrics["validation/accuracy"]
    assert (tmp_path / "figures" / "confusion_matrix.png").stat().st_size > 0


def test_evaluating_a_file_needs_no_tracking(tiny_run, tmp_path):
    config = compose("evaluate", [f"tracking.uri={store(tmp_path)}", "evaluation.resamples=20"])
    result = evaluate(config, str(tiny_run[0].predictions), tmp_path / "figures")
    assert result.metrics["test/accuracy"] == tiny_run[0].metrics["test/accuracy"]
    assert not (tmp_path / "mlflow.db").exists()


def test_an_unknown_run_is_a_clear_error(tiny_run, tmp_path):
    with pytest.raises(AlertlabError, match="no run with predictions"):
        evaluate(compose("evaluate", [f"tracking.uri={store(tiny_run[1])}"]), "0" * 32, tmp_path)


def test_parameters_in_mlflow_are_the_whole_config(tiny, tiny_run, client):
    params = client.get_run(tiny_run[0].run_id).data.params
    assert set(flatten(compose("train", tiny))) <= set(params)
