"""The weirdness of the unsupervised forest is the mean of the published distance matrix."""

import numpy as np
import pytest
from alertlab.config import compose, instantiate
from alertlab.models.detectors.unsupervised_forest import redrawn
from alertlab.runtime import AlertlabError
from clumps import clumps, module
from feature_table import FakeRun, bundled

SMALL = ["model=unsupervised_forest", "model.forests=4", "model.n_estimators=6", "model.objects=60", "model.n_jobs=1"]


def forest(*words):
    return instantiate(compose("train", [*SMALL, "model.columns=4", *words]).model)


def matrix(trees, table, columns, others):
    """The N by N matrix by its definition, tree by tree; rows are judged by the trees in which they look real.

    Parameters
    ----------
    trees : of scikit-learn, each with the columns that it looks at.
    """
    same, judged = np.zeros((len(table), len(others))), np.zeros(len(table))
    for tree, of in zip(trees, columns, strict=True):
        mine, theirs = tree.apply(table[:, of]), tree.apply(others[:, of])
        share = tree.tree_.value[mine, 0]
        real = share[:, 0] > share[:, 1]
        same += real[:, None] & (mine[:, None] == theirs)
        judged += real
    return 1 - same / np.maximum(judged, 1)[:, None], judged


@pytest.fixture(scope="module")
def grown():
    rng = np.random.default_rng(3)
    table = rng.normal(size=(150, 7)).astype(np.float32)
    table[:, 1] = table[:, 0] + 0.1 * table[:, 1]
    table[rng.random(table.shape) < 0.1] = -1.1
    model = forest()
    model.learn(table, np.zeros(150, np.int64), seed=5)
    return model, table


def by_definition(model, table, others):
    trees = [tree for each in model.grown for tree in each.forest.estimators_]
    columns = [each.columns for each in model.grown for _ in each.forest.estimators_]
    return matrix(trees, table, columns, others)


def test_scores_are_the_means_of_the_whole_matrix_to_twelve_digits(grown):
    model, table = grown
    distance, _ = by_definition(model, table, table)
    np.testing.assert_allclose(model.answer(table)["score"], distance.mean(axis=1), rtol=0, atol=1e-12)


def test_the_mean_over_all_others_is_the_score_times_one_number(grown):
    """Of an object of the train part, that looks real in any tree: it is at distance 0 of itself."""
    model, table = grown
    distance, judged = by_definition(model, table, table)
    n = len(table)
    others = (distance.sum(axis=1) - np.diag(distance)) / (n - 1)
    real = judged > 0
    assert real.sum() > n / 2
    np.testing.assert_allclose(model.answer(table)["score"][real] * n / (n - 1), others[real], rtol=0, atol=1e-12)


def test_scores_of_new_objects_are_their_mean_distances_to_the_train_part(grown):
    model, table = grown
    new = np.random.default_rng(8).normal(size=(40, 7)).astype(np.float32)
    distance, _ = by_definition(model, new, table)
    np.testing.assert_allclose(model.answer(new)["score"], distance.mean(axis=1), rtol=0, atol=1e-12)


def test_what_looks_real_in_no_tree_is_as_far_as_anything_can_be(grown):
    model, table = grown
    new = (20 * np.random.default_rng(1).normal(size=(4000, 7))).astype(np.float32)
    _, judged = by_definition(model, new, table)
    score = model.answer(new)["score"]
    assert (score[judged == 0] == 1).all()
    assert (score[judged > 0] <= 1).all()


def test_synthetic_objects_keep_marginals_and_gaps_and_nothing_else():
    rng = np.random.default_rng(0)
    common = rng.normal(size=4000)
    real = np.column_stack([common + 0.1 * rng.normal(size=4000) for _ in range(3)]).astype(np.float32)
    real[rng.random(real.shape) < 0.2] = np.float32(-1.1)
    made = redrawn(rng, real, -1.1)
    unknown = real == np.float32(-1.1)
    np.testing.assert_array_equal(made == np.float32(-1.1), unknown)
    known = ~unknown.any(axis=1)
    assert np.corrcoef(real[known].T)[0, 1] > 0.98
    assert abs(np.corrcoef(made[known].T)[0, 1]) < 0.1
    for column in range(3):
        assert np.isin(made[:, column], real[:, column]).all()
        assert made[known, column].mean() == pytest.approx(real[known, column].mean(), abs=0.1)


def test_the_bundle_scores_as_the_model_to_float32(tmp_path):
    data = module(clumps(80, lambda rng, centres: 4 + rng.normal(size=(60, centres.shape[1]))))
    model = forest("model.objects=1000")
    model.fit(data, FakeRun(tmp_path))
    samples = data.samples()
    answers = bundled(model, data, tmp_path).answers({"features": samples.inputs["features"]})
    np.testing.assert_allclose(answers["score"], model.predict(samples)["score"], rtol=0, atol=6e-8)


@pytest.mark.parametrize(("word", "told"), [("forests=0", "of 1"), ("objects=1", "of 2"), ("columns=true", "True")])
def test_sizes_that_are_none_are_refused(word, told):
    with pytest.raises(AlertlabError, match=f"model.{word.split('=')[0]}: .*{told}"):
        forest(f"model.{word}")
