"""Calibrations against scikit-learn's, and laws that they must obey."""

import numpy as np
import onnxruntime
import pytest
from alertlab.models.calibration.choose import BEST, METHODS, NONE, choose, folds, standard_error
from alertlab.models.calibration.one_vs_rest import isotonic, platt
from alertlab.models.calibration.rows import HeldOut
from alertlab.models.calibration.scaling import logarithms, temperature, vector
from onnx import TensorProto, helper, numpy_helper
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator


def drawn(n=3000, k=4, factor=1.0, offset=0.0, seed=0, digits=None):
    """Rows whose true class is drawn with softmax(logits), told as softmax(factor logits + offset)."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (n, k))
    target = (rng.random((n, 1)) > np.cumsum(softmax(logits, axis=1), axis=1)).sum(1).clip(max=k - 1)
    told = softmax(factor * logits + offset, axis=1)
    return HeldOut(told if digits is None else np.round(told, digits), target, np.arange(n).astype(str))


class Said(ClassifierMixin, BaseEstimator):
    """Says what it is given: a classifier of scikit-learn whose answers are its features."""

    def fit(self, features, target):
        self.classes_, self.fitted_ = np.unique(target), True
        return self

    def __sklearn_is_fitted__(self):
        return hasattr(self, "fitted_")

    def predict(self, features):
        return self.classes_[features.argmax(1)]

    def predict_proba(self, features):
        return features


class SaidLogits(Said):
    """Likewise of logits."""

    def decision_function(self, features):
        return features

    def predict_proba(self, features):
        return softmax(features, axis=1)


def of_scikit_learn(method, features, target, kind=Said):
    said = kind().fit(features, target)
    fitted = CalibratedClassifierCV(FrozenEstimator(said), method=method, ensemble=False, cv=2).fit(features, target)
    return fitted.predict_proba(features)


def test_temperature_agrees_with_scikit_learn():
    rows = drawn(factor=2.5)
    theirs = of_scikit_learn("temperature", logarithms(rows.probability), rows.target, SaidLogits)
    np.testing.assert_allclose(temperature(rows)(rows.probability), theirs, atol=1e-5)


def test_platt_agrees_with_scikit_learn():
    rows = drawn(factor=0.5)
    theirs = of_scikit_learn("sigmoid", rows.probability, rows.target)
    np.testing.assert_allclose(platt(rows)(rows.probability), theirs, atol=1e-4)


def test_isotonic_agrees_with_scikit_learn_but_for_certainties():
    rows = drawn(factor=0.5, digits=2)  # steps of 0.01 are none that are made less steep
    theirs = of_scikit_learn("isotonic", rows.probability, rows.target)
    ours = isotonic(rows)(rows.probability)
    np.testing.assert_allclose(ours, theirs, atol=2 / len(rows))
    assert ours.min() > 0


@pytest.mark.parametrize("true", [0.4, 1.0, 2.5])
def test_temperature_finds_what_the_logits_were_divided_by(true):
    found = temperature(drawn(20_000, factor=1 / true)).weight
    np.testing.assert_allclose(found, true, rtol=0.05)


def test_vector_scaling_finds_weights_and_biases():
    weight, bias = np.array([0.5, 1.0, 2.0, 0.8]), np.array([0.0, 1.0, -1.0, 0.5])
    told = drawn(40_000).probability
    truth = softmax(weight * np.log(told) + bias, axis=1)
    target = (np.random.default_rng(1).random((len(told), 1)) > np.cumsum(truth, axis=1)).sum(1).clip(max=3)
    found = vector(HeldOut(told, target, np.arange(len(told)).astype(str)))
    np.testing.assert_allclose(found.weight, weight, atol=0.1)
    np.testing.assert_allclose(found(told), truth, atol=0.02)


@pytest.mark.parametrize("method", METHODS)
def test_calibration_mends_what_was_told_too_surely(method):
    fitted = METHODS[method](drawn(factor=3.0))
    new = drawn(factor=3.0, seed=1)
    own = np.arange(len(new)), new.target
    told = fitted(new.probability)
    np.testing.assert_allclose(told.sum(1), 1)
    assert -np.log(told[own]).mean() < -np.log(new.probability[own]).mean() - 0.2
    sure = told.max(1)
    assert np.mean(told.argmax(1) == new.target) == pytest.approx(sure.mean(), abs=0.03)


@pytest.mark.parametrize("method", METHODS)
def test_the_graph_calibrates_alike(method, tmp_path):
    rows = drawn(500, factor=2.0)
    fitted = METHODS[method](rows)
    nodes, constants = fitted.nodes("told", "found")
    ends = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["batch", 4]) for name in ("told", "found")]
    arrays = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", ends[:1], ends[1:], arrays)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    session = onnxruntime.InferenceSession(made.SerializeToString())
    told = np.vstack([drawn(500, factor=2.0, seed=1).probability, np.eye(4), np.full((1, 4), 0.25)])
    np.testing.assert_allclose(session.run(None, {"told": told})[0], fitted(told), atol=1e-12)


def test_temperature_never_changes_the_likeliest_class():
    rows = drawn(factor=0.3)
    assert np.array_equal(temperature(rows)(rows.probability).argmax(1), rows.probability.argmax(1))


def test_what_is_calibrated_is_left_alone():
    chosen = [choose(drawn(800, seed=seed), BEST)[0] for seed in range(20)]
    assert chosen.count(NONE) >= 18


def test_a_wrong_temperature_is_found_by_validation():
    chosen, judged = choose(drawn(factor=3.0), BEST)
    assert chosen == "temperature"  # the simplest of those that do it
    assert judged["temperature"].log_loss < judged[NONE].log_loss
    assert judged["temperature"].macro_recall == judged[NONE].macro_recall


def test_a_gain_in_log_loss_that_costs_macro_recall_is_not_chosen():
    """A classifier that takes all classes for equally frequent, and one class is twenty times as frequent."""
    rng = np.random.default_rng(0)
    target = (rng.random(4000) < 0.05).astype(int)
    x = rng.normal(np.where(target, 1.0, -1.0), 1.0)
    told = 1 / (1 + np.exp(-2 * x))  # posterior of equal priors
    rows = HeldOut(np.stack([1 - told, told], 1), target, np.arange(4000).astype(str))
    chosen, judged = choose(rows, BEST)
    assert judged["vector"].log_loss < judged[chosen].log_loss
    assert judged["vector"].macro_recall < judged[NONE].macro_recall - 0.05
    assert judged[chosen].macro_recall >= judged[NONE].macro_recall - 0.01


@pytest.mark.parametrize("method", ["vector", "isotonic"])
def test_labels_of_no_meaning_are_not_taken_for_learnt(method):
    """Of labels drawn at random no honest log loss is below that of the frequencies, whatever was fitted."""
    rng = np.random.default_rng(0)
    rows = HeldOut(drawn(300, k=2).probability, rng.integers(0, 2, 300), np.arange(300).astype(str))
    judged = choose(rows, method)[1][method]
    flattered = METHODS[method](rows)(rows.probability)[np.arange(300), rows.target]
    assert judged.log_loss > np.log(2) - 0.005
    assert judged.log_loss > -np.log(flattered).mean()


def test_no_calibration_is_judged_by_an_object_that_it_was_fitted_on():
    rows = drawn(200)
    rows = HeldOut(rows.probability, rows.target, np.repeat(np.arange(50), 4).astype(str))
    fold = folds(rows)
    assert all(len(np.unique(fold[rows.object_id == name])) == 1 for name in np.unique(rows.object_id))
    assert np.unique(fold).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("method", [platt, isotonic])
def test_a_class_of_few_objects_keeps_what_was_said_of_it(method):
    rows = drawn(400)
    few = (rows.target != 3) | (np.cumsum(rows.target == 3) <= 9)
    fitted = method(rows.take(few))
    assert rows.take(few).enough.tolist() == [True, True, True, False]
    told = np.array([[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
    assert ((fitted(told) == 0) == [[False, False, False, True], [False] * 4]).all()  # a calibrated 0 is no certainty


def test_the_standard_error_is_that_of_statsmodels_by_objects():
    import statsmodels.api as sm

    rng = np.random.default_rng(0)
    owner = rng.integers(0, 30, 200)
    values = rng.normal(size=200) + rng.normal(size=30)[owner]
    fit = sm.OLS(values, np.ones(200)).fit(cov_type="cluster", cov_kwds={"groups": owner, "use_correction": False})
    n = len(np.unique(owner))
    assert standard_error(values, np.unique(owner, return_inverse=True)[1]) == pytest.approx(
        float(fit.bse[0]) * np.sqrt(n / (n - 1))
    )
