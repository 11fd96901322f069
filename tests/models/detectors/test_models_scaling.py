"""Features on one scale: what is learnt of each, and what an unknown value becomes."""

import numpy as np
import pytest
from alertlab.core.samples import Samples
from alertlab.core.taxonomy import Taxonomy
from alertlab.models.detectors.scaling import scaling
from alertlab.runtime import AlertlabError, Column
from alertlab.runtime.operations import apply


def table(*columns):
    features = np.column_stack(columns).astype(np.float32)
    n = len(features)
    names = tuple(Column(f"feature {place}") for place in range(len(columns)))
    objects = np.array([str(row) for row in range(n)])
    return Samples(
        {"features": features}, np.zeros(n, int), np.arange(n), objects, Taxonomy(["a"]), {"features": names}
    )


def scaled(samples, tails=0.0, rows=None):
    values = samples.inputs["features"] if rows is None else np.asarray(rows, np.float32)
    return apply(scaling(samples, tails, -1.1), values)


LINE, DECADES = np.linspace(-3, 7, 101), np.geomspace(1e-3, 1e3, 101)


def test_a_range_becomes_half_a_unit_either_way_and_then_its_tangent():
    np.testing.assert_allclose(scaled(table(LINE))[:, 0], np.tanh((LINE + 3) / 10 - 0.5), atol=1e-6)


def test_the_range_is_between_quantiles_of_the_known_values():
    values = np.concatenate([LINE, [np.nan, 1e6, -1e6, np.nan]])
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, [0.05, 0.95])
    expected = np.where(np.isnan(values), -1.1, np.tanh((values - low) / (high - low) - 0.5))
    np.testing.assert_allclose(scaled(table(values), 0.05)[:, 0], expected, atol=1e-6)


def test_a_feature_is_taken_by_its_logarithm_for_its_own_values_alone():
    """In every order of columns: the published code looked at the column before."""
    crossing = np.where(np.arange(101) == 50, -1e-4, DECADES)  # as wide, but not all above 0
    near = np.linspace(5, 50, 101)  # above 0, within a decade
    columns = {"line": LINE, "decades": DECADES, "crossing": crossing, "near": near}
    decade = np.tanh(np.linspace(0, 1, 101) - 0.5)
    for turn in range(4):
        names = list(np.roll(list(columns), turn))
        samples = table(*(columns[name] for name in names))
        step = next(each for each in scaling(samples, 0.0, -1.1) if each["op"] == "logarithm")
        assert [floor is not None for floor in step["floor"]] == [name == "decades" for name in names]
        found = dict(zip(names, scaled(samples).T, strict=True))
        np.testing.assert_allclose(found["decades"], decade, atol=1e-5)
        np.testing.assert_allclose(found["near"], decade, atol=1e-5)
        np.testing.assert_allclose(found["line"], decade, atol=1e-5)


def test_what_lies_below_all_positive_values_counts_as_the_least():
    found = scaled(table(DECADES), rows=[[1e-3], [1e-9], [0], [-5], [1e9]])[:, 0]
    np.testing.assert_allclose(found, np.tanh([-0.5, -0.5, -0.5, -0.5, 1.5]), atol=1e-6)


def test_unknown_is_told_from_every_value_and_infinite_is_unknown():
    rows = [[np.nan], [np.inf], [-np.inf], [-1e30], [1e30], [3e33]]
    found = scaled(table(LINE), rows=rows)[:, 0]
    np.testing.assert_allclose(found, [-1.1, -1.1, -1.1, -1, 1, np.tanh(-0.2)], atol=1e-6)  # absurd is 0


def test_features_of_one_value_or_none_do_no_harm():
    constant, empty = np.full(101, 7.0), np.full(101, np.nan)
    mostly = np.where(np.arange(101) == 0, 5.0, 0.0)  # both quantiles are 0
    found = scaled(table(constant, empty, mostly), 0.05)
    np.testing.assert_allclose(found[:, 0], 0)
    np.testing.assert_allclose(found[:, 1], -1.1, rtol=1e-6)
    np.testing.assert_allclose(found[[0, 1], 2], np.tanh([0.5, -0.5]), atol=1e-6)


@pytest.mark.parametrize(
    ("tails", "missing", "told"),
    [
        (0.5, -1.1, r"model\.tails: 0\.5 is no share"),
        ("few", 0, r"model\.tails"),
        (0.1, "none", r"model\.missing: 'none'"),
    ],
)
def test_a_wrong_setting_is_named(tails, missing, told):
    with pytest.raises(AlertlabError, match=told):
        scaling(table(LINE), tails, missing)
