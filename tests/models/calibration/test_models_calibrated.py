"""Classifiers with a calibration behind them: the same model contract, the same answers in the runtime."""

import csv

import numpy as np
import pytest
from alertlab.config import compose, instantiate
from alertlab.core.contracts import answers_of
from alertlab.models import METHODS, Calibrated
from feature_table import BRANCHES, FakeRun, FeatureTable, bundled

SMALL = {
    "hierarchical_forest": ["model.n_estimators=12", "model.n_jobs=1", "model.permutation_repeats=0"],
    "plain_forest": ["model.n_estimators=12", "model.n_jobs=1", "model.permutation_repeats=0", "model.max_depth=3"],
    "gradient_boosting": ["model.n_estimators=5", "model.n_jobs=1"],
}


@pytest.fixture(autouse=True)
def without_figures(monkeypatch):
    monkeypatch.setattr("alertlab.models.forests.forest_model.write_importances", lambda each, names, folder: folder)


def fitted(name, method, folder, data):
    model = Calibrated(instantiate(compose("train", [f"model={name}", *SMALL[name]]).model), method)
    model.fit(data, FakeRun(folder))
    return model


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", SMALL)
def test_the_runtime_gives_the_calibrated_answers_and_the_raw_ones(name, method, tmp_path):
    data = FeatureTable(n=400, validation=True)
    model = fitted(name, method, tmp_path, data)
    samples = data.samples("test")
    told = answers_of(model, samples)
    raw = answers_of(model.model, samples)["probability"]
    np.testing.assert_array_equal(told["uncalibrated"], raw)
    np.testing.assert_allclose(told["probability"].sum(1), 1)
    assert np.abs(told["probability"] - raw).max() > 0.01
    bundle = bundled(model, data, tmp_path)
    answers = bundle.answers({"features": samples.inputs["features"]})
    atol = bundle.manifest.parity.atol
    np.testing.assert_allclose(answers["probability"], told["probability"], atol=atol)
    np.testing.assert_allclose(answers["uncalibrated"], raw, atol=1e-6)
    if name == "hierarchical_forest":
        of = [[model.model.classes.index(each) for each in leaves] for leaves in BRANCHES.values()]
        sums = np.stack([told["probability"][:, each].sum(1) for each in of], axis=1)
        np.testing.assert_allclose(answers["top"], sums, atol=atol)


def test_a_forest_without_a_validation_part_is_calibrated_out_of_bag(tmp_path):
    data = FeatureTable(n=400)
    model = fitted("plain_forest", "temperature", tmp_path, data)
    assert model.held_out.part == model.record["part"] == "out_of_bag"
    assert set(model.held_out.samples.object_id) <= set(data.samples("train").object_id)
    assert model.record["objects"] == len(model.held_out.samples)


def test_all_that_was_tried_is_told(tmp_path):
    model = fitted("plain_forest", "best", tmp_path, FeatureTable(n=400, validation=True))
    rows = list(csv.DictReader((tmp_path / "calibration.csv").read_text().splitlines()))
    assert [row["method"] for row in rows] == ["none", *METHODS]
    (chosen,) = (row for row in rows if row["chosen"] == "1")
    if model.record:
        assert model.record["method"] == chosen["method"]
        assert model.record["after"]["log_loss"] == pytest.approx(float(chosen["log_loss"]), rel=1e-5)


def test_without_anything_to_calibrate_by_the_best_is_nothing_and_is_said(tmp_path, capsys):
    model = fitted("gradient_boosting", "best", tmp_path, FeatureTable())
    assert model.held_out is None
    assert not model.record
    assert "there is no validation part" in capsys.readouterr().err
    assert set(answers_of(model, FeatureTable().samples("test"))) == {"probability"}
