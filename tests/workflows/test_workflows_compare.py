"""The verb compare: files that it leaves, and what it prints."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from alertlab.config import compose
from alertlab.core.predictions import ClassPredictions, read_predictions
from alertlab.evaluation.comparison.agreement import Agreement
from alertlab.runtime import AlertlabError
from alertlab.workflows.compare.matrix import CompareMatrixResult, compare_matrix
from alertlab.workflows.compare.one_metric import metric_difference
from alertlab.workflows.compare.runs import compare_runs
from alertlab.workflows.show import show_comparison, show_matrix


@pytest.fixture(scope="module")
def config(tiny_run):
    _, folder = tiny_run
    return compose("compare", [f"tracking.uri=sqlite:///{folder}/mlflow.db", "resamples=20", "permutations=20"])


@pytest.fixture(scope="module")
def light_curves(tiny_run, tmp_path_factory):
    """Other classes of the objects that the stamps of the run show."""
    stamps = read_predictions(tiny_run[0].predictions)
    n = len(stamps)
    probability = np.random.default_rng(0).dirichlet(np.ones(4), n)
    made = ClassPredictions(
        np.arange(n), stamps.object_id, np.full(n, "new"), np.zeros(n, int), np.full(n, -1), probability,
        ("QSO", "RRL", "SNIa", "SNII"), {"Stochastic": ("QSO",), "Periodic": ("RRL",), "Transient": ("SNIa", "SNII")},
    )  # fmt: skip
    return made.write(tmp_path_factory.mktemp("compare") / "light_curves.parquet")


def test_a_run_and_a_table_give_the_matrix_of_their_common_objects(tiny_run, config, light_curves, tmp_path, capsys):
    result = compare_matrix(config, tiny_run[0].run_id, str(light_curves), tmp_path)
    stamps = read_predictions(tiny_run[0].predictions)
    tested = len(np.unique(stamps.object_id[stamps.part == "test"]))
    assert (result.common, result.first_only) == (tested, 0)
    made = {path.name for path in tmp_path.iterdir()}
    ends = ("", "_top")
    assert made == {"matrix.json"} | {f"matrix{end}.{form}" for end in ends for form in ("png", "pdf")} | {
        f"matrix_{name}{end}.csv" for end in ends for name in ("fraction", "counts")
    }
    with (tmp_path / "matrix_fraction_top.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["first"] for row in rows] == list(stamps.classes)
    assert sum(float(row["Transient"]) for row in rows) == pytest.approx(1)
    summary = json.loads((tmp_path / "matrix.json").read_text())
    assert summary["common"] == np.sum(summary["matrices"]["leaf"]["counts"]) == tested
    show_matrix(result)
    assert f"{tested} objects in both, 0 only in the first" in capsys.readouterr().out


def test_a_wide_matrix_of_names_like_markup_is_printed_whole(tmp_path, capsys):
    rows = ("[/x]", ":star:", "[red]", *(f"class {number}" for number in range(30)))
    agreement = Agreement(rows, ("[b]A[/b]",), np.full((len(rows), 1), 1))
    show_matrix(CompareMatrixResult({"leaf": agreement}, len(rows), 0, 0, tmp_path))
    printed = capsys.readouterr().out
    assert all(name in printed for name in ("[/x]", ":star:", "[red]", "[b]A[/b]"))
    assert printed.count("0.03") == len(rows)


def test_two_runs_on_one_split_have_their_differences(tiny_run, config, tmp_path, capsys):
    predictions = read_predictions(tiny_run[0].predictions)
    other = replace(predictions, probability=np.full(predictions.probability.shape, 1 / len(predictions.classes)))
    other.write(tmp_path / "other.parquet")
    result = compare_runs(config, [str(tiny_run[0].predictions.parent), str(tmp_path / "other.parquet")], tmp_path)
    log_loss = {each.metric: each for each in result.comparison.differences}["log_loss"]
    assert log_loss.second[0] == pytest.approx(np.log(len(predictions.classes)))
    with (tmp_path / "differences.csv").open() as file:
        rows = {row["metric"]: row for row in csv.DictReader(file)}
    assert float(rows["log_loss"]["difference"]) == pytest.approx(log_loss.mean)
    assert json.loads((tmp_path / "differences.json").read_text())["interval"] == "paired bootstrap over objects"
    show_comparison(result)
    assert "interval: paired bootstrap over objects" in capsys.readouterr().out
    alone = metric_difference(config, tiny_run[0].run_id[:8], str(tmp_path / "other.parquet"), "log_loss")
    assert (alone.difference.mean, alone.difference.interval) == (log_loss.mean, log_loss.interval)
    assert alone.difference.gain == -log_loss.mean
    with pytest.raises(AlertlabError, match="metric: recall/none is none of these runs; they have accuracy"):
        metric_difference(config, tiny_run[0].run_id, str(tmp_path / "other.parquet"), "recall/none")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("confidence=90", "confidence: 90 is not"),
        ("resamples=0", "resamples: 0 is not"),
        ("formats=[gif]", "formats: gif"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_key(override, message, tmp_path):
    with pytest.raises(AlertlabError, match=message):
        compare_runs(compose("compare", [override]), ["a", "b"], tmp_path)


def test_a_source_that_is_none_is_named(config, tmp_path):
    with pytest.raises(AlertlabError, match=r"nowhere\.parquet: no such predictions file"):
        compare_matrix(config, "nowhere.parquet", "nowhere.parquet", tmp_path)
