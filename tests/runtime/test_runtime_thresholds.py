"""Thresholds of a class against scikit-learn's curve."""

import numpy as np
import pytest
from alertlab.runtime import AlertlabError
from alertlab.runtime.thresholds import Goal, choose, curve, goals_of, taken
from sklearn.metrics import f1_score, precision_recall_curve, precision_score, recall_score


@pytest.fixture(scope="module")
def rare():
    rng = np.random.default_rng(0)
    own = rng.random(1500) < 0.05
    score = 1 / (1 + np.exp(-rng.normal(np.where(own, 0.5, -2.0), 1.0)))
    return np.round(score, 3), own  # many share a value


def test_the_curve_is_that_of_scikit_learn(rare):
    probability, own = rare
    precision, recall, value = precision_recall_curve(own, probability)
    ours = curve(probability, own)
    np.testing.assert_allclose(ours.value[::-1], value)
    np.testing.assert_allclose(ours.purity[::-1], precision[:-1])
    np.testing.assert_allclose(ours.completeness[::-1], recall[:-1])


def test_the_best_f1_is_the_best_of_all_values(rare):
    probability, own = rare
    found = choose(probability, own, Goal("f1", None), "validation")
    best = max(f1_score(own, probability >= value) for value in np.unique(probability))
    assert found.f1 == pytest.approx(best)
    assert f1_score(own, probability >= found.value) == pytest.approx(best)


@pytest.mark.parametrize("aim", [0.5, 0.8, 0.95])
def test_a_purity_is_reached_with_the_most_completeness(rare, aim):
    probability, own = rare
    found = choose(probability, own, Goal("purity", aim), "validation")
    assert precision_score(own, probability >= found.value) >= aim
    reached = [v for v in np.unique(probability) if precision_score(own, probability >= v, zero_division=0) >= aim]
    assert found.completeness == pytest.approx(max(recall_score(own, probability >= value) for value in reached))


@pytest.mark.parametrize("aim", [0.5, 0.9, 1.0])
def test_a_completeness_is_reached_with_the_most_purity(rare, aim):
    probability, own = rare
    found = choose(probability, own, Goal("completeness", aim), "validation")
    assert recall_score(own, probability >= found.value) >= aim
    reached = [v for v in np.unique(probability) if recall_score(own, probability >= v) >= aim]
    assert found.purity == pytest.approx(max(precision_score(own, probability >= value) for value in reached))


def test_a_goal_that_nothing_reaches_has_no_threshold_and_takes_nothing():
    found = choose(np.array([0.9, 0.5, 0.1]), np.array([False, True, False]), Goal("purity", 0.9), "validation")
    assert found.value is None
    assert not found.above(np.array([1.0])).any()
    assert "nothing reached purity 0.9" in str(found)


def test_rounding_of_another_program_takes_the_same_rows(rare):
    probability, own = rare
    found = choose(probability, own, Goal("f1", None), "validation")
    np.testing.assert_array_equal(found.above(probability), found.above(probability.astype(np.float32)))


def test_a_value_of_ones_own_is_kept(rare):
    probability, own = rare
    found = choose(probability, own, Goal("value", 0.3), "validation")
    assert found.value == 0.3
    assert found.f1 == pytest.approx(f1_score(own, taken(probability, 0.3)))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"TDE": 0.5}, r"thresholds\.TDE: expected one goal, such as {TDE: {f1: best}}"),
        ({"TDE": {"purity": 0.9, "f1": "best"}}, r"thresholds\.TDE: expected one goal"),
        ({"TDE": {"recall": 0.9}}, r"thresholds\.TDE: 'recall': 0\.9 is no goal; give"),
        ({"TDE": {"purity": 95}}, r"thresholds\.TDE\.purity: 95 is no number above 0 and up to 1"),
        ({"TDE": {"f1": 0.9}}, r"thresholds\.TDE: 'f1': 0\.9 is no goal"),
    ],
)
def test_what_is_no_goal_is_refused_with_its_key(asked, message):
    with pytest.raises(AlertlabError, match=message):
        goals_of(asked, "evaluation.thresholds")
