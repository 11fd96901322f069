"""What a user may expect of every detector, whatever it learns."""

from dataclasses import replace

import numpy as np
import pytest
from alertlab.runtime import AlertlabError
from clumps import COLUMNS, DETECTORS, clumps, fitted, module, with_features
from sklearn.metrics import roc_auc_score

ALL = sorted(DETECTORS)


def usual_again(rng, centres):
    kind = rng.integers(0, 3, 3000)
    return centres[kind] + 0.5 * rng.normal(size=(len(kind), COLUMNS))


def far_away(rng, centres):
    return 4 + rng.normal(size=(60, COLUMNS)) * 0.5


@pytest.mark.parametrize("name", ALL)
def test_outliers_that_are_none_are_found_by_chance_alone(name, tmp_path):
    """Drawn as the others are: an area of 0.5, but for the chance of 3000 rows each, whose deviation is 0.0075."""
    data = module(clumps(1250, usual_again), test=0.8)
    test = data.samples("test")
    score = fitted(name, data, tmp_path).predict(test)["score"]
    assert roc_auc_score(test.target == 3, score) == pytest.approx(0.5, abs=0.03)


@pytest.fixture(scope="module", params=ALL)
def of_clumps(request, tmp_path_factory):
    """Name of a detector, rows of which the odd ones lie apart, and the detector trained on them."""
    data = module(clumps(80, far_away))
    return request.param, data, fitted(request.param, data, tmp_path_factory.mktemp("run"))


def test_a_class_that_lies_apart_is_found(of_clumps):
    _, data, model = of_clumps
    test = data.samples("test")
    assert roc_auc_score(test.target == 3, model.predict(test)["score"]) > 0.99


def test_the_nearest_class_is_mostly_the_true_one(of_clumps):
    _, data, model = of_clumps
    usual = data.samples().take(data.samples().target < 3)
    answers = model.predict(usual)
    if "score_by_class" in answers:
        assert np.mean(answers["score_by_class"].argmin(1) == usual.target) > 0.95
        assert (answers["score_by_class"].min(1) >= answers["score"]).all()


def test_what_is_left_out_changes_nothing_that_is_learnt(of_clumps, tmp_path):
    """Other values of the left-out class, and of the test part: the same scaling, the same answers to the others."""
    name, before, model = of_clumps
    samples = before.samples()
    seen = np.concatenate([before.samples(part).sample_id for part in ("train", "validation")])
    unseen = ~np.isin(samples.sample_id, seen)
    assert unseen[samples.target == 3].all()
    after = module(with_features(samples, lambda features: features.__setitem__(unseen, 1e3 * features[unseen])))
    other = fitted(name, after, tmp_path)
    for key, values in model.predict(samples).items():
        np.testing.assert_array_equal(other.predict(samples)[key], values)
    assert scaling_of(model) == scaling_of(other)


def scaling_of(model):
    """Of a network, of another detector, or of the classifier within."""
    return [each.preprocessing for each in getattr(model, "inputs", ())] or getattr(model, "classifier", model).input


@pytest.mark.parametrize(
    "name", ["isolation_forest", "one_class_svm", "nearest_neighbours", "mahalanobis", "autoencoder", "deep_svdd"]
)
def test_objects_without_any_class_can_be_learnt_from(name, tmp_path):
    samples = clumps(60, far_away)
    data = module(replace(samples, target=None, names=None), leave_out=())
    model = fitted(name, data, tmp_path)
    answers = model.predict(data.samples())
    assert "score_by_class" not in answers
    assert np.isfinite(answers["score"]).all()


@pytest.mark.parametrize("name", ALL)
def test_data_without_features_are_refused_in_one_line(name, tmp_path):
    samples = clumps(60, far_away)
    data = module(replace(samples, inputs={"stamp": np.zeros((len(samples), 3, 5, 5), np.float32)}, columns={}))
    with pytest.raises(AlertlabError, match="takes a table of features, and the data have stamp"):
        fitted(name, data, tmp_path)
