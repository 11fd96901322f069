"""The verb ensemble: what it joins, chooses, records and refuses."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from alertlab import runtime
from alertlab.cli import main
from alertlab.config import compose, load
from alertlab.core.predictions import ClassPredictions, ScorePredictions, read_predictions
from alertlab.runtime import AlertlabError
from alertlab.simulate import write_dataset
from alertlab.workflows.ensemble.ensemble import ensemble
from alertlab.workflows.predict.dispatch import predict
from alertlab.workflows.train import train
from mlflow import MlflowClient

CLASSES = ("SNIa", "SNII", "AGN")
BRANCHES = {"Transient": ("SNIa", "SNII"), "Stochastic": ("AGN",)}
SMALL = ["evaluation.formats=[]", "evaluation.resamples=20"]


def table(seed, skill, repeats=2, n=90):
    """Predictions of a classifier of that skill on objects, samples and splits that all seeds share."""
    common, own = np.random.default_rng(0), np.random.default_rng(seed)
    rows = repeats * n
    target = np.tile(common.integers(0, 3, n), repeats)
    part = np.concatenate(
        [common.permutation(np.repeat(["train", "validation", "test"], n // 3)) for _ in range(repeats)]
    )
    logits = own.normal(size=(rows, 3)) + skill * np.eye(3)[target]
    odds = np.exp(logits)
    sample = np.tile(np.arange(n), repeats)
    return ClassPredictions(
        sample,
        np.array([f"object {number // 2}" for number in sample]),
        part,
        np.repeat(np.arange(repeats), n),
        target=target,
        probability=odds / odds.sum(axis=1, keepdims=True),
        classes=CLASSES,
        branches=BRANCHES,
    )


@pytest.fixture(scope="module")
def tables():
    return [table(1, 2.0), table(2, 1.0), table(3, 0.0)]


@pytest.fixture(autouse=True)
def _pictures(blank_pictures):
    """None of these tests looks at one."""


def joined(folder, tables, where, *overrides):
    """The ensemble of tables that lie in a folder."""
    paths = []
    for number, each in enumerate(tables):
        order = np.random.default_rng(number).permutation(len(each))  # rows in whatever order
        paths.append(str(each.take(order).write(folder / f"table {number}.parquet")))
    config = compose("ensemble", ["export=false", *SMALL, *where(folder), *overrides])
    config.members = paths
    return ensemble(config)


def by_sample(rows):
    return rows.take(np.lexsort((rows.sample_id, rows.repeat)))


def test_the_mean_is_that_of_the_probabilities_in_every_part_and_repeat(tables, where, tmp_path):
    told = by_sample(read_predictions(joined(tmp_path, tables, where).predictions))
    np.testing.assert_allclose(told.probability, np.mean([each.probability for each in tables], axis=0))
    for name in ("sample_id", "object_id", "part", "repeat", "target"):
        assert (getattr(told, name) == getattr(tables[0], name)).all()
    assert told.branches == BRANCHES


def test_an_ensemble_is_a_run_of_its_own_that_names_its_members(tables, where, tmp_path):
    result = joined(tmp_path, tables, where, "by=weighted", "name=sn")
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    run = client.get_run(result.run_id)
    assert run.info.status == "FINISHED"
    assert client.get_experiment(run.info.experiment_id).name == "sn"
    assert run.data.params["by"] == "weighted"
    assert run.data.tags["members"].count("table ") == 3
    assert run.data.metrics["test/accuracy"] == pytest.approx(result.metrics["test/accuracy"])
    weights = [run.data.metrics[f"weight/{number}"] for number in (1, 2, 3)]
    assert sum(weights) == pytest.approx(1)
    assert weights[0] > weights[1] > weights[2]
    files = {each.path for each in client.list_artifacts(result.run_id)}
    assert {"config.yaml", "predictions.parquet", "combination.json", "figures", "report.html"} <= files


@pytest.mark.parametrize("by", ["weighted", "stacked"])
def test_the_test_part_decides_nothing(tables, where, tmp_path, by):
    """Its truths are permuted: the same bytes are chosen, and the same probabilities answered."""
    rng = np.random.default_rng(7)
    tested = np.flatnonzero(tables[0].part == "test")
    target = tables[0].target.copy()
    target[tested] = target[rng.permutation(tested)]
    results = []
    for name, of in (("true", tables), ("permuted", [replace(each, target=target) for each in tables])):
        (tmp_path / name).mkdir()
        results.append(joined(tmp_path / name, of, where, f"by={by}"))
    first, second = (json.loads(each.predictions.with_name("combination.json").read_text()) for each in results)
    assert json.dumps(first["repeats"]) == json.dumps(second["repeats"])
    true, permuted = (read_predictions(each.predictions) for each in results)
    assert true.probability.tobytes() == permuted.probability.tobytes()
    assert (true.target != permuted.target).any()


def test_each_repeat_has_weights_of_its_own_validation(tables, where, tmp_path):
    swapped = [
        replace(one, probability=np.where((one.repeat == 1)[:, None], other.probability, one.probability))
        for one, other in ((tables[0], tables[2]), (tables[2], tables[0]))
    ]
    result = joined(tmp_path, swapped, where, "by=weighted")
    weights = [result.choices[repeat].combination.weights for repeat in (0, 1)]
    assert weights[0][0] > 0.8
    assert weights[1][1] > 0.8


def changed(rows, name):
    """The same rows, but for one thing."""
    if name == "classes":
        return replace(rows, classes=("SNIa", "SNII", "QSO"), branches={})
    if name == "branches":
        return replace(rows, branches={})
    if name == "samples":
        return rows.take(rows.sample_id != 5)
    if name == "repeats":
        return rows.take(rows.repeat == 0)
    if name == "split":
        part = rows.part.copy()
        one = [np.flatnonzero((rows.repeat == 1) & (rows.part == each))[0] for each in ("train", "test")]
        part[one] = part[one[::-1]]
        return replace(rows, part=part)
    if name == "truth":
        return replace(rows, target=(rows.target + (rows.sample_id == 8)) % 3)
    scores = rows.probability[:, 0]
    return ScorePredictions(rows.sample_id, rows.object_id, rows.part, rows.repeat, score=scores, outlier=None)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("classes", "other classes, or in another order: SNIa, SNII, AGN and SNIa, SNII, QSO"),
        ("branches", "other branches"),
        ("samples", r"repeat 0: .* other samples, 1 only in the first and 0 only in the second \(5\)"),
        ("repeats", "other repeats, 0, 1 and 0"),
        ("split", "repeat 1: .* part the samples otherwise, sample"),
        ("truth", "repeat 0: .* another truth of sample 8"),
    ],
)
def test_members_that_speak_of_something_else_are_named(tables, where, tmp_path, name, message):
    with pytest.raises(AlertlabError, match=rf"table 0\.parquet and .*table 1\.parquet.*{message}|{message}"):
        joined(tmp_path, [tables[0], changed(tables[1], name)], where)
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("by=best", "by: 'best' is none of mean, weighted, stacked"),
        ("class_weight=some", "class_weight: 'some' is neither"),
        ("export=perhaps", "export: 'perhaps' is neither true nor false"),
        ("evaluation=detection", "it judges a detection"),
        ("export=true", r"table 0\.parquet: is a table of predictions, so there is no bundle of it; export=false"),
    ],
)
def test_a_value_that_cannot_be_is_refused_before_anything_is_recorded(tables, where, tmp_path, override, message):
    with pytest.raises(AlertlabError, match=message):
        joined(tmp_path, tables[:2], where, override)
    assert not (tmp_path / "outputs").exists()


def test_one_member_is_no_ensemble(tables, where, tmp_path):
    with pytest.raises(AlertlabError, match="takes two or more runs"):
        joined(tmp_path, tables[:1], where)


def answered(bundle, packets, out):
    """Probabilities of alerts, in order of their numbers."""
    found = read_predictions(predict(bundle, packets, out).predictions)
    return found.probability[np.argsort(found.sample_id)]


def test_networks_that_scale_stamps_in_two_ways_are_one_bundle_that_classifies_alerts(
    tiny, tiny_run, where, tmp_path, capsys
):
    """By id and by folder; the bundle repeats what the trained members said, and takes a stamp once."""
    first, folder = tiny_run
    store = [f"tracking.uri=sqlite:///{folder}/mlflow.db", f"output_dir={tmp_path}/outputs"]
    second = train(compose("train", [*tiny, *store, "trainer.max_epochs=1", "model.scaling=noise"]))
    words = ["ensemble", first.run_id, str(second.predictions.parent), "--by", "weighted", "--json", *SMALL, *store]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    bundle = runtime.load(told["bundle"])
    assert bundle.self_test().label_flips == 0
    assert [spec.name for spec in bundle.inputs] == ["stamp", "metadata"]
    recorded = load(Path(told["predictions"]).with_name("config.yaml"))  # for the report, which shows the samples
    assert recorded.datamodule.source == load(first.predictions.with_name("config.yaml")).datamodule.source
    rows, _ = bundle.golden()
    sets = bundle.with_sets(0.9).predict(rows).sets
    assert sets.any(axis=1).mean() > 0.5
    assert ("stamp_2", "stamp") in [(spec.name, spec.source) for spec in bundle.manifest.inputs]
    members = bundle.manifest.training["ensemble"]["members"]
    hashes = [runtime.load(each.bundle).sha256 for each in (first, second)]
    assert [members[number]["bundle_sha256"] for number in ("1", "2")] == hashes
    assert [members[number]["run"] for number in ("1", "2")] == [first.run_id, second.run_id]
    write_dataset(tmp_path / "night", n=6, seed=3)
    night = tmp_path / "night" / "packets"
    bundles = [told["bundle"], first.bundle, second.bundle]
    answers, *alone = (answered(Path(each), night, tmp_path / f"{n}.parquet") for n, each in enumerate(bundles))
    weights = np.array(told["repeats"]["0"]["weights"])
    expected = np.tensordot(weights, np.stack(alone), 1)
    np.testing.assert_allclose(answers, expected, atol=1e-5)
