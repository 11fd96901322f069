"""Rows of unequal size are what Arrow's lists and Python's loops say they are."""

import numpy as np
import pyarrow as pa
import pytest
from alertlab.runtime import Ragged
from alertlab.runtime.ragged import joined
from hypothesis import given, settings
from hypothesis import strategies as st

RELAXED = settings(deadline=None, max_examples=50)  # the first example imports and compiles
LENGTHS = st.lists(st.integers(0, 5), max_size=8)


def values(total, columns=None):
    return np.arange(total * (columns or 1), dtype=np.float32).reshape((total, columns) if columns else (total,))


def view(lengths, before=2, after=3, columns=None):
    """Rows within a longer array, as a slice of an Arrow list array has them."""
    offsets = before + np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Ragged(values(int(offsets[-1]) + after, columns), offsets)


def rows_of(ragged):
    return [ragged[row].tolist() for row in range(len(ragged))]


@RELAXED
@given(LENGTHS, st.integers(0, 3), st.integers(0, 3))
def test_rows_are_those_of_an_arrow_list_array_that_is_sliced_anywhere(lengths, before, after):
    ragged = view(lengths, before, after)
    offsets = before + np.concatenate([[0], np.cumsum(lengths)])
    arrow = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(values(int(offsets[-1]) + after)))
    assert rows_of(ragged) == arrow.to_pylist()
    assert ragged.lengths.tolist() == [len(row) for row in arrow]
    assert ragged.values.tolist() == arrow.flatten().to_pylist()
    assert ragged.owner.tolist() == arrow.value_parent_indices().to_pylist()


@RELAXED
@given(LENGTHS.filter(len), st.data())
def test_rows_taken_are_those_that_arrow_takes(lengths, data):
    ragged = view(lengths)
    arrow = pa.array(rows_of(ragged), pa.list_(pa.float32()))
    rows = np.array(data.draw(st.lists(st.integers(0, len(lengths) - 1))), np.int64)
    assert rows_of(ragged.take(rows)) == arrow.take(pa.array(rows)).to_pylist()
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(lengths), max_size=len(lengths))))
    assert rows_of(ragged.take(mask)) == arrow.filter(pa.array(mask)).to_pylist()


@RELAXED
@given(LENGTHS, st.sampled_from([None, 1, 3]))
def test_padding_is_that_of_a_loop_and_cutting_takes_it_off_again(lengths, columns):
    ragged = view(lengths, columns=columns)
    padded = ragged.padded()
    assert padded.shape == (len(lengths), max([1, *lengths]), *([columns] if columns else []))
    for row, length in enumerate(lengths):
        np.testing.assert_array_equal(padded[row, :length], ragged[row])
        assert np.isnan(padded[row, length:]).all()
    back = ragged.cut(padded)
    np.testing.assert_array_equal(back.values, ragged.values)
    np.testing.assert_array_equal(back.offsets, ragged.offsets)


@RELAXED
@given(st.lists(LENGTHS, min_size=1, max_size=4), st.sampled_from([None, 2]))
def test_joined_rows_stand_one_after_the_other(parts, columns):
    each = [view(lengths, before=number, columns=columns) for number, lengths in enumerate(parts)]
    assert rows_of(joined(each)) == [row for part in each for row in rows_of(part)]


@RELAXED
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=5), st.data())
def test_images_keep_their_shapes(sides, data):
    images = [np.full((2, *side), number, np.float32) for number, side in enumerate(sides)]
    ragged = Ragged.of(images, images=True)
    assert [ragged[row].shape for row in range(len(ragged))] == [image.shape for image in images]
    twice = joined([ragged, ragged])
    for row in range(len(twice)):
        np.testing.assert_array_equal(twice[row], images[row % len(images)])
    if sides:
        row = data.draw(st.integers(0, len(sides) - 1))
        np.testing.assert_array_equal(ragged.take(np.array([row, row]))[1], images[row])


def test_a_row_is_counted_from_the_end_as_in_a_list_and_a_loop_ends():
    ragged = view([2, 0, 1])
    assert ragged[-1].tolist() == ragged[2].tolist()
    assert [row.tolist() for row in ragged] == rows_of(ragged)
    with pytest.raises(IndexError):
        ragged[3]


def test_no_rows_are_rows_too():
    for images in (False, True):
        nothing = Ragged.of([], images)
        assert len(nothing) == len(nothing.take(np.array([], np.int64))) == len(joined([nothing, nothing])) == 0
    assert Ragged.of([]).padded().shape == (0, 1)


def test_offsets_may_be_of_any_whole_type_and_a_list():
    for offsets in ([1, 2, 4], np.array([1, 2, 4], np.uint64), np.array([1, 2, 4], np.int8)):
        assert rows_of(Ragged(values(5), offsets)) == [[1], [2, 3]]


@pytest.mark.parametrize(
    ("offsets", "message"),
    [
        ([0, 6], "offsets 0 to 6 do not part"),
        ([-1, 3], "offsets -1 to 3 do not part"),
        ([0, 4, 2], "not in rising order"),
        (np.array([0, 4, 2], np.uint64), "not in rising order"),
        ([0.0, 2.0], "no whole numbers"),
        ([], "no whole numbers"),
        (3, "no whole numbers"),
        ([[0, 1]], "no whole numbers"),
    ],
)
def test_offsets_that_do_not_part_the_values_are_refused(offsets, message):
    with pytest.raises(ValueError, match=message):
        Ragged(values(5), offsets)


@pytest.mark.parametrize(
    "shapes",
    [
        [[1, 2, 2], [1, 1, 2]],  # of three values
        [[1, 2, 2]],  # of one row
        [4, 1],
        [[-1, -2, 2], [1, 1, 1]],
        [[1.0, 2.0, 2.0], [1.0, 1.0, 1.0]],
        [[2**32, 2**32, 1], [1, 1, 1]],  # in 64 bits none
    ],
)
def test_shapes_that_do_not_hold_the_values_are_refused(shapes):
    with pytest.raises(ValueError, match="shapes"):
        Ragged(values(5), [0, 4, 5], np.array(shapes))
    with pytest.raises(ValueError, match="shapes"):
        Ragged(values(5, 2), [0, 2, 5], [[1, 1, 2], [1, 1, 3]])


def test_images_of_unlike_axes_are_no_rows():
    with pytest.raises(ValueError, match="shape"):
        Ragged.of([np.zeros((3, 2, 2)), np.zeros((2, 2))], images=True)
