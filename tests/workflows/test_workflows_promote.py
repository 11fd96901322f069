"""Bundles under a name in MLflow's registry: champions, what takes their place, and the flavour onnx."""

import json
import shutil
from pathlib import Path

import mlflow
import numpy as np
import onnx
import onnxruntime
import pytest
from alertlab import runtime
from alertlab.cli import main
from alertlab.config import compose
from alertlab.core.predictions import ClassPredictions
from alertlab.evaluation.comparison.difference import Difference, Judged
from alertlab.runtime import AlertlabError
from alertlab.runtime.golden import encode
from alertlab.tracking import Tracker
from alertlab.tracking.registry import Registry, Version
from alertlab.workflows.compare.one_metric import MetricDifference
from alertlab.workflows.logged_bundle import log_bundle
from alertlab.workflows.promote import decided, promote
from bundle_by_hand import CLASSES, raw_inputs, reference, seal, tiny_graph, tiny_manifest
from mlflow import MlflowClient

QUICK = ["resamples=50", "permutations=99"]


def bundle(folder, **changes):
    """A whole bundle by hand."""
    folder.mkdir(parents=True)
    onnx.save(tiny_graph(), folder / "model.onnx")
    inputs = raw_inputs()
    (folder / "golden.npz").write_bytes(encode(inputs, {"probability": reference(**inputs)}))
    return seal(folder, tiny_manifest() | changes)


def told(skill, seed=0, n=200):
    """Predictions of that skill: of those by one seed only the skill differs."""
    rng = np.random.default_rng(seed)
    target = rng.integers(0, 3, n)
    odds = np.exp(rng.normal(size=(n, 3)) + skill * np.eye(3)[target])
    objects = np.array([f"o{row}" for row in range(n)])
    return ClassPredictions(
        np.arange(n), objects, np.full(n, "test"), np.zeros(n, int), target=target,
        probability=odds / odds.sum(axis=1, keepdims=True), classes=tuple(CLASSES),
    )  # fmt: skip


@pytest.fixture
def runs(store, tmp_path, monkeypatch):
    """A maker of finished runs with a bundle and predictions, in the store that commands take by default."""
    monkeypatch.chdir(tmp_path)
    uri = store(tmp_path)
    tracker = Tracker(uri)

    def make(name, skill, **changes):
        run = tracker.create("tiny", name, tmp_path / "outputs", "", 0)
        run.log_files(told(skill).write(run.directory / "predictions.parquet"))
        log_bundle(run, bundle(run.directory / "tiny-1.0.bundle", description=name, **changes))
        run.set_state("FINISHED")
        return run

    return make


def promoted(run, **asked):
    return promote(compose("compare", QUICK), run.run_id, **asked)


def client():
    return MlflowClient(f"sqlite:///{Path.cwd()}/mlflow.db")  # MLflow keeps stores by their address


def champion():
    return client().get_model_version_by_alias("tiny", "champion")


def test_the_first_of_a_name_is_champion_and_a_better_one_takes_its_place(runs):
    fair, good = runs("fair", 1.0), runs("good", 2.0)
    first = promoted(fair)
    assert (first.promoted, first.before, champion().run_id) == (True, None, fair.run_id)
    second = promoted(good, condition="better", margin=0.01)
    assert (second.promoted, second.before.number, champion().version) == (True, "1", 2)
    assert second.interval[0] > 0.01
    assert second.p < 0.05
    assert champion().tags["alertlab.sha256"] == runtime.load(good.directory / "tiny-1.0.bundle").sha256
    assert champion().source == f"runs:/{good.run_id}/tiny-1.0.bundle"
    assert "alertlab.verdict" in champion().tags


@pytest.mark.parametrize(
    ("skill", "asked"), [(1.0, {}), (0.9, {}), (2.0, {"margin": 0.5}), (0.5, {"metric": "log_loss"})]
)
def test_what_is_not_better_by_the_margin_with_significance_is_refused_with_the_numbers(runs, skill, asked):
    fair, other = runs("fair", 1.0), runs("other", skill)
    promoted(fair)
    result = promoted(other, condition="better", **asked)
    assert not result.promoted
    assert champion().run_id == fair.run_id
    assert "95 % interval [" in result.verdict
    assert "p = " in result.verdict


def test_less_is_better_of_a_loss(runs):
    fair, good = runs("fair", 1.0), runs("good", 2.0)
    promoted(fair)
    result = promoted(good, condition="better", metric="log_loss", margin=0.1)
    assert result.promoted
    assert result.gain > 0.1


@pytest.mark.parametrize(
    ("interval", "p", "margin", "takes"),
    [
        ((0.02, 0.05), 0.001, 0.01, True),
        ((0.005, 0.05), 0.001, 0.01, False),  # the interval holds the margin
        ((0.005, 0.05), 0.001, 0.0, True),
        ((0.005, 0.05), 0.06, 0.0, False),  # not significant
        ((-0.05, -0.02), 0.001, 0.0, False),
    ],
)
def test_the_interval_must_lie_above_the_margin_and_the_difference_be_significant(interval, p, margin, takes):
    middle = np.array([sum(interval) / 2])
    difference = Difference("accuracy", middle, np.zeros(1), objects=Judged(interval, p))
    judged = MetricDifference("accuracy", ("new", "old"), difference, "by hand", 0.95)
    versions = Version("m", "2", "b" * 32, "m.bundle", ""), Version("m", "1", "a" * 32, "m.bundle", "")
    assert decided(*versions, judged, margin).promoted is takes


