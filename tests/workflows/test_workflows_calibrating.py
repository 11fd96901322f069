"""The key ``calibration`` of a training."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from alertlab import runtime
from alertlab.config import compose, instantiate
from alertlab.core.predictions import read_predictions
from alertlab.runtime import AlertlabError
from alertlab.workflows.calibrating import check_calibration
from alertlab.workflows.predict.dispatch import predict
from alertlab.workflows.train import prepare, train

pytestmark = pytest.mark.usefixtures("blank_pictures")


@pytest.fixture(scope="module")
def scaled(tmp_path_factory, tiny, where):
    folder = tmp_path_factory.mktemp("scaled")
    return train(
        compose("train", [*tiny, *where(folder), "calibration=temperature", "evaluation.thresholds={SN: {f1: best}}"])
    )


def test_the_manifest_says_by_what_it_was_calibrated(scaled):
    told = json.loads((scaled.bundle / "manifest.json").read_text())["training"]["calibration"]
    predictions = read_predictions(scaled.predictions)
    held = predictions.take(predictions.part == "validation")
    assert told["method"] == "temperature"
    assert told["part"] == "validation"
    assert told["rows"] == len(held)
    own = held.probability[np.arange(len(held)), held.target]
    assert told["after"]["log_loss"] == pytest.approx(-np.log(own).mean())


def test_the_bundle_gives_the_calibrated_answers_of_the_run(scaled):
    bundle = runtime.load(scaled.bundle)
    bundle.self_test()
    inputs, expected = bundle.golden()
    np.testing.assert_allclose(bundle.predict(inputs).probability, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["calibration=temprature"], r"calibration: 'temprature' is none of best, none, temperature"),
        (["calibration=vector", "datamodule.split.validation=0"], "calibration: vector needs objects .* has 0; give"),
        (["calibration=vector", "datamodule.source.n=60"], "calibration: vector needs objects"),
        (["evaluation.thresholds={TDE: {f1: best}}"], r"evaluation\.thresholds\.TDE: no such class; there are AGN"),
    ],
)
def test_what_cannot_be_calibrated_is_refused_before_anything_trains(tiny, where, tmp_path, overrides, message):
    words = [word for word in tiny if not any(word.split("=")[0] == each.split("=")[0] for each in overrides)]
    with pytest.raises(AlertlabError, match=message):
        prepare(compose("train", [*words, *where(tmp_path), *overrides]))


def test_a_calibration_of_what_is_no_class_is_refused():
    config = compose("train", ["model=isolation_forest", "evaluation=detection", "calibration=platt"])
    with pytest.raises(AlertlabError, match="calibration: platt is for probabilities of classes"):
        check_calibration(instantiate(config.model), config, None)


@pytest.fixture(scope="module")
def night(scaled, tmp_path_factory):
    """Rows of the bundle's own golden alerts, as arrays."""
    path = tmp_path_factory.mktemp("night") / "night.npz"
    inputs, _ = runtime.load(scaled.bundle).golden()
    np.savez(path, **inputs)
    return path


@pytest.mark.parametrize("by_class", [False, True])
def test_predict_adds_the_set_of_each_row(scaled, night, tmp_path, by_class):
    out = tmp_path / "predictions.parquet"
    result = predict(scaled.bundle, night, out, coverage=0.8, by_class=by_class)
    table = pq.read_table(out).to_pandas()
    bundle = runtime.load(scaled.bundle)
    limits = bundle.manifest.answers.sets.limits(0.8, bundle.classes, by_class)
    for _, row in table.iterrows():
        of = zip(bundle.classes, limits.score, strict=True)
        members = [name for name, limit in of if 1 - row[f"probability_{name}"] <= limit + 1e-6]
        assert row["set"].tolist() == members
        assert row["set_size"] == len(members)
    assert sum(result.set_sizes.values()) == len(table)


def test_predict_says_how_many_of_each_class_are_expected(scaled, night, tmp_path):
    result = predict(scaled.bundle, night, tmp_path / "predictions.parquet")
    table = pq.read_table(tmp_path / "predictions.parquet").to_pandas()
    assert "set" not in table
    assert sum(number for number, _ in result.expected.values()) == pytest.approx(len(table), abs=1e-3)
    for name, (number, deviation) in result.expected.items():
        p = table[f"probability_{name}"].astype(float)
        assert number == pytest.approx(p.sum())
        assert deviation == pytest.approx(np.sqrt((p * (1 - p)).sum()))


def test_the_manifest_keeps_scores_of_the_validation_part_object_by_object(scaled):
    bundle, predictions = runtime.load(scaled.bundle), read_predictions(scaled.predictions)
    assert bundle.manifest.bundle_version == 3
    held = predictions.take(predictions.part == "validation")
    sets = bundle.manifest.answers.sets
    assert sets.part == "validation"
    assert sets.marginal.objects == len(np.unique(held.object_id))
    own = 1 - held.probability[np.arange(len(held)), held.target]
    assert set(sets.marginal.score) == set(np.round(own, 6))


def test_sets_without_held_out_objects_are_refused_with_the_reason(tmp_path):
    from alertlab.runtime.tasks.classification import asked_answers

    with pytest.raises(AlertlabError, match="no scores of held-out objects"):
        asked_answers({}, ("a", "b"), 0.9, False)


def test_predict_says_what_is_above_its_threshold(scaled, night, tmp_path):
    predict(scaled.bundle, night, tmp_path / "predictions.parquet")
    table = pq.read_table(tmp_path / "predictions.parquet").to_pandas()
    limit = runtime.load(scaled.bundle).manifest.answers.thresholds["SN"]
    np.testing.assert_array_equal(table["above_SN"], table["probability_SN"] >= limit.value - 1e-6)
    assert limit.value == scaled.evaluation.mean["threshold/SN"]


def test_the_card_says_how_it_was_calibrated(scaled):
    card = (scaled.bundle / "README.md").read_text()
    assert "Calibration: temperature, by" in card
    assert "Above SN: " in card
