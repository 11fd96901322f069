"""Bins of one class's probability, held to scikit-learn."""

import numpy as np
import pytest
from alertlab.evaluation.classification.reliability_by_class import bins_of
from sklearn.calibration import calibration_curve


def drawn(n):
    random = np.random.default_rng(0)
    probability = random.random(n)
    return probability, random.random(n) < probability**2


def test_of_many_rows_bins_are_those_of_scikit_learn():
    probability, own = drawn(2000)
    came, told = calibration_curve(own, probability, n_bins=10)
    found = bins_of(probability, own)
    assert found.came == pytest.approx(came)
    assert found.told == pytest.approx(told)
    assert found.count.sum() == 2000


def test_no_bin_has_fewer_than_ten_rows_and_none_is_lost():
    probability, own = drawn(45)
    found = bins_of(np.append(probability, 1.0), np.append(own, True))
    assert found.count.min() >= 10
    assert found.count.sum() == 46
    assert (found.came * found.count).sum() == pytest.approx(own.sum() + 1)
