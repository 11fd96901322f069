"""Operations on light curves as sequences, each by hand, and on a prefix as on a curve of its own."""

import numpy as np
import pytest
from alertlab.runtime import Ragged
from alertlab.runtime.errors import BundleError
from alertlab.runtime.operations import SINCE_2, apply
from alertlab.runtime.sequence_operations import (
    OF_SEQUENCES,
    append_lag,
    append_one_hot,
    asinh_curve,
    keep_last,
    scale_by_beginning,
    scale_curve,
    take_columns,
)

TIME, BAND, VALUE, ERROR = range(4)
STEPS = [
    {"op": "keep_last", "count": 6},
    {"op": "append_lag", "column": TIME, "scale": 365.0},
    {"op": "append_one_hot", "column": BAND, "count": 2},
    {"op": "scale_curve", "value": VALUE, "error": ERROR},
    {"op": "take_columns", "columns": [4, 5, 6, VALUE, ERROR]},
    {"op": "append_present"},
    {"op": "nan_to_num", "value": 0.0},
]


def curves(lengths=(9, 1, 4), seed=0):
    rng = np.random.default_rng(seed)
    return [
        np.stack(
            [np.sort(rng.uniform(0, 900, n)), rng.integers(1, 3, n), rng.normal(18, 1, n), rng.uniform(0.01, 0.1, n)], 1
        ).astype(np.float32)
        for n in lengths
    ]


def test_the_published_preprocessing_by_hand():
    (curve,) = curves([5])
    lag, first, second, value, error, present = apply(STEPS, Ragged.of([curve]))[0].T
    wide = curve.astype(np.float64)
    np.testing.assert_allclose(lag, np.diff(wide[:, TIME], prepend=wide[0, TIME]) / 365, rtol=1e-6)
    np.testing.assert_allclose(value, (wide[:, VALUE] - wide[:, VALUE].mean()) / wide[:, VALUE].std(), rtol=1e-5)
    np.testing.assert_allclose(error, wide[:, ERROR] / wide[:, VALUE].std(), rtol=1e-6)
    assert first.tolist() == (curve[:, BAND] == 1).tolist()
    assert second.tolist() == (curve[:, BAND] == 2).tolist()
    assert present.tolist() == [1] * 5


def test_padding_is_0_and_changes_nothing():
    rows = curves()
    together = apply(STEPS, Ragged.of(rows))
    assert together.shape == (3, 6, 6)
    for row, curve in enumerate(rows):
        alone = apply(STEPS, Ragged.of([curve]))[0]
        np.testing.assert_allclose(together[row, : len(alone)], alone, rtol=1e-6, atol=1e-6)
        assert not together[row, len(alone) :].any()


def test_a_prefix_is_a_curve_of_its_own():
    (curve,) = curves([6])
    changed = curve.copy()
    changed[4:, VALUE] += 5
    early = [Ragged.of([each]).first(np.array([4])) for each in (curve, changed)]
    np.testing.assert_array_equal(apply(STEPS, early[0]), apply(STEPS, early[1]))


def test_the_last_points_are_kept_of_each_curve():
    rows = curves((9, 1, 4))
    kept = keep_last(Ragged.of(rows).padded(), 3)
    for row, curve in enumerate(rows):
        end = curve[-3:]
        np.testing.assert_array_equal(kept[row, : len(end)], end)
        assert np.isnan(kept[row, len(end) :]).all()
    np.testing.assert_array_equal(keep_last(Ragged.of(rows).padded(), 20), Ragged.of(rows).padded())


def test_a_curve_without_scatter_has_its_mean_error_as_scale():
    flat = np.array([[[0, 1, 18, 0.1], [1, 1, 18, 0.3]]])
    np.testing.assert_allclose(scale_curve(flat, VALUE, ERROR)[0, :, VALUE:], [[0, 0.5], [0, 1.5]])
    exact = np.array([[[0, 1, 18, 0.0]]])
    np.testing.assert_allclose(scale_curve(exact, VALUE, ERROR)[0, :, VALUE:], [[0, 0]])


