"""Class shares of rows without labels are recovered, and probabilities adjusted to them are better."""

import numpy as np
import pytest
from alertlab.core.predictions import ClassPredictions
from alertlab.evaluation.night.light import expected_accuracy, expected_macro_f1, threshold_accuracy, warning_light
from alertlab.evaluation.night.shares import adjusted, estimate_shares, share_intervals
from alertlab.runtime.errors import AlertlabError
from scipy.optimize import minimize
from sklearn.metrics import accuracy_score, f1_score, log_loss

FLAT, NIGHT = np.full(4, 0.25), np.array([0.05, 0.02, 0.60, 0.33])


def drawn(n, share, seed=0, learnt=FLAT, apart=1.8):
    """Classes of Gaussian features in these shares, with the posterior of a classifier that learnt others: exact."""
    random = np.random.default_rng(seed)
    target = random.choice(4, n, p=share)
    feature = random.normal(0, 1, (n, 4))
    feature[np.arange(n), target] += apart
    weight = learnt * np.exp(apart * feature)
    return target, weight / weight.sum(axis=1, keepdims=True)


def predictions(target, probability, part="test", each=1):
    n = len(target)
    objects = np.array([f"{part}{row // each}" for row in range(n)])
    names = ("AGN", "SN", "VS", "bogus")
    return ClassPredictions(np.arange(n), objects, np.full(n, part), np.zeros(n, np.int64), target, probability, names)


def test_shares_of_a_simulated_night_are_recovered_within_their_error():
    inside = 0
    for seed in range(40):
        _, probability = drawn(1000, NIGHT, seed)
        found = estimate_shares(probability, FLAT)
        assert found.converged
        names = np.array([f"Z{row}" for row in range(1000)])
        low, high = share_intervals(probability, FLAT, names, 60, 0.90, seed).T
        inside += ((low <= NIGHT) & (high >= NIGHT)).sum()
    assert 125 <= inside <= 157  # of 160 intervals of 90 %


def test_the_estimate_is_the_maximum_of_the_likelihood():
    _, probability = drawn(500, NIGHT)

    def loss(free):
        share = np.exp(np.append(free, 0)) / np.exp(np.append(free, 0)).sum()
        return -np.log(probability @ (share / FLAT)).mean()

    best = minimize(loss, np.zeros(3), tol=1e-12).x
    share = np.exp(np.append(best, 0)) / np.exp(np.append(best, 0)).sum()
    np.testing.assert_allclose(estimate_shares(probability, FLAT).share, share, atol=1e-4)


def test_adjusted_probabilities_are_those_of_a_classifier_that_learnt_the_night():
    target, flat = drawn(2000, NIGHT)
    _, night = drawn(2000, NIGHT, learnt=NIGHT)
    np.testing.assert_allclose(adjusted(flat, FLAT, NIGHT), night)
    estimated = adjusted(flat, FLAT, estimate_shares(flat, FLAT).share)
    assert log_loss(target, estimated) < log_loss(target, flat) - 0.1
    assert log_loss(target, estimated) == pytest.approx(log_loss(target, night), abs=0.01)


def test_without_a_shift_the_shares_stay_and_nothing_is_gained():
    _, probability = drawn(5000, FLAT)
    found = estimate_shares(probability, FLAT)
    np.testing.assert_allclose(found.share, FLAT, atol=0.03)
    assert 0 <= found.gain < 0.002


def test_where_it_does_not_settle_it_says_so():
    _, probability = drawn(200, NIGHT)
    assert not estimate_shares(probability, FLAT, most=2).converged


def test_a_class_that_was_never_learnt_has_no_probability_to_adjust():
    with pytest.raises(AlertlabError, match="has no share in that of the training"):
        adjusted(np.full((3, 2), 0.5), np.array([1.0, 0.0]), np.array([0.5, 0.5]))


def test_expected_accuracy_and_f1_of_calibrated_probabilities_are_the_measured_ones():
    target, probability = drawn(20_000, FLAT)
    decided = probability.argmax(axis=1)
    assert expected_accuracy(probability) == pytest.approx(accuracy_score(target, decided), abs=0.01)
    expected = f1_score(target, decided, average="macro")
    assert expected_macro_f1(probability, decided) == pytest.approx(expected, abs=0.01)


def test_the_thresholded_confidence_worked_by_hand():
    # three of four are right, so the threshold is what three of four exceed: 0.5, which one of four exceeds elsewhere
    sure, right = np.array([0.5, 0.6, 0.7, 0.8]), np.array([True, False, True, True])
    assert threshold_accuracy(sure, right, np.array([0.4, 0.45, 0.5, 0.9])) == 0.25


def test_the_thresholded_confidence_of_the_same_kind_of_rows_is_their_accuracy_and_falls_with_it():
    target, probability = drawn(20_000, FLAT)
    sure, right = probability.max(axis=1), probability.argmax(axis=1) == target
    same, again = drawn(20_000, FLAT, 1)
    estimate = threshold_accuracy(sure, right, again.max(axis=1))
    assert estimate == pytest.approx((again.argmax(axis=1) == same).mean(), abs=0.015)
    _, unsure = drawn(20_000, FLAT, 1, apart=1.2)
    assert threshold_accuracy(sure, right, unsure.max(axis=1)) < estimate - 0.1


def test_the_light_is_dark_where_nothing_has_changed():
    on = np.zeros(4)
    for seed in range(60):
        labelled = predictions(*drawn(400, FLAT, 2 * seed), "validation")
        on += [reading.on for reading in warning_light(labelled, predictions(*drawn(600, FLAT, 2 * seed + 1)), 150)]
    assert (on <= 4).all()  # of 60, of which 1 % each may be on


@pytest.mark.parametrize("each", [1, 4])
def test_the_light_goes_on_for_another_mix_and_for_harder_objects(each):
    labelled = predictions(*drawn(1200, FLAT), "validation", each)
    mixed = {of.name: of for of in warning_light(labelled, predictions(*drawn(1200, NIGHT, 1), each=each), 150)}
    assert mixed["distance of class shares"].on
    harder = {of.name: of for of in warning_light(labelled, predictions(*drawn(1200, FLAT, 1, apart=1.0)), 150)}
    assert harder["mean confidence"].on
    assert harder["accuracy, estimated"].on
    assert harder["distance of confidence"].on