def test_a_champion_needs_a_condition_and_always_asks_nothing(runs):
    fair, worse = runs("fair", 1.0), runs("worse", 0.0)
    promoted(fair)
    with pytest.raises(AlertlabError, match=r"version 1 of tiny .* give --if better --metric macro_recall"):
        promoted(worse)
    assert len(client().search_model_versions("name='tiny'")) == 1
    assert promoted(worse, condition="always").promoted
    assert champion().run_id == worse.run_id
    again = promoted(worse, condition="better")
    assert (again.promoted, again.version.number) == (True, "2")


def test_a_run_that_is_refused_twice_is_registered_once(runs):
    fair, worse = runs("fair", 1.0), runs("worse", 0.0)
    promoted(fair)
    assert [promoted(worse, condition="better").version.number for _ in range(2)] == ["2", "2"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [({"margin": -1.0}, "--margin: -1.0"), ({"metric": "bias"}, "--metric: bias is neither good nor bad")],
)
def test_what_cannot_be_asked_is_refused(runs, asked, message):
    with pytest.raises(AlertlabError, match=message):
        promoted(runs("fair", 1.0), **asked)


def test_the_command_says_who_is_champion_and_fails_when_it_refuses(runs, capsys):
    fair, _ = runs("fair", 1.0), runs("worse", 0.0)
    assert main(["promote", fair.run_id[:8], "--json", *QUICK]) == 0
    assert json.loads(capsys.readouterr().out)["promoted"] is True
    assert main(["promote", "worse", "--if", "better", "--json", *QUICK]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["promoted"] is False
    assert "version 1 of tiny" in err
    assert "stays the champion" in err


def test_a_champion_predicts_and_is_checked_by_its_address(runs, tmp_path, capsys):
    promoted(runs("fair", 1.0))
    np.savez("rows.npz", **raw_inputs())
    assert main(["predict", "models:/tiny@champion", "rows.npz", "--out", "p.parquet"]) == 0
    assert main(["bundle", "check", "models:/tiny/1"]) == 0
    assert "12 golden rows" in capsys.readouterr().out


def test_a_bundle_that_was_changed_after_it_was_registered_is_refused(runs, tmp_path, capsys):
    """Whole in itself, so that its own hashes do not tell."""
    run = runs("fair", 1.0)
    promoted(run)
    (place,) = (tmp_path / "mlartifacts").glob(f"**/{run.run_id}/artifacts/tiny-1.0.bundle")
    shutil.rmtree(place)
    bundle(place, description="another")
    assert main(["bundle", "check", "models:/tiny@champion"]) == 1
    assert "changed after it was registered" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("models:/tiny/7", "tiny has versions 1 in"),
        ("models:/tiny@rival", "tiny has versions 1 in"),
        ("models:/nothing@champion", "there is no model nothing"),
        ("models:/tiny", "write models:/NAME@champion"),
        ("runs:/tiny@champion", "write models:/NAME@champion"),
    ],
)
def test_an_address_that_leads_nowhere_says_what_there_is(runs, address, message):
    promoted(runs("fair", 1.0))
    with pytest.raises(AlertlabError, match=message):
        Registry(Tracker("sqlite:///mlflow.db")).at(address)


def test_a_run_without_a_bundle_is_told(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = Tracker(store(tmp_path)).create("tiny", "bare", tmp_path / "outputs", "", 0)
    run.set_state("FINISHED")
    with pytest.raises(AlertlabError, match="no bundle"):
        promoted(run)


def test_a_graph_that_takes_raw_values_is_logged_for_mlflow_without_a_pyfunc(runs, tmp_path):
    inputs = tiny_manifest()["inputs"]
    raw = [{**each, "preprocessing": []} for each in inputs]
    raw[0]["shape"] = ["batch", 3, 3, 3]
    run = runs("raw", 1.0, inputs=raw)
    folder = client().download_artifacts(run.run_id, "onnx_model", str(tmp_path))
    loaded = mlflow.onnx.load_model(folder)
    assert set(mlflow.models.Model.load(folder).flavors) == {"onnx"}
    feed = {"stamp": raw_inputs()["stamp"][:, :, 1:4, 1:4], "metadata": raw_inputs()["metadata"]}
    feed = {name: np.nan_to_num(values) for name, values in feed.items()}
    theirs = onnxruntime.InferenceSession(loaded.SerializeToString()).run(None, feed)[0]
    ours = runtime.load(run.directory / "tiny-1.0.bundle").predict(feed).probability
    np.testing.assert_allclose(theirs, ours, atol=1e-6)
    assert client().get_run(run.run_id).data.tags["onnx_flavour"] == f"runs:/{run.run_id}/onnx_model"


def test_a_graph_whose_inputs_are_prepared_outside_is_not_and_a_tag_says_why(runs):
    run = runs("prepared", 1.0)
    tag = client().get_run(run.run_id).data.tags["onnx_flavour"]
    assert tag.startswith("none: outside the graph the bundle prepares stamp by crop, minmax")
    assert "onnx_model" not in {each.path for each in client().list_artifacts(run.run_id)}
