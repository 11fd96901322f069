"""Boosting and the perceptron: their graphs against scikit-learn, fitted here with the same arguments."""

import warnings

import numpy as np
import pytest
from alertlab import runtime
from alertlab.config import compose, instantiate
from alertlab.runtime import AlertlabError
from alertlab.runtime.decision import decide
from feature_table import CLASSES, FakeRun, FeatureTable, bundled
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.preprocessing import QuantileTransformer

SMALL = {
    "gradient_boosting": ["model.n_estimators=15", "model.n_jobs=1", "model.min_samples_leaf=5"],
    "mlp": ["model.max_epochs=15", "model.n_jobs=1"],
}
BOTH = sorted(SMALL)


def fitted(name, data, folder, *overrides):
    model = instantiate(compose("train", [f"model={name}", *SMALL[name], *overrides]).model)
    run = FakeRun(folder)
    model.fit(data, run)
    return model, run


def test_boosting_routes_missing_values_as_scikit_learn_does(tmp_path):
    data = FeatureTable(branches={})
    model, _ = fitted("gradient_boosting", data, tmp_path, "model.early_stopping=false")
    x = data.samples().inputs["features"].astype(np.float64)
    x = np.where(np.isinf(x), np.nan, np.where(np.abs(x) > 1e32, 0, x))
    arguments = {"max_iter": 15, "min_samples_leaf": 5, "class_weight": "balanced", "early_stopping": False}
    bare = HistGradientBoostingClassifier(**arguments, random_state=7)
    bare.fit(x[data.part == "train"], data.samples("train").target)
    rows = np.concatenate([x, *(np.where(np.arange(5) == column, np.nan, x) for column in range(5))])
    expected = bare.predict_proba(rows)
    answer = bundled(model, data, tmp_path).predict({"features": rows.astype(np.float32)})
    np.testing.assert_allclose(answer.probability, expected, atol=1e-6)
    assert answer.index.tolist() == decide(expected).tolist()


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("known", [0, 3])
def test_a_feature_that_hardly_any_object_has_does_no_harm(tmp_path, name, known):
    data = FeatureTable(branches={})
    features = data.samples().inputs["features"].copy()
    features[:, 2] = np.nan
    features[:known, 2] = np.arange(known)
    model, _ = fitted(name, data.holding(features, data.samples().target), tmp_path)
    probability = model.predict(data.samples())
    np.testing.assert_allclose(probability.sum(axis=1), 1, atol=1e-6)
    answer = bundled(model, data, tmp_path).predict(data.samples().inputs)
    np.testing.assert_allclose(answer.probability, probability, atol=1e-6)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("without", [("E",), ("QSO", "SNII", "LPV", "E")], ids=["five classes", "two classes"])
def test_a_class_that_training_lacks_is_never_said(tmp_path, name, without):
    data = FeatureTable(without=without, n=400)
    model, _ = fitted(name, data, tmp_path, "model.early_stopping=false")
    probability = model.predict(data.samples())
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    assert not probability[:, [CLASSES.index(each) for each in without]].any()
    answer = bundled(model, data, tmp_path).predict(data.samples().inputs)
    np.testing.assert_allclose(answer.probability, probability, atol=1e-6)
    assert answer.index.tolist() == decide(probability).tolist()


def test_the_perceptron_learns_from_few_rows_without_a_warning(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted("mlp", FeatureTable(n=100), tmp_path)


def test_the_perceptron_sees_the_ranks_that_scikit_learn_gives(tmp_path):
    data = FeatureTable()
    model, _ = fitted("mlp", data, tmp_path)
    spec = model.input
    seen = runtime.session.prepare(spec, data.samples().inputs["features"])
    x = data.samples().inputs["features"].astype(np.float64)
    x = np.where(np.isinf(x), np.nan, np.where(np.abs(x) > 1e32, 0, x))
    ranks = QuantileTransformer(n_quantiles=100, subsample=None).fit(x[data.part == "train"]).transform(x)
    expected = np.where(np.isnan(ranks), 0, (ranks - 0.5) * np.sqrt(12))
    np.testing.assert_allclose(seen, expected, atol=1e-5)


@pytest.mark.parametrize("name", BOTH)
def test_rare_classes_weigh_as_much_as_frequent_ones(tmp_path, name):
    """Two classes that overlap, one ten times as frequent: balanced, each is found as often."""
    rng = np.random.default_rng(0)
    target = (rng.random(1100) < 1 / 11).astype(np.int64)
    features = rng.normal(size=(1100, 5)) + target[:, None] * 0.5
    recall = {}
    for weight in ("balanced", "null"):
        data = FeatureTable(n=1100, branches={}).holding(features, target)
        model, _ = fitted(name, data, tmp_path, f"model.class_weight={weight}")
        found = decide(model.predict(data.samples()))
        recall[weight] = [(found[target == each] == each).mean() for each in (0, 1)]
    assert min(recall["balanced"]) > 0.6
    assert recall["null"][1] < recall["balanced"][1] - 0.2


@pytest.mark.parametrize("name", BOTH)
def test_a_class_of_one_sample_cannot_be_held_back(tmp_path, name):
    target = np.zeros(60, np.int64)
    target[0] = 1
    data = FeatureTable(n=60, branches={}).holding(np.random.default_rng(0).normal(size=(60, 5)), target)
    with pytest.raises(AlertlabError, match=r"model\.early_stopping: a class of the train part has 1 sample"):
        fitted(name, data, tmp_path)
    data.holding(data.samples().inputs["features"], np.zeros(60, np.int64))
    with pytest.raises(AlertlabError, match="the train part has one class"):
        fitted(name, data, tmp_path)


@pytest.mark.parametrize("name", BOTH)
def test_every_round_is_a_step_of_the_metrics(tmp_path, name):
    _, run = fitted(name, FeatureTable(), tmp_path)
    assert len(run.epochs) > 1
    assert run.epochs[-1]["train_loss"] < run.epochs[0]["train_loss"]
    assert any(key.startswith("held_back") for key in run.epochs[0])
