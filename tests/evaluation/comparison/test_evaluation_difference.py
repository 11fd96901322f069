"""Paired differences of two runs, held to scipy and scikit-learn."""

from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.predictions import concatenate
from alertlab.evaluation.comparison.difference import BOOTSTRAP, CORRECTED, corrected_interval
from alertlab.runtime.errors import AlertlabError
from comparing import compare
from scipy import stats
from sklearn import metrics as sk
from statsmodels.stats.multitest import multipletests

FOUR = ("SNIa", "SNII", "RRL", "E")
BRANCHES = {"Transient": ("SNIa", "SNII"), "Periodic": ("RRL", "E")}


def sharpened(predictions, power=1.7):
    """Another classifier of the same samples, with some rows decided otherwise."""
    probability = predictions.probability**power
    swap = np.arange(len(predictions)) % 7 == 0
    probability[swap] = probability[swap][:, ::-1]
    return replace(predictions, probability=probability / probability.sum(axis=1, keepdims=True))


@pytest.fixture
def first(make_noisy):
    """Five repeats with a training part of four times the size of the test part."""
    test = make_noisy(n=150, classes=FOUR, repeats=5)
    train = make_noisy(seed=1, n=600, classes=FOUR, repeats=5)
    train = replace(train, part=np.full(len(train), "train"))
    return replace(concatenate([test, train]), branches=BRANCHES)


def test_differences_are_those_of_scikit_learn_at_both_levels(first):
    second = sharpened(first)
    comparison = compare(first, second, 10, 0.9)
    measured = {each.metric: each for each in comparison.differences}
    assert list(measured)[:2] == ["top/accuracy", "top/balanced_accuracy"]
    assert comparison.repeats == (0, 1, 2, 3, 4)
    scores = {
        "macro_recall": lambda of: sk.recall_score(of.target, of.prediction, average="macro"),
        "balanced_accuracy": lambda of: sk.balanced_accuracy_score(of.target, of.prediction),
        "macro_f1": lambda of: sk.f1_score(of.target, of.prediction, average="macro"),
        "accuracy": lambda of: sk.accuracy_score(of.target, of.prediction),
        "log_loss": lambda of: sk.log_loss(of.target, of.probability),
    }
    for prefix, (a, b) in {"": (first, second), "top/": (first.top(), second.top())}.items():
        for name, score in scores.items():
            rows = [(a.part == "test") & (a.repeat == repeat) for repeat in range(5)]
            difference = np.array([score(a.take(of)) - score(b.take(of)) for of in rows])
            each = measured[prefix + name]
            assert each.mean == pytest.approx(difference.mean(), abs=1e-12)
            assert each.std == pytest.approx(difference.std(ddof=1))
            assert each.interval == pytest.approx(corrected_interval(difference, 1 / 4, 0.9))
    assert comparison.method == CORRECTED


def test_without_shared_training_samples_the_interval_is_students_and_a_quarter_more_widens_it_by_root_six():
    difference = np.random.default_rng(0).normal(0.02, 0.01, 20)
    student = stats.ttest_1samp(difference, 0).confidence_interval(0.95)
    assert corrected_interval(difference, 0.0, 0.95) == pytest.approx((student.low, student.high))
    low, high = corrected_interval(difference, 1 / 4, 0.95)  # 20 splits of 80/20: (1/20 + 1/4) / (1/20) = 6
    assert high - low == pytest.approx(np.sqrt(6) * (student.high - student.low))
    assert (low + high) / 2 == pytest.approx(difference.mean())


def test_a_single_repeat_has_the_paired_bootstrap_of_scipy(first):
    first = first.take((first.repeat == 0) & (first.part == "test"))
    second = sharpened(first)
    comparison = compare(first, second, 3000, 0.9)
    assert comparison.method == BOOTSTRAP
    measured = {each.metric: each.interval for each in comparison.differences}
    right = [(of.prediction == of.target).astype(float) for of in (first, second)]
    loss = [-np.log(of.probability[np.arange(len(of)), of.target]) for of in (first, second)]
    for name, (a, b) in {"accuracy": right, "log_loss": loss}.items():
        expected = stats.bootstrap(
            (a - b,),
            np.mean,
            n_resamples=9999,
            confidence_level=0.9,
            method="percentile",
            random_state=np.random.default_rng(1),
        ).confidence_interval
        assert measured[name] == pytest.approx(tuple(expected), abs=0.15 * (expected.high - expected.low))


def test_a_run_and_itself_do_not_differ(first):
    for rows in (first, first.take(first.repeat == 2)):
        for each in compare(rows, rows, 20, 0.9).differences:
            assert (each.mean, each.interval, each.p) == (0, (0, 0), 1)


