"""Runs that are alike: how often a test says otherwise. In full: experiments/comparisons/null.py."""

import numpy as np
import pytest
from alertlab.evaluation.comparison.blocks import BLOCKS, blocks_of
from alertlab.evaluation.comparison.difference import corrected_interval
from alertlab.evaluation.comparison.significance import corrected_t, mcnemar, permutation_p

COUNT = 1000
AT_LEVEL = pytest.approx(0.05, abs=0.021)  # three standard deviations of a binomial of 1000


class Rows:
    def __init__(self, objects):
        self.object_id = np.array([f"o{number}" for number in range(objects)])


def test_swapping_objects_has_its_level():
    swaps = 1 - 2 * blocks_of({0: (Rows(50),)}, 0).swaps(399, 0)
    difference = np.random.default_rng(1).standard_t(4, size=(COUNT, 50))
    swapped = swaps @ difference.T / 50
    found = [permutation_p(each.mean(), swapped[:, place]) <= 0.05 for place, each in enumerate(difference)]
    assert np.mean(found) == AT_LEVEL


def test_the_corrected_t_has_its_level_where_repeats_share_rows_and_its_interval_covers():
    """Differences of repeats correlated by n_test / (n_test + n_train), as Nadeau & Bengio take them to be."""
    random, r, share = np.random.default_rng(2), 10, 0.2
    common, own = random.normal(size=(COUNT, 1)), random.normal(size=(COUNT, r))
    differences = np.sqrt(share) * common + np.sqrt(1 - share) * own
    assert np.mean([corrected_t(each, 0.25)[1] <= 0.05 for each in differences]) == AT_LEVEL
    assert np.mean([corrected_t(each, 0.0)[1] <= 0.05 for each in differences]) > 0.2  # Student's
    held = [low <= 0 <= high for low, high in (corrected_interval(each, 0.25, 0.95) for each in differences)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.021)


def test_mcnemar_has_its_level_and_less_where_discordant_objects_are_few():
    random = np.random.default_rng(3)
    rates = {}
    for objects in (15, 300):
        first = random.random((COUNT, objects)) < 0.5
        rates[objects] = np.mean([mcnemar(each, ~each).p <= 0.05 for each in first])
    assert rates[300] == AT_LEVEL
    assert rates[15] <= 0.05


def test_many_objects_are_drawn_in_blocks_whose_means_scatter_as_those_of_objects():
    values = np.random.default_rng(4).exponential(size=20_000)
    blocks = blocks_of({0: (Rows(20_000),)}, 0)
    assert (blocks.number, blocks.whole) == (BLOCKS, False)
    sums = np.bincount(blocks.of[0], values), np.bincount(blocks.of[0])
    draws = blocks.draws(2000, 0)
    means = draws @ sums[0] / (draws @ sums[1])
    assert means.std() == pytest.approx(values.std() / np.sqrt(len(values)), rel=0.1)
