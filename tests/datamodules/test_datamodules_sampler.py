"""The order of training samples, and their augmentation."""

import numpy as np
import torch
from alertlab.core.contracts import Augmentation, Loading
from alertlab.core.samples import Samples
from alertlab.core.taxonomy import Taxonomy
from alertlab.datamodules.loading.augment import augment, shift
from alertlab.datamodules.loading.batches import loader
from alertlab.datamodules.loading.sampler import EpochBatches, draw
from hypothesis import given
from hypothesis import strategies as st


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(0, 99))
def test_balanced_epochs_show_every_class_as_often(counts, seed):
    target = np.repeat(np.arange(len(counts)), counts)
    rows = draw(target, True, np.random.default_rng(seed))
    shown = np.bincount(target[rows], minlength=len(counts))
    assert len(rows) == len(target)
    assert shown.max() - shown.min() <= 1


def test_a_small_class_is_shown_whole_before_any_row_comes_again():
    target = np.array([0] * 5 + [1] * 95)
    rows = draw(target, True, np.random.default_rng(0))
    times = np.bincount(rows[target[rows] == 0], minlength=5)
    assert times.tolist() == [10] * 5
    assert len(set(rows[target[rows] == 1])) == 50


def test_unbalanced_epochs_show_every_row_once():
    assert sorted(draw(np.array([0, 0, 0, 1]), False, np.random.default_rng(0))) == [0, 1, 2, 3]


def batches(seed, epoch):
    order = EpochBatches(np.repeat([0, 1], [30, 10]), 8, True, seed)
    order.set_epoch(epoch)
    return [rows for rows, _ in order]


def test_the_order_is_a_function_of_seed_and_epoch():
    assert batches(1, 4) == batches(1, 4)
    assert batches(1, 4) != batches(1, 5)
    assert batches(1, 4) != batches(2, 4)
    assert [len(rows) for rows in batches(1, 4)] == [8] * 5


@given(st.integers(2, 300), st.integers(2, 64))
def test_no_batch_has_one_row_alone_and_no_row_is_lost(n, batch_size):
    """Batch normalisation has no variance of a single row."""
    order = EpochBatches(np.arange(n) % 2, batch_size, False, 1)
    batches = [rows for rows, _ in order]
    assert len(order) == len(batches)
    assert sorted(row for rows in batches for row in rows) == list(range(n))
    assert min(map(len, batches)) >= 2


def test_a_shift_moves_pixels_and_brings_in_nan():
    image = np.arange(9, dtype="f4").reshape(1, 3, 3)
    np.testing.assert_array_equal(shift(image, 1, -1)[0], [[np.nan] * 3, [1, 2, np.nan], [4, 5, np.nan]])


def test_augmentation_leaves_its_input_and_changes_by_flip_and_shift_alone():
    stamp = np.random.default_rng(0).random((50, 3, 9, 9), dtype="f4")
    before = stamp.copy()
    changed = augment(stamp, Augmentation(flip=True), np.random.default_rng(1))
    np.testing.assert_array_equal(stamp, before)
    variants = [stamp, stamp[:, :, ::-1], stamp[:, :, :, ::-1], stamp[:, :, ::-1, ::-1]]
    matches = np.array([[np.array_equal(changed[i], variant[i]) for i in range(50)] for variant in variants])
    assert matches.any(axis=0).all()
    assert (matches.sum(axis=1) > 3).all()  # each of the four comes up


def test_workers_prepare_the_very_same_batches():
    n = 24
    stamp = np.random.default_rng(0).random((n, 3, 9, 9), dtype="f4")
    samples = Samples(
        {"stamp": stamp}, np.arange(n) % 2, np.arange(n), np.array([f"o{i}" for i in range(n)]), Taxonomy(["a", "b"])
    )
    wishes = Loading(5, True, Augmentation(flip=True, shift=2), seed=4)
    one, two = (
        [inputs["stamp"] for inputs, _ in loader(samples, wishes, training=True, workers=workers)] for workers in (0, 1)
    )
    for left, right in zip(one, two, strict=True):
        torch.testing.assert_close(left, right, equal_nan=True, rtol=0, atol=0)
