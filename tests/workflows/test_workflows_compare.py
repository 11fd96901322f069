"""The verb compare: files that it leaves, and what it prints."""

import csv
import json
import re
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
from alertlab.workflows.source import find_sources
from mlflow import MlflowClient


@pytest.fixture(scope="module")
def config(tiny_run):
    _, folder = tiny_run
    return compose(
        "compare",
        [
            f"tracking.uri=sqlite:///{folder}/mlflow.db",
            "resamples=20",
            "permutations=20",
            f"output_dir={folder}/outputs",
        ],
    )


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
    told = json.loads((tmp_path / "differences.json").read_text())
    assert (told["interval"], told["runs"][0]["run_id"]) == ("paired bootstrap over objects", tiny_run[0].run_id)
    show_comparison(result)
    printed = capsys.readouterr().out
    assert "intervals are a bootstrap over objects" in printed
    assert "tiny" in printed  # the run by its name
    page = (tmp_path / "comparison.html").read_text()
    assert not re.search(r"(src|href)=\"(?!data:|#|https://alerce)", page)
    assert "data:image/png" in page  # stamps of the objects on which they disagree
    assert {"confusion.csv", "confusion.png"} <= {path.name for path in tmp_path.iterdir()}
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
        ("against=last", "against: 'last' unknown; choose from all, first"),
        ("train_rows=0", "train_rows: 0 is not"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_key(override, message, tmp_path):
    with pytest.raises(AlertlabError, match=message):
        compare_runs(compose("compare", [override]), ["a", "b"], tmp_path)


def test_a_source_that_is_none_is_named(config, tmp_path):
    with pytest.raises(AlertlabError, match=r"nowhere\.parquet: no such predictions file"):
        compare_matrix(config, "nowhere.parquet", "nowhere.parquet", tmp_path)


def test_a_comparison_is_a_run_that_names_what_it_compares(tiny_run, config, tmp_path):
    predictions = read_predictions(tiny_run[0].predictions)
    for name, power in (("sharp", 3.0), ("flat", 0.3)):
        p = predictions.probability**power
        replace(predictions, probability=p / p.sum(axis=1, keepdims=True)).write(tmp_path / f"{name}.parquet")
    others = [str(tmp_path / f"{name}.parquet") for name in ("sharp", "flat")]
    result = compare_runs(config, [tiny_run[0].run_id, *others], tmp_path / "out")
    client = MlflowClient(config.tracking.uri)
    run = client.get_run(result.run_id)
    assert run.data.tags["alertlab.compared.0"] == tiny_run[0].run_id
    assert tiny_run[0].run_id in run.data.tags["compared"]
    assert run.info.experiment_id == client.get_run(tiny_run[0].run_id).info.experiment_id
    kept = {each.path for each in client.list_artifacts(result.run_id, "comparison")}
    assert {"comparison/comparison.html", "comparison/differences.csv", "comparison/differences.png"} <= kept
    assert "runs.json" in {each.path for each in client.list_artifacts(result.run_id)}
    again = compare_runs(config, [tiny_run[0].run_id, *others], tmp_path / "again")
    for name in ("differences.csv", "differences.json", "runs.csv", "comparison.html"):
        assert (again.out / name).read_bytes() == (result.out / name).read_bytes()
    alone = compare_runs(config, others, tmp_path / "tables")
    assert alone.run_id is None  # no run among them


def test_a_paper_stands_beside_and_is_marked_as_never_tested(tiny_run, config, tmp_path, capsys):
    paper = tmp_path / "published.yaml"
    paper.write_text("source: A. Author 2020\nmetrics: {macro_f1: {value: 0.59, std: 0.01}}\n")
    own = compose(
        "compare", [f"tracking.uri={config.tracking.uri}", f"published={paper}", "resamples=5", "record=none"]
    )
    result = compare_runs(own, [str(tiny_run[0].predictions)] * 2, tmp_path / "out")
    assert result.run_id is None
    show_comparison(result)
    assert "published, not tested" in capsys.readouterr().out
    assert "0.590 ± 0.010" in (tmp_path / "out" / "comparison.html").read_text()
    paper.write_text("source: A. Author 2020\nmetrics: {macro_f1: {mean: 0.59}}\n")
    with pytest.raises(AlertlabError, match=r"published: .*published\.yaml is to hold source, and metrics"):
        compare_runs(own, [str(tiny_run[0].predictions)] * 2, tmp_path / "out")


def test_runs_are_meant_by_names_and_the_first_digits_of_an_id(tiny_run, config, tmp_path):
    client, name = MlflowClient(config.tracking.uri), "alone"
    run_id = client.create_run("0", run_name=name).info.run_id
    told = find_sources(config, [name, run_id[:12], tiny_run[0].run_id[:8]])
    assert [each.run_id for each in told] == [run_id, run_id, tiny_run[0].run_id]
    two = [client.create_run("0", run_name=f"{each}, 5 repeats").info.run_id for each in ("forest", "boosting")]
    told = find_sources(config, ["forest", "boosting"])
    assert [(each.run_id, each.name) for each in told] == list(zip(two, ("forest", "boosting"), strict=True))
    alike = [client.create_run("0", run_name=f"{each}, 5 repeats").info.run_id for each in ("my_cnn", "my-cnn")]
    assert find_sources(config, ["my_cnn"])[0].run_id == alike[0]
    with pytest.raises(AlertlabError, match="0123abcd: no file, and no run of that id or name"):
        find_sources(config, ["0123abcd"])
    client.create_run("0", run_name=name)
    with pytest.raises(AlertlabError, match=f"{name}: several runs in .*{run_id[:12]}"):
        find_sources(config, [name])
