"""Two models of which a column chooses, and a cut in one column."""

from dataclasses import replace

import numpy as np
import pytest
from alertlab.config import compose, instantiate
from alertlab.core.samples import Samples
from alertlab.core.taxonomy import Taxonomy
from alertlab.models import ColumnCut, GradientBoosting, SplitModel
from alertlab.runtime import AlertlabError
from alertlab.runtime.manifest import Column
from feature_table import FakeRun, FeatureModule, bundled

COLUMNS = ("snr", "ruwe", "noise")


def table(n=600, seed=1):
    """Below 4.5 ruwe tells bad by being large, above by being small; snr itself would tell."""
    random = np.random.default_rng(seed)
    target = random.integers(2, size=n)
    snr = random.uniform(0, 9, n)
    sign = np.where(snr < 4.5, 1, -1)
    values = np.column_stack([snr, sign * (2 * target - 1) + random.normal(0, 0.5, n), random.normal(size=n)])
    values[::7, 0] = np.nan
    values[::7, 1] = (2 * target[::7] - 1) + random.normal(0, 0.5, len(values[::7]))  # as below
    return Samples(
        {"features": values.astype(np.float32)}, target, np.arange(n), np.arange(n).astype(np.str_),
        Taxonomy(["good", "bad"]), {"features": tuple(map(Column, COLUMNS))},
    )  # fmt: skip


def split_model(*words):
    given = ["model=split_network", "model.column=snr", "model.threshold=4.5", *words]
    return instantiate(compose("train", given).model)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    small = [f"model.{side}.{key}" for side in ("below", "above") for key in ("dense=[8]", "learning_rate=0.05")]
    data = FeatureModule(leave_out=(), samples=table())
    model = split_model("model.hidden_below=[snr]", "trainer.max_epochs=8", *small)
    data.draw(0)
    run = FakeRun(tmp_path_factory.mktemp("run"))
    model.fit(data, run)
    return data, model, run


def test_each_row_is_told_by_the_model_of_its_side(fitted):
    data, model, _ = fitted
    test = data.samples("test")
    right = model.predict(test).argmax(axis=1) == test.target
    above = test.inputs["features"][:, 0] >= 4.5
    assert right[above].mean() > 0.9
    assert right[~above].mean() > 0.9  # those without the column are among them
    assert np.isnan(test.inputs["features"][:, 0]).any()


def test_the_bundle_takes_one_table_and_chooses_as_the_model_does(fitted, tmp_path):
    data, model, _ = fitted
    bundle, samples = bundled(model, data, tmp_path), data.samples()
    assert [spec.name for spec in bundle.inputs] == ["features"]
    values = np.array(samples.inputs["features"])
    values[3, 0], values[4, 0] = 4.5, np.nextafter(np.float32(4.5), np.float32(0))  # at the threshold, and just below
    answers = bundle.answers({"features": values})["probability"]
    np.testing.assert_allclose(answers, model.predict(replace(samples, inputs={"features": values})), atol=1e-5)


def test_a_hidden_column_changes_nothing_on_its_side(fitted, tmp_path):
    data, model, _ = fitted
    bundle = bundled(model, data, tmp_path)
    values = np.array(data.samples("test").inputs["features"])
    values = values[values[:, 0] < 4.5]
    moved = values.copy()
    moved[:, 0] = np.random.default_rng(2).uniform(-1e6, 4.4, len(moved))
    moved[0, 0] = np.nan
    first, second = (bundle.answers({"features": each})["probability"] for each in (values, moved))
    np.testing.assert_array_equal(first, second)


def test_each_member_has_files_and_metrics_of_its_own(fitted):
    _, _, run = fitted
    assert {path.parent.name for path in run.files} == {"below", "above"}
    assert {"below_validation_loss", "above_validation_loss"} <= set().union(*run.epochs)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["model.column=ruwee"], "model.column: the data have no column ruwee"),
        (["model.hidden_above=[x]"], "model.hidden_above: the data have no column x"),
        (["model.threshold=-3"], "no labelled row of the train part has snr below -3"),
    ],
)
def test_what_cannot_be_split_is_refused(words, told, tmp_path):
    samples = table(200)
    data = FeatureModule(
        leave_out=(), samples=replace(samples, inputs={"features": np.nan_to_num(samples.inputs["features"])})
    )
    data.draw(0)
    with pytest.raises(AlertlabError, match=told):
        split_model(*words, "trainer.max_epochs=1").fit(data, FakeRun(tmp_path))


def test_forests_and_boosting_are_members_too(tmp_path):
    boosting = {
        "learning_rate": 0.2, "n_estimators": 10, "max_features": 1.0, "max_depth": 3, "min_samples_leaf": 5,
        "max_leaf_nodes": None, "l2_regularization": 0.0, "max_bins": 63, "class_weight": None, "early_stopping": False,
        "patience": 5, "validation_fraction": 0.1, "missing": "native", "n_jobs": 1,
    }  # fmt: skip
    members = {side: GradientBoosting(**boosting) for side in ("below", "above")}
    model = SplitModel(column="snr", threshold=4.5, **members, hidden_below=["snr"], hidden_above=[])
    data = FeatureModule(leave_out=(), samples=table())
    data.draw(0)
    model.fit(data, FakeRun(tmp_path))
    samples = data.samples()
    answers = bundled(model, data, tmp_path).answers({"features": samples.inputs["features"]})["probability"]
    np.testing.assert_allclose(answers, model.predict(samples), atol=1e-5)
    assert np.mean(model.predict(data.samples("test")).argmax(axis=1) == data.samples("test").target) > 0.9


def test_a_cut_says_what_lies_above_it(tmp_path):
    data = FeatureModule(leave_out=(), samples=table())
    data.draw(0)
    model = ColumnCut(column="ruwe", threshold=0.4, class_above="bad")
    model.fit(data, FakeRun(tmp_path))
    samples = data.samples("test")
    ruwe = samples.inputs["features"][:, 1]
    told = model.predict(samples)
    np.testing.assert_array_equal(told.argmax(axis=1) == 1, ruwe > np.float32(0.4))
    np.testing.assert_array_equal(np.argsort(told[:, 1], kind="stable"), np.argsort(ruwe, kind="stable"))
