"""Splits: no object in two parts, classes in proportion, errors before training."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.core.samples import Samples
from alertlab.core.split import PARTS, SplitPlan
from alertlab.core.taxonomy import Taxonomy
from alertlab.runtime import AlertlabError
from hypothesis import given, settings
from hypothesis import strategies as st


def samples_of(counts, rows_per_object=2):
    """``counts`` objects of each class, some rows each."""
    target = np.repeat(np.arange(len(counts)), counts)
    objects = np.array([f"ZTF{number:04d}" for number in range(len(target))])
    n = len(target) * rows_per_object
    return Samples(
        {"stamp": np.zeros((n, 1), np.float32)},
        np.tile(target, rows_per_object),
        np.arange(n),
        np.tile(objects, rows_per_object),
        Taxonomy([f"class{number}" for number in range(len(counts))]),
    )


def objects_in(samples, split):
    return [set(samples.object_id[split.rows(samples, part)]) for part in PARTS]


@settings(max_examples=30, deadline=None)
@given(
    counts=st.lists(st.integers(12, 60), min_size=2, max_size=5),
    seed=st.integers(0, 10**6),
    folds=st.sampled_from([0, 3, 5]),
    repeat=st.integers(0, 2),
)
def test_no_object_is_in_two_parts_and_none_is_lost(counts, seed, folds, repeat):
    samples = samples_of(counts)
    train, validation, test = objects_in(samples, SplitPlan(seed=seed, folds=folds).make(samples, repeat))
    assert len(train) + len(validation) + len(test) == len(train | validation | test)
    assert train | validation | test == set(samples.object_id)


def test_parts_have_their_fractions_in_every_class():
    samples = samples_of([100, 200])
    split = SplitPlan(validation=0.1, test=0.3).make(samples)
    for part, fraction in zip(PARTS, (0.6, 0.1, 0.3), strict=True):
        counts = samples.take(split.rows(samples, part)).counts()
        assert counts == {
            "class0": pytest.approx(200 * fraction, abs=4),
            "class1": pytest.approx(400 * fraction, abs=4),
        }


def test_folds_test_every_object_once():
    samples = samples_of([30, 20])
    plan = SplitPlan(folds=5)
    tests = [objects_in(samples, plan.make(samples, repeat))[2] for repeat in range(5)]
    assert sum(map(len, tests)) == 50
    assert set().union(*tests) == set(samples.object_id)


@pytest.mark.parametrize("folds", [0, 4])
def test_without_validation_the_rest_trains(folds):
    samples = samples_of([40, 40])
    train, validation, test = objects_in(samples, SplitPlan(validation=0, test=0.25, folds=folds).make(samples))
    assert (len(train), len(validation), len(test)) == (60, 0, 20)


def test_the_split_does_not_depend_on_the_order_of_rows():
    samples = samples_of([30, 20])
    shuffled = samples.take(np.random.default_rng(1).permutation(len(samples)))
    assert SplitPlan().make(samples).digest() == SplitPlan().make(shuffled).digest()


def test_each_repeat_and_seed_draws_anew_and_the_same_again():
    samples = samples_of([30, 20])
    digests = [SplitPlan(seed=seed).make(samples, repeat).digest() for seed, repeat in ((0, 0), (0, 1), (1, 0), (0, 0))]
    assert len(set(digests)) == 3
    assert digests[0] == digests[3]


def test_a_class_with_too_few_objects_is_named():
    with pytest.raises(AlertlabError, match=r"too few objects.*class1 has 2, each class needs 3"):
        SplitPlan().make(samples_of([30, 2]))


def test_an_empty_part_of_a_class_is_named():
    with pytest.raises(AlertlabError, match=r"validation part of the split has no class1"):
        SplitPlan(validation=0.05).make(samples_of([100, 4]))


def test_a_fraction_that_leaves_nothing_is_refused():
    with pytest.raises(AlertlabError, match=r"datamodule\.split\.validation"):
        SplitPlan(validation=0.6, test=0.4).make(samples_of([30, 30]))


def test_a_repeat_beyond_the_folds_is_refused():
    with pytest.raises(AlertlabError, match="3 folds have no repeat 3"):
        SplitPlan(folds=3).make(samples_of([30, 30]), 3)


def test_a_split_file_is_followed(tmp_path):
    samples = samples_of([30, 20])
    drawn = SplitPlan(seed=5).make(samples)
    path = drawn.write(tmp_path / "split.parquet")
    assert SplitPlan(file=str(path)).make(samples).digest() == drawn.digest()


def test_a_split_file_with_an_object_in_two_parts_fails(tmp_path):
    samples = samples_of([3, 3])
    names = sorted(set(samples.object_id.tolist()))
    table = pa.table({"object_id": [*names, names[0]], "part": ["train", "validation", "test"] * 2 + ["test"]})
    pq.write_table(table, tmp_path / "split.parquet")
    with pytest.raises(AlertlabError, match=f"object {names[0]} in two parts"):
        SplitPlan(file=str(tmp_path / "split.parquet")).make(samples)


def test_a_split_file_that_lacks_objects_names_the_first(tmp_path):
    pq.write_table(pa.table({"object_id": ["x"], "part": ["train"]}), tmp_path / "split.parquet")
    with pytest.raises(AlertlabError, match="lacks 6 objects, the first is ZTF0000"):
        SplitPlan(file=str(tmp_path / "split.parquet")).make(samples_of([3, 3]))
