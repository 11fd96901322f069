"""Operations on sequences of any length and images of any size."""

import numpy as np
import pytest
from alertlab.runtime import BundleError, Ragged
from alertlab.runtime.operations import apply, clip, crop, fill_missing, fit, standardize
from alertlab.runtime.sequence_operations import append_present
from hypothesis import given, settings
from hypothesis import strategies as st

RELAXED = settings(deadline=None, max_examples=50)  # the first example imports and compiles
COLUMNS = [
    {"op": "fill_missing", "values": [-1.0, None]},
    {"op": "clip", "minimum": [0.0, None], "maximum": [None, 1.0]},
    {"op": "standardize", "mean": [1.0, 0.5], "scale": [2.0, 0.25]},
]


def by_hand(image, size):
    """Pixel by pixel: the middle of the image to the middle of the field, the upper left of two middles."""
    fitted = np.full((image.shape[0], size, size), np.nan)
    for channel in range(image.shape[0]):
        for y in range(size):
            for x in range(size):
                places = []
                for place, side in ((y, image.shape[1]), (x, image.shape[2])):
                    places.append(place + (side - size) // 2 if side >= size else place - (size - side) // 2)
                if all(0 <= at < side for at, side in zip(places, image.shape[1:], strict=True)):
                    fitted[channel, y, x] = image[channel, places[0], places[1]]
    return fitted


SIDES = st.tuples(st.integers(1, 9), st.integers(1, 9))


@RELAXED
@given(st.lists(SIDES, min_size=1, max_size=4), st.integers(1, 8))
def test_each_image_is_cut_and_padded_as_by_hand_whatever_is_beside_it(sides, size):
    images = [np.random.default_rng(n).random((2, *side), dtype="f4") for n, side in enumerate(sides)]
    fitted = fit(Ragged.of(images, images=True), size)
    assert fitted.dtype == np.float32
    for image, found in zip(images, fitted, strict=True):
        np.testing.assert_array_equal(found, by_hand(image, size).astype("f4"))
        np.testing.assert_array_equal(fit(image[None], size)[0], found)


@pytest.mark.parametrize("side", [30, 31, 62, 63, 64, 101, 102])
def test_sizes_of_surveys_are_brought_to_63_pixels(side):
    image = np.random.default_rng(side).random((1, 3, side, side), dtype="f4")
    fitted = fit(image, 63)
    assert fitted.shape == (1, 3, 63, 63)
    assert np.isfinite(fitted).sum() == 3 * min(side, 63) ** 2
    if side >= 63:
        np.testing.assert_array_equal(fitted, crop(image, 63))
    else:
        np.testing.assert_array_equal(fitted[0], by_hand(image[0], 63).astype("f4"))


def test_no_size_is_refused():
    with pytest.raises(BundleError, match="fit: size 0, expected 1 or more"):
        fit(np.zeros((1, 1, 3, 3)), 0)


def sequences(lengths=(3, 0, 5), seed=0):
    rng = np.random.default_rng(seed)
    rows = [rng.normal(size=(length, 2)).astype("f4") for length in lengths]
    rows[0][1, 0] = np.nan
    return Ragged.of(rows)


def test_columns_of_sequences_are_treated_as_those_of_the_flat_table():
    ragged = sequences()
    flat = apply(COLUMNS, ragged.values)
    np.testing.assert_array_equal(ragged.cut(apply(COLUMNS, ragged)).values, flat)
    expected = standardize(clip(fill_missing(ragged.values, [-1, None]), [0, None], [None, 1]), [1.0, 0.5], [2.0, 0.25])
    np.testing.assert_array_equal(flat, expected.astype("f4"))


def test_what_is_padded_stays_unknown_where_nothing_fills_it():
    ragged = sequences()
    prepared = apply(COLUMNS[1:], ragged)
    beyond = np.arange(5) >= ragged.lengths[:, None]
    assert np.isnan(prepared[beyond]).all()


def test_a_column_tells_points_from_padding():
    ragged = sequences()
    padded = append_present(ragged.padded())
    assert padded.shape == (3, 5, 3)
    for row, length in enumerate(ragged.lengths):
        assert padded[row, :, 2].tolist() == [1] * length + [0] * (5 - length)
    np.testing.assert_array_equal(padded[..., :2], ragged.padded())
    assert padded.dtype == np.float32


def test_a_point_without_some_column_is_there_and_without_all_is_not():
    point = np.array([[[np.nan, 1.0], [np.nan, np.nan]]], "f4")
    assert append_present(point)[0, :, 2].tolist() == [1, 0]


@RELAXED
@given(st.lists(st.integers(0, 6), min_size=2, max_size=5))
def test_a_sequence_is_prepared_alike_alone_and_beside_others(lengths):
    ragged = sequences(lengths=(3, *lengths))
    steps = [*COLUMNS[1:], {"op": "append_present"}, {"op": "nan_to_num", "value": 0.0}]
    together = apply(steps, ragged)
    for row in range(len(ragged)):
        alone = apply(steps, ragged.take(np.array([row])))
        np.testing.assert_array_equal(together[row, : alone.shape[1]], alone[0])
        assert not together[row, alone.shape[1] :].any()


def test_a_sequence_of_one_column_may_have_one_axis():
    ragged = Ragged.of([np.array([1.0, 3.0], "f4"), np.array([], "f4")])
    np.testing.assert_array_equal(apply([{"op": "nan_to_num", "value": 9.0}], ragged), [[1, 3], [9, 9]])
