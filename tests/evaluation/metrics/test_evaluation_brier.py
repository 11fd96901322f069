"""The Brier score's parts against Murphy's sums over distinct forecasts, and scikit-learn's score."""

import numpy as np
import pytest
from alertlab.evaluation.metrics.brier import brier, equal_mass, equal_mass_error
from alertlab.evaluation.metrics.calibration import Reliability, large_enough
from sklearn.metrics import brier_score_loss


def drawn(n=2000, seed=0, digits=None):
    rng = np.random.default_rng(seed)
    told = rng.dirichlet(np.ones(3), n)
    if digits is not None:
        told = np.round(told, digits)
        told[:, 2] = 1 - told[:, :2].sum(1)
    target = (rng.random((n, 1)) > np.cumsum(told, axis=1)).sum(1).clip(max=2)
    return target, told


def test_the_parts_add_up_to_the_score_of_scikit_learn():
    target, told = drawn()
    parts = brier(target, told)
    assert parts.score == pytest.approx(brier_score_loss(target, told, labels=[0, 1, 2], scale_by_half=False))


def test_of_few_distinct_forecasts_the_parts_are_murphys():
    """sum n_k (p_k - o_k)^2 / N and sum n_k (o_k - o)^2 / N over the distinct forecasts of each class."""
    target, told = drawn(digits=1)
    told = np.round(told, 1)
    reliability = resolution = uncertainty = 0.0
    for index in range(3):
        own = target == index
        base = own.mean()
        for value in np.unique(told[:, index]):
            rows = told[:, index] == value
            reliability += rows.mean() * (value - own[rows].mean()) ** 2
            resolution += rows.mean() * (own[rows].mean() - base) ** 2
        uncertainty += base * (1 - base)
    parts = brier(target, told, bins=2000)  # fine enough for each value to be a bin of its own
    assert parts.reliability == pytest.approx(reliability)
    assert parts.resolution == pytest.approx(resolution)
    assert parts.uncertainty == pytest.approx(uncertainty)


def test_what_is_calibrated_has_no_reliability_to_lose():
    right, wrong = drawn(20_000), drawn(20_000, seed=1)
    surer = wrong[1] ** 3 / (wrong[1] ** 3).sum(1, keepdims=True)
    assert brier(*right).reliability < 0.002
    assert brier(wrong[0], surer).reliability > 0.05


def test_bins_of_equal_mass_hold_alike_many_and_never_part_equal_values():
    value = np.random.default_rng(0).random(1000)
    assert np.bincount(equal_mass(value, 10)).tolist() == [100] * 10
    same = np.repeat([0.1, 0.9], [900, 100])
    assert np.bincount(equal_mass(same, 10)).tolist() == [900, 100]


def test_the_error_in_bins_of_equal_mass_is_its_definition():
    target, told = drawn(1000)
    confidence, right = told.max(1), told.argmax(1) == target
    order = np.argsort(confidence)
    gaps = [abs(right[rows].mean() - confidence[rows].mean()) for rows in np.split(order, 10)]
    assert equal_mass_error(confidence, right, 10) == pytest.approx(np.mean(gaps))


@pytest.mark.parametrize("count", [[0, 3, 4, 20, 50], [1, 1, 1], [10, 10, 10], [5, 20, 0, 0, 9, 40], [0, 0, 7]])
def test_joined_bins_hold_ten_and_lose_nothing(count):
    count = np.array(count, float)
    into = large_enough(count, 10)
    assert (np.diff(into) >= 0).all()
    joined = Reliability(count, np.full(len(count), 0.5), np.full(len(count), 0.6)).joined(into)
    assert joined.count.sum() == count.sum()
    assert (joined.count >= 10).all() or len(joined.count) == 1
    np.testing.assert_allclose(joined.accuracy, 0.5)