def test_a_curve_can_be_scaled_by_its_beginning_which_later_points_do_not_change():
    rows = curves((30, 4))
    scaled = scale_by_beginning(Ragged.of(rows).padded(), TIME, 300.0, 3, VALUE, ERROR)
    early = rows[0][:, TIME] <= rows[0][0, TIME] + 300
    mean, deviation = rows[0][early, VALUE].mean(), rows[0][early, VALUE].std()
    np.testing.assert_allclose(scaled[0, :, VALUE], (rows[0][:, VALUE] - mean) / deviation, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(scaled[0, :, ERROR], rows[0][:, ERROR] / deviation, rtol=1e-5)
    later = rows[0].copy()
    later[~early, VALUE] += 5
    again = scale_by_beginning(Ragged.of([later]).padded(), TIME, 300.0, 3, VALUE, ERROR)[0]
    np.testing.assert_allclose(again[early], scaled[0][early])
    few = scale_by_beginning(Ragged.of(rows).padded(), TIME, 0.0, 3, VALUE, ERROR)[1, :4, VALUE]  # then its first three
    first = rows[1][:3, VALUE]
    np.testing.assert_allclose(few, (rows[1][:, VALUE] - first.mean()) / first.std(), rtol=1e-4, atol=1e-4)


def test_fluxes_are_linear_within_their_noise_and_logarithmic_above():
    flux = np.array([[[0, 1, -2, 2], [1, 1, 0, 2], [2, 1, 2e4, 4], [np.nan] * 4]])
    value, error = asinh_curve(flux, VALUE, ERROR)[0, :, VALUE:].T
    np.testing.assert_allclose(value[:2], [-np.log(1 + np.sqrt(2)), 0])
    assert value[2] == pytest.approx(np.log(2e4), rel=1e-6)  # asinh(x) is ln 2x
    step = 1e-6  # the error of first order is the derivative times the error of the flux
    np.testing.assert_allclose(error[:2], [(np.arcsinh(x + step) - np.arcsinh(x)) / step for x in (-1, 0)], rtol=1e-5)
    assert np.isnan(value[3])


def test_the_softening_is_the_median_error_of_the_points_that_there_are():
    rng = np.random.default_rng(1)
    rows = [np.stack([np.arange(n), np.ones(n), rng.normal(size=n), rng.uniform(1, 2, n)], 1) for n in (4, 7)]
    values = asinh_curve(Ragged.of(rows).padded(), VALUE, ERROR)[..., VALUE]
    for row, each in enumerate(rows):
        np.testing.assert_allclose(values[row, : len(each)], np.arcsinh(each[:, VALUE] / np.median(each[:, ERROR])))


def test_no_rows_stay_no_rows():
    assert apply(STEPS, np.empty((0, 1, 4), np.float32)).shape == (0, 1, 6)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda array: keep_last(array, 0), "keep_last: count 0"),
        (lambda array: scale_by_beginning(array, TIME, 300, 0, VALUE, ERROR), "scale_by_beginning: least 0"),
        (lambda array: append_lag(array, TIME, 0.0), "append_lag: scale 0.0"),
        (lambda array: append_lag(array, 4, 1.0), "append_lag: takes sequences with a column 4"),
        (lambda array: append_one_hot(array[0], BAND, 2), "append_one_hot: takes sequences"),
        (lambda array: take_columns(array, [0, 9]), "take_columns: takes sequences with a column 9"),
        (lambda array: scale_curve(array, 7, ERROR), "scale_curve: takes sequences with a column 7"),
    ],
)
def test_what_cannot_be_is_refused(wrong, told):
    with pytest.raises(BundleError, match=told):
        wrong(np.zeros((1, 3, 4)))


def test_a_manifest_with_them_is_of_version_2():
    assert {each.__name__ for each in OF_SEQUENCES} <= SINCE_2


def test_points_of_a_night_become_their_mean_by_inverse_variance():
    """Against numpy's weighted average, night by night; padding and curves without a point change nothing."""
    rng, nights = np.random.default_rng(3), (3, 1, 0)
    curves = np.full((3, 12, 4), np.nan)
    expected = np.full((3, 3, 4), np.nan)
    for row, many in enumerate(nights):
        found = []
        for night in range(many):
            size = int(rng.integers(1, 5))
            time, value = 10.0 * night + np.arange(size) / 100, rng.normal(18, 1, size)
            error = rng.uniform(0.05, 0.2, size)
            found.append(np.stack([time, np.ones(size), value, error], 1))
            mean = np.average(value, weights=error**-2)
            expected[row, night] = time.mean(), 1, mean, np.sum(error**-2) ** -0.5
        if found:
            points = np.concatenate(found)
            curves[row, : len(points)] = points
    merged = apply([{"op": "merge_close", "column": 0, "span": 0.5, "value": 2, "error": 3}], curves)
    np.testing.assert_allclose(merged, expected, rtol=1e-6)


def test_a_night_without_end_is_merged_piece_by_piece_and_errors_of_zero_leave_plain_means():
    steady = np.stack([np.arange(10) * 0.2, np.ones(10), np.arange(10.0), np.zeros(10)], 1)[None]
    merged = apply([{"op": "merge_close", "column": 0, "span": 0.5, "value": 2, "error": 3}], steady)[0]
    assert np.diff(merged[:, 0]).min() > 0.3
    assert merged[0].tolist() == pytest.approx([0.2, 1, 1, 0])
    assert apply([{"op": "merge_close", "column": 0, "span": 0.5, "value": 2, "error": 3}], steady[:0]).shape[0] == 0
    with pytest.raises(BundleError, match="merge_close: span 0"):
        apply([{"op": "merge_close", "column": 0, "span": 0, "value": 2, "error": 3}], steady)
