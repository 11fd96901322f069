import numpy as np
import pytest
from alertlab.evaluation.metrics.intervals import bootstrap_intervals
from scipy import stats


def test_accuracy_interval_is_the_binomial_one_when_objects_have_one_sample():
    right = np.arange(500) < 420
    low, high = bootstrap_intervals(np.zeros(500, int), (~right).astype(int), np.arange(500).astype(str), 2)["accuracy"]
    # a resample's accuracy is binomial(500, 0.84) / 500; quantiles of 1000 draws scatter by 0.001 or so
    assert (low, high) == pytest.approx(tuple(stats.binom(500, 0.84).ppf([0.05, 0.95]) / 500), abs=0.006)


def test_macro_recall_interval_agrees_with_scipy(make_noisy):
    predictions = make_noisy(n=200, classes=("AGN", "SN", "VS"))
    target, right = predictions.target, predictions.prediction == predictions.target

    def macro_recall(target, right):
        return np.mean([right[target == index].mean() for index in range(3)])

    expected = stats.bootstrap(
        (target, right),
        macro_recall,
        paired=True,
        vectorized=False,
        method="percentile",
        n_resamples=2000,
        confidence_level=0.9,
        random_state=np.random.default_rng(1),
    ).confidence_interval
    ours = bootstrap_intervals(target, predictions.prediction, predictions.object_id, 3, resamples=2000)
    assert ours["macro_recall"] == pytest.approx(tuple(expected), abs=0.01)


def test_more_alerts_of_the_same_objects_do_not_narrow_the_interval(make_noisy):
    predictions = make_noisy(n=100)
    columns = (predictions.target, predictions.prediction, predictions.object_id)
    once = bootstrap_intervals(*columns, 5)
    ten = bootstrap_intervals(*(np.tile(column, 10) for column in columns), 5)
    assert ten == {name: pytest.approx(bounds) for name, bounds in once.items()}


def test_the_order_of_rows_does_not_matter(make_noisy):
    predictions = make_noisy(n=100)
    shuffled = predictions.take(np.random.default_rng(2).permutation(100))
    first, second = (
        bootstrap_intervals(each.target, each.prediction, each.object_id, 5) for each in (predictions, shuffled)
    )
    assert first == second


def test_the_interval_widens_with_confidence(make_noisy):
    predictions = make_noisy(n=100)
    columns = (predictions.target, predictions.prediction, predictions.object_id)
    narrow, wide = (bootstrap_intervals(*columns, 5, confidence=confidence) for confidence in (0.5, 0.99))
    for name, (low, high) in narrow.items():
        assert wide[name][0] < low < high < wide[name][1]


def test_a_perfect_classifier_has_no_spread():
    target = np.arange(30) % 3
    intervals = bootstrap_intervals(target, target, np.arange(30).astype(str), 3)
    assert set(intervals.values()) == {(1.0, 1.0)}


def test_a_class_of_one_object_that_resamples_lose_leaves_intervals_finite():
    target = np.array([0] * 20 + [1])
    intervals = bootstrap_intervals(target, target, np.arange(21).astype(str), 2)
    assert set(intervals.values()) == {(1.0, 1.0)}


def test_a_single_object_has_no_interval():
    assert bootstrap_intervals(np.array([0, 0]), np.array([0, 1]), np.array(["ZTF1", "ZTF1"]), 2) == {}
