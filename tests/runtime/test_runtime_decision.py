"""The tie rule."""

import numpy as np
import pytest
from alertlab.runtime.decision import decide


@pytest.mark.parametrize(
    ("row", "decision"),
    [
        ([0.2, 0.5, 0.3], 1),
        ([1 / 3, 1 / 3, 1 / 3], 0),
        ([0.2, 0.4, 0.4], 1),
        ([0.4 - 4e-8, 0.4, 0.2], 0),  # within the rounding: a tie
        ([0.4 - 2e-6, 0.4, 0.2], 1),  # beyond it: none
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ties_go_to_the_first_class(row, decision, dtype):
    assert decide(np.array([row], dtype)).tolist() == [decision]


def test_last_bits_do_not_decide():
    rng = np.random.default_rng(0)
    votes = rng.integers(0, 300, (20000, 4)) / 300
    noise = rng.normal(0, 2e-8, votes.shape)
    np.testing.assert_array_equal(decide(votes), decide(votes + noise))
    assert np.sum(np.argmax(votes, 1) != np.argmax(votes + noise, 1)) > 0  # which plain argmax fails


def test_no_rows_have_no_decisions():
    assert decide(np.empty((0, 3))).shape == (0,)
