"""A weight is one mechanism: how often a row counts in a resample, or its share of another mix of classes."""

import numpy as np
import pytest
from alertlab.evaluation.classification.judged import scores
from alertlab.evaluation.metrics.confusion import confusion_counts
from alertlab.evaluation.metrics.ranking import ranking_scores
from alertlab.evaluation.metrics.scores import class_scores
from sklearn import metrics as sk


@pytest.fixture(scope="module")
def rows(make_noisy):
    return make_noisy(n=300)


@pytest.fixture(scope="module")
def shares():
    """Weights that are far smaller than one, as those of a mix that sum to it."""
    weight = np.random.default_rng(1).exponential(1, 300)
    return weight / weight.sum()


def test_weighted_scores_of_classes_agree_with_scikit_learn(rows, shares):
    counts = confusion_counts(rows.target, rows.prediction, 5, shares)
    expected = sk.confusion_matrix(rows.target, rows.prediction, sample_weight=shares)
    np.testing.assert_allclose(counts, expected)
    measured = class_scores(counts)
    scores = sk.precision_recall_fscore_support(rows.target, rows.prediction, sample_weight=shares)
    for name, values in zip(("precision", "recall", "f1"), scores[:3], strict=True):
        np.testing.assert_allclose(measured[name], values)


def test_weighted_ranking_agrees_with_scikit_learn(rows, shares):
    measured = ranking_scores(rows.target, rows.probability, shares)
    for index in range(5):
        own = rows.target == index, rows.probability[:, index]
        assert measured["roc_auc"][index] == pytest.approx(sk.roc_auc_score(*own, sample_weight=shares))
        precision = sk.average_precision_score(*own, sample_weight=shares)
        assert measured["average_precision"][index] == pytest.approx(precision)


def test_weighted_scores_that_runs_are_compared_by_agree_with_scikit_learn(rows, shares):
    measured = scores(rows, shares)
    decided, weight = rows.prediction, {"sample_weight": shares}
    expected = {
        "accuracy": sk.accuracy_score(rows.target, decided, **weight),
        "macro_recall": sk.balanced_accuracy_score(rows.target, decided, **weight),
        "macro_f1": sk.f1_score(rows.target, decided, average="macro", **weight),
        "log_loss": sk.log_loss(rows.target, rows.probability, **weight),
    }
    assert {name: measured[name] for name in expected} == pytest.approx(expected)


def test_a_row_that_counts_twice_is_as_two_rows(rows):
    often = np.random.default_rng(2).integers(0, 3, 300)
    twice = rows.take(np.repeat(np.arange(300), often))
    assert scores(rows, often) == pytest.approx(scores(twice))
    assert confusion_counts(rows.target, rows.prediction, 5, often).dtype == np.int64
