"""Detectors against scikit-learn, fitted here on the same scaled features, and against worked examples."""

import numpy as np
import pytest
import torch
from alertlab import runtime
from alertlab.models.detectors.deep_svdd import class_means
from alertlab.runtime import AlertlabError
from clumps import clumps, fitted, module
from sklearn.covariance import LedoitWolf
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import NearestNeighbors
from sklearn.svm import OneClassSVM
from test_models_detectors import far_away


@pytest.fixture(scope="module")
def data():
    return module(clumps(80, far_away))


@pytest.fixture(scope="module")
def several(data, tmp_path_factory):
    """Deep SVDD with a centre for each class."""
    return fitted("multi_class_deep_svdd", data, tmp_path_factory.mktemp("several"))


def seen(model, samples):
    """Scaled features as the runtime gives them to the graph."""
    (spec,) = getattr(model, "inputs", None) or (model.input,)
    return runtime.session.prepare(spec, samples.inputs["features"])


def test_an_isolation_forest_scores_as_scikit_learn_does(data, tmp_path):
    model = fitted("isolation_forest", data, tmp_path, "model.max_samples=100", "model.max_features=0.5")
    bare = IsolationForest(max_samples=100, max_features=0.5, random_state=7).fit(seen(model, data.samples("train")))
    expected = -bare.score_samples(seen(model, data.samples()))
    np.testing.assert_allclose(model.predict(data.samples())["score"], expected, rtol=1e-12)


@pytest.mark.parametrize(("words", "gamma"), [((), "scale"), (("model.gamma=0.7",), 0.7)])
def test_a_one_class_svm_decides_as_scikit_learn_does(words, gamma, data, tmp_path):
    model = fitted("one_class_svm", data, tmp_path, *words)
    train, rows = (seen(model, each).astype(np.float64) for each in (data.samples("train"), data.samples()))
    bare = OneClassSVM(nu=0.05, gamma=gamma).fit(train)
    np.testing.assert_allclose(model.predict(data.samples())["score"], -bare.decision_function(rows), atol=1e-9)


def test_neighbours_are_those_of_scikit_learn(data, tmp_path):
    model = fitted("nearest_neighbours", data, tmp_path, "model.neighbours=4")
    train, rows = data.samples("train"), seen(model, data.samples())
    answers = model.predict(data.samples())
    kept = seen(model, train)
    for place, own in [(None, kept), *((each, kept[train.target == each]) for each in range(3))]:
        distance, _ = NearestNeighbors(n_neighbors=4).fit(own).kneighbors(rows)
        ours = answers["score"] if place is None else answers["score_by_class"][:, place]
        np.testing.assert_allclose(ours, distance.mean(1), atol=1e-6)


def test_neighbours_beyond_the_cap_are_dropped_aloud(data, tmp_path, capsys):
    model = fitted("nearest_neighbours", data, tmp_path, "model.max_reference=60")
    assert len(model.reference) == 60
    assert "60 of 153 training objects are kept, at random" in capsys.readouterr().err
    with pytest.raises(AlertlabError, match=r"model\.max_reference: 1 leave no object of"):
        fitted("nearest_neighbours", data, tmp_path, "model.max_reference=1")


def test_mahalanobis_distances_are_those_of_the_shrunk_covariance(data, tmp_path):
    model = fitted("mahalanobis", data, tmp_path)
    train, rows = data.samples("train"), seen(model, data.samples()).astype(np.float64)
    features = seen(model, train).astype(np.float64)
    means = np.array([features[train.target == each].mean(0) for each in range(3)])
    precision = LedoitWolf(assume_centered=True).fit(features - means[train.target]).precision_
    apart = rows[:, None] - means
    expected = np.sqrt(np.einsum("nci,ij,ncj->nc", apart, precision, apart))
    answers = model.predict(data.samples())
    np.testing.assert_allclose(answers["score_by_class"], expected, rtol=1e-9)
    np.testing.assert_allclose(answers["score"], expected.min(1), rtol=1e-9)


def test_doubt_is_one_minus_the_largest_probability(data, tmp_path):
    model = fitted("least_confidence", data, tmp_path)
    probability = model.classifier.predict(data.samples())
    answers = model.predict(data.samples())
    np.testing.assert_allclose(answers["score"], 1 - probability.max(1), atol=1e-12)
    np.testing.assert_allclose(answers["score_by_class"], 1 - probability[:, :3], atol=1e-12)


@pytest.mark.parametrize("name", ["deep_svdd", "multi_class_deep_svdd"])
def test_centres_are_class_means_and_scores_squared_distances_to_the_nearest(name, data, several, tmp_path):
    one = name == "deep_svdd"
    model = fitted(name, data, tmp_path) if one else several
    train, answers = data.samples("train"), model.predict(data.samples())
    code = model.predict(train)["embedding"]
    groups = [np.ones(len(train), bool)] if one else [train.target == each for each in range(3)]
    centres = np.array([code[rows].mean(0) for rows in groups])
    np.testing.assert_allclose(model.network.centres, centres, rtol=1e-4, atol=1e-5)
    square = ((answers["embedding"][:, None] - centres) ** 2).sum(2)
    np.testing.assert_allclose(answers["score"], square.min(1), rtol=1e-3, atol=1e-5)


def test_a_centre_near_zero_is_moved_away_before_training(data, several):
    """Worked example: an encoder of nothing but zeros has its centres at 0, and they start at 0.01."""
    with torch.no_grad():
        for weights in several.first.network.encode.parameters():
            weights.zero_()
    network = several.build(data.samples("train"))
    np.testing.assert_allclose(network.centres, 0.01)
    code, place = torch.tensor([[1.0, 2.0], [3.0, 6.0], [5.0, -1.0]]), torch.tensor([0, 0, 1])
    np.testing.assert_array_equal(class_means(code, place), [[2, 4], [5, -1]])


def test_the_loss_is_the_distance_to_the_own_centre(several):
    distance = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [9.0, 8.0, 7.0], [3.0, 2.0, 9.0]])
    loss = several.loss((distance, None), torch.tensor([0, 2, 1, -1]))
    assert loss.tolist() == [1, 6, 8, 2]  # of a row without a class: to the nearest


def test_isolation_forests_of_the_penultimate_layer_are_those_of_scikit_learn(data, tmp_path):
    model = fitted("mc_isolation_forest", data, tmp_path)
    train, answers = data.samples("train"), model.predict(data.samples())
    code = model.predict(train)["embedding"]
    for place in range(3):
        own = code[train.target == place]
        bare = IsolationForest(n_estimators=50, max_samples=len(own), random_state=7 + place).fit(own)
        expected = -bare.score_samples(answers["embedding"])
        np.testing.assert_allclose(answers["score_by_class"][:, place], expected, rtol=1e-12)
    np.testing.assert_array_equal(answers["score"], answers["score_by_class"].min(1))


def test_a_variational_autoencoder_loses_error_and_divergence(data, tmp_path):
    model = fitted("variational_autoencoder", data, tmp_path)
    mean, log_variance = torch.tensor([[0.5, -1.0]]), torch.tensor([[0.2, -0.3]])
    normal = torch.distributions.Normal
    divergence = torch.distributions.kl_divergence(normal(mean, (log_variance / 2).exp()), normal(0, 1)).sum()
    expected = 0.7 + 2 * 0.1**2 / 6 * divergence
    loss = model.loss((torch.tensor([0.7]), mean, log_variance), torch.tensor([0]))
    assert loss.item() == pytest.approx(expected.item(), rel=1e-6)
    once, again = (model.predict(data.samples())["score"] for _ in range(2))
    np.testing.assert_array_equal(once, again)
