"""The operations against scikit-learn, loops and the limits of float32."""

import numpy as np
import pytest
from alertlab.runtime import BundleError
from alertlab.runtime.operations import OPERATIONS, apply, clip, crop, fill_missing, minmax, nan_to_num, standardize
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import MinMaxScaler, StandardScaler

BIG = float(np.finfo(np.float32).max)


@pytest.fixture
def images():
    images = np.random.default_rng(3).normal(100, 30, (6, 2, 5, 5)).astype(np.float32)
    images[0, 0, 1, 1] = images[2, 1, :2] = np.nan
    return images


def test_minmax_agrees_with_scikit_learn_channel_by_channel(images):
    ours = minmax(images)
    for image, channel in np.ndindex(6, 2):
        pixels = images[image, channel].astype(float).reshape(-1, 1)
        np.testing.assert_allclose(
            ours[image, channel].reshape(-1, 1), MinMaxScaler().fit_transform(pixels), atol=1e-12
        )


def test_minmax_keeps_nan_and_its_bounds_ignore_it(images):
    scaled = minmax(images)
    np.testing.assert_array_equal(np.isnan(scaled), np.isnan(images))
    assert np.nanmin(scaled[0, 0]) == 0
    assert np.nanmax(scaled[0, 0]) == 1


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [0.0, 7.0, np.nan, np.inf])
def test_a_channel_without_scale_becomes_nan(value):
    assert np.isnan(apply([{"op": "minmax"}], np.full((1, 1, 3, 3), value, np.float32))).all()


def test_minmax_bears_the_whole_range_of_float32():
    image = np.array([-BIG, 0, BIG], np.float32).reshape(1, 1, 1, 3)
    np.testing.assert_allclose(minmax(image).ravel(), [0, 0.5, 1])
    tiny = np.array([0, 1e-45, 2.8e-45], np.float32).reshape(1, 1, 1, 3)
    np.testing.assert_allclose(minmax(tiny).ravel(), [0, 0.5, 1])


@pytest.mark.parametrize(("side", "size"), [(63, 21), (21, 21), (6, 3), (5, 2), (1, 1)])
def test_crop_keeps_the_centre(side, size):
    image = np.arange(side * side, dtype=np.float32).reshape(1, 1, side, side)
    start = (side - size) // 2
    expected = [[image[0, 0, start + y, start + x] for x in range(size)] for y in range(size)]
    np.testing.assert_array_equal(crop(image, size)[0, 0], expected)


@pytest.mark.parametrize("size", [0, -3, 6])
def test_a_crop_that_does_not_fit_is_refused(size):
    with pytest.raises(BundleError, match=f"crop: size {size} does not fit the image, 5x5 pixels"):
        crop(np.zeros((1, 1, 5, 5)), size)


def test_standardize_agrees_with_scikit_learn():
    table = np.random.default_rng(1).lognormal(3, 2, (200, 4)).astype(np.float32)
    table[:, 2] = 5  # constant: scikit-learn's scale is 1
    scaler = StandardScaler().fit(table.astype(float))
    np.testing.assert_allclose(
        standardize(table, scaler.mean_.tolist(), scaler.scale_.tolist()), scaler.transform(table.astype(float))
    )


TABLES = arrays(np.float32, (5, 3), elements=st.floats(width=32))
BOUNDS = st.lists(st.none() | st.floats(-1e6, 0), min_size=3, max_size=3)


@given(TABLES, BOUNDS, BOUNDS)
def test_clip_and_fill_agree_with_a_loop(table, low, values):
    high = [None if bound is None else -bound for bound in reversed(low)]
    clipped, filled = clip(table, low, high), fill_missing(table, values)
    for row, column in np.ndindex(table.shape):
        value = float(table[row, column])
        if np.isnan(value):
            assert np.isnan(clipped[row, column])
            expected = np.nan if values[column] is None else values[column]
            np.testing.assert_equal(filled[row, column], expected)
            continue
        assert filled[row, column] == value
        value = value if low[column] is None else max(value, low[column])
        assert clipped[row, column] == (value if high[column] is None else min(value, high[column]))


def test_logarithms_are_of_the_chosen_columns_and_of_nothing_below_the_floor():
    rows = np.array([[100, 100], [0.01, -3], [0, 0], [np.nan, np.nan]], np.float32)
    expected = np.array([[2, 100], [-1, -3], [-1, 0], [np.nan, np.nan]], np.float32)
    np.testing.assert_allclose(apply([{"op": "logarithm", "floor": [0.1, None]}], rows), expected, rtol=1e-6)
    with pytest.raises(BundleError, match=r"logarithm: floor \[0\], expected numbers above 0"):
        apply([{"op": "logarithm", "floor": [0]}], rows)


def test_the_tangent_keeps_what_is_unknown_and_bounds_the_rest():
    found = apply([{"op": "tanh"}], np.array([[0, 0.5, -30, np.inf, np.nan]], np.float32))
    np.testing.assert_allclose(found, [[0, np.tanh(0.5), -1, 1, np.nan]], rtol=1e-6)


def test_nan_to_num_leaves_infinity():
    np.testing.assert_array_equal(nan_to_num(np.array([np.nan, np.inf, 1.0]), -9.0), [-9.0, np.inf, 1.0])


@pytest.mark.parametrize(("name", "parameters"), [("minmax", {}), ("crop", {"size": 2}), ("nan_to_num", {"value": 0})])
def test_no_rows_stay_no_rows(name, parameters):
    assert apply([{"op": name, **parameters}], np.empty((0, 2, 4, 4), np.float32)).shape[0] == 0


def test_operations_never_change_their_input(images):
    before = images.copy()
    apply([{"op": "crop", "size": 3}, {"op": "minmax"}, {"op": "nan_to_num", "value": 0.0}], images)
    np.testing.assert_array_equal(images, before)


def test_the_vocabulary_is_closed():
    assert len(OPERATIONS) <= 28
    with pytest.raises(BundleError, match="unknown operation 'exec'"):
        apply([{"op": "exec"}], np.zeros((1, 1)))


def test_what_is_infinite_is_unknown_and_what_is_absurd_becomes_a_number():
    row = np.array([[1.5, -np.inf, np.inf, np.nan, 2e32, -2e32, 9e31, -0.0]], np.float32)
    steps = [{"op": "bound", "limit": 1e32, "value": 0.0}, {"op": "nan_to_num", "value": -999}]
    expected = np.array([[1.5, -999, -999, -999, 0, 0, 9e31, 0]], np.float32)
    np.testing.assert_array_equal(apply(steps, row), expected)