def test_objects_are_drawn_whole(first):
    rows = first.take((first.repeat == 0) & (first.part == "test"))
    tenfold = [
        replace(each, sample_id=np.arange(len(each)))
        for each in (of.take(np.repeat(np.arange(len(rows)), 10)) for of in (rows, sharpened(rows)))
    ]
    once = {each.metric: each.interval for each in compare(rows, sharpened(rows), 50, 0.9).differences}
    for each in compare(*tenfold, 50, 0.9).differences:
        assert each.interval == pytest.approx(once[each.metric]), each.metric


def test_the_order_of_rows_and_of_classes_does_not_matter(first):
    second = sharpened(first)
    order = np.array([2, 0, 3, 1])
    shuffled = replace(
        second.take(np.random.default_rng(0).permutation(len(second))), classes=tuple(FOUR[index] for index in order)
    )
    place = np.argsort(order)
    shuffled = replace(shuffled, target=place[shuffled.target], probability=shuffled.probability[:, order])
    expected = compare(first, second, 10, 0.9).differences
    for each, other in zip(expected, compare(first, shuffled, 10, 0.9).differences, strict=True):
        assert each.mean == pytest.approx(other.mean)


def test_only_common_repeats_count_and_without_training_samples_the_interval_is_over_objects(first):
    tested = first.take(first.part == "test")
    comparison = compare(tested, tested.take(tested.repeat > 2), 10, 0.9)
    assert comparison.repeats == (3, 4)
    assert comparison.method == BOOTSTRAP
    assert {each.repeats for each in comparison.differences} == {None}


def test_training_rows_given_as_a_number_serve_as_those_in_the_table(first):
    second, held = sharpened(first), first.part == "test"
    there = compare(first, second, 10, 0.9).differences
    told = compare(first.take(held), second.take(held), 10, 0.9, train_rows=600).differences
    assert [each.interval for each in told] == [each.interval for each in there]


def test_runs_that_cannot_be_compared_say_why(first):
    test = first.part == "test"
    missing = first.take(
        ~(test & (first.repeat == 3) & np.isin(first.object_id, first.object_id[test & (first.repeat == 3)][:7]))
    )
    with pytest.raises(
        AlertlabError,
        match=r"repeat 3: .* 7 of them only in the first and 0 only .* the 143 in both by --inter",
    ):
        compare(first, missing, 10, 0.9)
    with pytest.raises(AlertlabError, match=r"no repeat in common: A has \[0\]; B has \[1\]"):
        compare(first.take(first.repeat == 0), first.take(first.repeat == 1), 10, 0.9)
    with pytest.raises(AlertlabError, match=r"other classes, SNIa, .* and a, b, c, d: only runs on one task"):
        compare(first, replace(first, classes=("a", "b", "c", "d"), branches={}), 10, 0.9)
    relabelled = replace(first, target=np.where(test & (first.target == 0), 1, first.target))
    with pytest.raises(AlertlabError, match=r"repeat 0: .* test samples have another truth"):
        compare(first, relabelled, 10, 0.9)


def test_an_intersection_is_of_the_rows_that_all_have_and_says_what_it_leaves_out(first):
    rows = first.take((first.repeat == 0) & (first.part == "test"))
    second = sharpened(rows)
    expected = {
        each.metric: each.mean
        for each in compare(rows.take(slice_of(10, 150)), second.take(slice_of(10, 150)), 5, 0.9).differences
    }
    found = compare(rows.take(slice_of(0, 150)), second.take(slice_of(10, 150)), 5, 0.9, intersection=True)
    assert {each.metric: each.mean for each in found.differences} == pytest.approx(expected)
    assert found.paired.left_out == (10, 0)


def slice_of(start, stop):
    return np.arange(start, stop)


def test_of_several_runs_every_pair_is_compared_or_each_with_the_first(first):
    rows = first.take((first.repeat == 0) & (first.part == "test"))
    tables = [rows, sharpened(rows), sharpened(rows, 0.5)]
    every = compare(*tables, 50, 0.9)
    assert [(pair.first, pair.second) for pair in every.pairs] == [(0, 1), (0, 2), (1, 2)]
    reference = compare(*tables, 50, 0.9, reference=True)
    assert [(pair.first, pair.second) for pair in reference.pairs] == [(0, 1), (0, 2)]
    p = [pair.differences["macro_f1"].p for pair in every.pairs]
    holm = multipletests(p, method="holm")[1]
    assert [pair.differences["macro_f1"].p_holm for pair in every.pairs] == pytest.approx(holm)


def test_the_area_of_resamples_is_that_of_scikit_learn(first):
    rows = first.take((first.repeat == 0) & (first.part == "test"))
    found = compare(rows, sharpened(rows), 5, 0.9)
    for place, name in enumerate(FOUR):
        own = rows.target == place
        assert found.resampled.whole[f"roc_auc/{name}"][0] == pytest.approx(
            sk.roc_auc_score(own, rows.probability[:, place])
        )
        precision = sk.average_precision_score(own, rows.probability[:, place])
        assert found.resampled.whole[f"average_precision/{name}"][0] == pytest.approx(precision)
