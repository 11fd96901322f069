"""Ranks among training values, against scikit-learn."""

import numpy as np
import pytest
from alertlab.runtime import BundleError
from alertlab.runtime.operations import apply, quantile
from sklearn.preprocessing import QuantileTransformer

BIG = float(np.finfo(np.float32).max)


@pytest.fixture
def train():
    """A smooth column, a sky coordinate, two with ties, a constant."""
    generator = np.random.default_rng(8)
    columns = [
        generator.lognormal(2, 1, 300),
        generator.uniform(0, 360, 300),
        generator.integers(0, 2, 300),
        np.minimum(generator.poisson(15, 300), 20),
        np.full(300, 4.0),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


@pytest.mark.parametrize("n_quantiles", [2, 10, 100, 300])
def test_ranks_agree_with_scikit_learn(train, n_quantiles):
    transformer = QuantileTransformer(n_quantiles=n_quantiles).fit(train.astype(np.float64))
    new = np.concatenate([train, train * 1.1 - 1, [[-np.inf] * 5, [np.inf] * 5]]).astype(np.float32)
    ours = quantile(new, transformer.quantiles_.T.tolist(), [None] * 5, 0.1)
    theirs = transformer.transform(np.clip(new, -BIG, BIG).astype(np.float64)) + 0.1  # it takes no infinity
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_what_is_not_known_stays_so_and_its_neighbours_are_ranked():
    table = np.array([[-999, 1], [np.nan, 2], [5, -999]], np.float32)
    ranks = quantile(table, [[0, 10], [0, 4]], [-999, None], 0.1)
    np.testing.assert_allclose(ranks, [[np.nan, 0.35], [np.nan, 0.6], [0.6, 0.1]])


def test_no_rows_stay_no_rows():
    step = {"op": "quantile", "knots": [[0.0, 1.0]], "missing": [None], "offset": 0.0}
    assert apply([step], np.empty((0, 1), np.float32)).shape == (0, 1)


@pytest.mark.parametrize("knots", [[[2, 1]], [0, 1], [[0, None]]])
def test_knots_that_do_not_rise_are_refused(knots):
    with pytest.raises(BundleError, match="quantile: knots are not rows"):
        quantile(np.zeros((1, 1)), knots, [None], 0.0)


def test_a_column_without_knots_is_an_error():
    with pytest.raises(ValueError, match="zip"):
        quantile(np.zeros((1, 2)), [[0, 1]], [None], 0.0)
