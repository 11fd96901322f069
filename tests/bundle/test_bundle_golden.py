"""Which rows prove a bundle."""

import numpy as np
import pytest
from alertlab.bundle.golden import golden_rows
from numpy_model import make_samples


def nan_rows(samples):
    return np.isnan(samples.inputs["stamp"]).any(axis=(1, 2, 3)) | np.isnan(samples.inputs["metadata"]).any(axis=1)


def test_sixteen_of_each_class_or_all_there_are():
    samples = make_samples()
    chosen = samples.take(golden_rows(samples))
    for name, count in chosen.counts().items():
        assert count == min(16, samples.counts()[name])


def test_rows_with_nan_come_first_up_to_a_half():
    samples = make_samples(1000)
    holey = nan_rows(samples.take(golden_rows(samples)))
    assert holey.sum() == 3 * 8


def test_the_choice_does_not_hang_on_the_order_of_rows():
    samples = make_samples()
    shuffled = samples.take(np.random.default_rng(1).permutation(len(samples)))
    first, second = samples.take(golden_rows(samples)), shuffled.take(golden_rows(shuffled))
    np.testing.assert_array_equal(first.sample_id, second.sample_id)
    assert np.all(np.diff(first.sample_id) > 0)


@pytest.mark.parametrize(("n", "expected"), [(1, 1), (40, 40), (300, 64)])
def test_unlabelled_samples_give_their_first_rows(n, expected):
    assert len(golden_rows(make_samples(n, labelled=False))) == expected


def test_rows_that_all_hold_nan_are_taken_too():
    samples = make_samples(40)
    samples.inputs["metadata"][:, 0] = np.nan
    assert len(golden_rows(samples)) == sum(min(16, count) for count in samples.counts().values())
