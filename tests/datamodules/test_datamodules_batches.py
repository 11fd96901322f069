"""Batches of sequences, of any target, and of what cannot be augmented."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from alertlab.core.contracts import Augmentation, Loading
from alertlab.core.samples import PARTS, Samples
from alertlab.core.split import SplitPlan
from alertlab.core.taxonomy import Taxonomy
from alertlab.datamodules import DataModule
from alertlab.datamodules.loading import sampler
from alertlab.datamodules.loading.batches import loader
from alertlab.datamodules.loading.sampler import POOL, EpochBatches
from alertlab.runtime import AlertlabError, Quantities, Quantity, Ragged
from alertlab.runtime.operations import apply
from hypothesis import given, settings
from hypothesis import strategies as st


def lengths_of(n, seed=0):
    """Sequences as surveys have them: most of them short, some very long."""
    return np.random.default_rng(seed).lognormal(3, 1, n).astype(np.int64) + 1


def epoch(n, batch_size, lengths, seed=1, number=0, balanced=False):
    order = EpochBatches(np.arange(n) % 3, batch_size, balanced, seed, lengths)
    order.set_epoch(number)
    return list(order)


@settings(deadline=None, max_examples=50)
@given(st.integers(2, 400), st.integers(1, 20))
def test_batches_of_like_length_hold_every_row_once(n, batch_size):
    batches = epoch(n, batch_size, lengths_of(n))
    assert sorted(row for rows, _ in batches for row in rows) == list(range(n))
    assert [place for _, place in batches] == [(0, step) for step in range(len(batches))]
    assert sorted(map(len, (rows for rows, _ in batches))) == sorted(
        len(rows) for rows, _ in epoch(n, batch_size, None)
    )


def padded(batches, lengths):
    """Values that the batches hold, of sequences and of padding, for each value of a sequence."""
    return sum(len(rows) * lengths[rows].max() for rows, _ in batches) / lengths.sum()


def test_like_lengths_together_need_a_third_of_the_padding():
    n, size = 5000, 32
    lengths = lengths_of(n)
    pooled, random = (padded(epoch(n, size, given), lengths) - 1 for given in (lengths, None))
    assert pooled < random / 3
    assert n > POOL * size  # more than one pool, so that batches are others each epoch


def test_the_order_of_like_lengths_is_a_function_of_seed_and_epoch_and_rows_meet_others():
    lengths = lengths_of(300)
    first = epoch(300, 8, lengths)
    assert epoch(300, 8, lengths) == first
    for other in (epoch(300, 8, lengths, number=1), epoch(300, 8, lengths, seed=2)):
        assert {tuple(sorted(rows)) for rows, _ in other} != {tuple(sorted(rows)) for rows, _ in first}
    longest = [lengths[rows].max() for rows, _ in first]
    assert longest != sorted(longest)  # training does not go from short to long


def test_equally_long_sequences_are_as_often_balanced_as_without_lengths():
    rows = [row for rows, _ in epoch(60, 8, np.ones(60, np.int64), balanced=True) for row in rows]
    assert np.bincount(np.array(rows) % 3).tolist() == [20, 20, 20]


@pytest.mark.parametrize("world", [2, 3])
def test_processes_share_an_epoch_as_they_do_without_lengths(monkeypatch, world):
    lengths, shares = lengths_of(120), []
    for rank in range(world):
        monkeypatch.setattr(sampler, "_place", lambda rank=rank: (rank, world))
        mine, plain = (epoch(120, 8, given) for given in (lengths, None))
        assert {row for rows, _ in mine for row in rows} == {row for rows, _ in plain for row in rows}
        assert len(mine) == len(plain)
        shares.append({row for rows, _ in mine for row in rows})
    assert sum(map(len, shares)) == len(set().union(*shares)) == 120


N = 9


def samples_of(target, names=None, inputs=None):
    curves = Ragged.of([np.full((row, 2), row, np.float32) for row in range(N)])
    objects = np.array([f"object {row}" for row in range(N)])
    return Samples(inputs or {"curve": curves}, target, np.arange(N), objects, names)


def transform(inputs):
    return {name: apply((), values) for name, values in inputs.items()}


def batches_of(samples, training=False, **wishes):
    return list(loader(samples, Loading(batch_size=4, transform=transform, **wishes), training, 0))


def test_sequences_and_their_targets_are_padded_with_nan_to_the_longest_of_the_batch():
    target = Ragged.of([np.arange(row, dtype=np.float64) for row in range(N)])
    for number, (inputs, found) in enumerate(batches_of(samples_of(target))):
        rows = range(4 * number, min(4 * number + 4, N))
        assert inputs["curve"].shape == (len(rows), max(rows), 2)
        assert found.shape == (len(rows), max(rows))
        for place, row in enumerate(rows):
            assert found[place, :row].tolist() == list(range(row))
            assert found[place, row:].isnan().all()
            assert inputs["curve"][place, row:].isnan().all()


def test_targets_are_numbers_of_the_classes_or_values_as_precise_as_the_inputs():
    names = Quantities((Quantity("a"), Quantity("b")))
    values = np.random.default_rng(0).normal(size=(N, 2))
    found = torch.cat([target for _, target in batches_of(samples_of(values, names))])
    assert found.dtype == torch.float32
    np.testing.assert_array_equal(found, values.astype(np.float32))
    classes = torch.cat([target for _, target in batches_of(samples_of(np.arange(N) % 2, Taxonomy(["a", "b"])))])
    assert classes.dtype == torch.int64
    assert classes.tolist() == [row % 2 for row in range(N)]


def test_a_target_of_nothing_has_a_row_each_and_no_column():
    assert [tuple(target.shape) for _, target in batches_of(samples_of(None))] == [(4, 0), (4, 0), (1, 0)]


def test_images_of_unequal_size_are_not_augmented():
    stamps = Ragged.of([np.zeros((1, row + 1, 3), np.float32) for row in range(N)], images=True)
    wishes = {"training": True, "augmentation": Augmentation(flip=True)}
    with pytest.raises(AlertlabError, match=r"model\.augmentation: is of an input stamp of one size"):
        batches_of(samples_of(None, inputs={"stamp": stamps}), **wishes)
    with pytest.raises(AlertlabError, match=r"model\.augmentation: .* the data have curve; leave it out"):
        batches_of(samples_of(None), **wishes)


class Given(DataModule):
    """What the test gives."""

    description = "some curves"

    def __init__(self, samples, **split):
        super().__init__(SplitPlan(**split))
        self.given = samples

    def read(self):
        return self.given


def test_a_sample_that_stands_twice_is_named():
    twice = replace(samples_of(None), sample_id=np.array([0, 1, 2, 3, 4, 5, 6, 2, 8]))
    with pytest.raises(AlertlabError, match="some curves: sample 2 of object object 7 stands there twice; keep one"):
        Given(twice).samples()


@pytest.mark.parametrize("target", [None, np.full(N, np.nan), Ragged.of([np.zeros(row) for row in range(N)])])
def test_whatever_the_target_objects_are_parted_once_each_and_loaded(target):
    data = Given(samples_of(target), validation=0.3, test=0.3)
    data.draw(0)
    assert sorted(np.concatenate([data.samples(part).sample_id for part in PARTS])) == list(range(N))
    data.loading = Loading(batch_size=2, transform=transform)
    assert sum(len(target) for _, target in data.train_dataloader()) == len(data.samples("train"))
    assert sum(len(target) for _, target in data.val_dataloader()) == len(data.samples("validation"))
    assert data.split.digest() == Given(samples_of(target), validation=0.3, test=0.3).split.digest()


def test_a_class_of_data_without_any_cannot_be_left_out():
    with pytest.raises(AlertlabError, match="leave_out: odd is no class of the data; known: none"):
        Given(samples_of(None), leave_out=["odd"]).draw(0)
