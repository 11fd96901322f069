"""Splits: no object in two parts, classes in proportion, errors before training."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.core.samples import PARTS, Samples
from alertlab.core.split import SplitPlan
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
    with pytest.raises(AlertlabError, match=r"lacks 6 objects, the first is ZTF0000 \(it names x\)"):
        SplitPlan(file=str(tmp_path / "split.parquet")).make(samples_of([3, 3]))


def numbered():
    """Six objects whose names are numbers, three of each class."""
    samples = samples_of([3, 3])
    names = np.array([str(number) for number in range(6)])
    return replace(samples, object_id=np.tile(names, 2))


PARTED = ["train", "validation", "test"] * 2


@pytest.mark.parametrize(
    "names",
    [
        pa.array(range(6)),
        pa.array(range(6), pa.float64()),
        pa.array([f" {number} " for number in range(6)]),
        pa.array([str(number).encode() for number in range(6)]),
        pa.array([str(number) for number in range(6)]).dictionary_encode(),
        pa.array([Decimal(number) for number in range(6)]),
    ],
    ids=["integers", "real numbers", "spaces", "bytes", "categories", "decimal"],
)
def test_names_of_a_split_file_may_be_of_any_type(tmp_path, names):
    pq.write_table(pa.table({"object_id": names, "part": PARTED}), tmp_path / "split.parquet")
    split = SplitPlan(file=str(tmp_path / "split.parquet")).make(numbered())
    assert split.parts == {str(number): part for number, part in enumerate(PARTED)}


def test_a_split_file_may_be_csv_with_further_objects_and_empty_rows(tmp_path):
    rows = [f"{number:03},{part}" for number, part in enumerate([*PARTED, "test"])]
    (tmp_path / "split.csv").write_text("\n".join(["object_id,part", *rows[:3], ",", *rows[3:]]) + "\n")
    samples = numbered()
    samples = replace(samples, object_id=np.array([f"{int(name):03}" for name in samples.object_id]))
    split = SplitPlan(file=str(tmp_path / "split.csv")).make(samples)
    assert split.parts == {f"{number:03}": part for number, part in enumerate(PARTED)}


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"object_id": ["a", "b"], "part": ["train", "Test"]}, "has part 'Test' in row 1, known: train, validation"),
        ({"object_id": ["a", None], "part": ["train", "test"]}, "row 1 has no object_id"),
        ({"object_id": ["a", "b"], "part": ["train", None]}, "row 1 has no part"),
        ({"object_id": [1.5, 2], "part": ["train", "test"]}, "column object_id, row 0: 1.5 is a real number"),
        ({"object_id": ["a"], "fold": ["train"]}, "no column part"),
        ({"object_id": [["a"]], "part": ["train"]}, "column object_id holds list"),
        ({"object_id": pa.array([], pa.string()), "part": pa.array([], pa.string())}, "it has no rows"),
    ],
)
def test_a_split_file_that_cannot_be_followed_says_where(tmp_path, columns, message):
    pq.write_table(pa.table(columns), tmp_path / "split.parquet")
    with pytest.raises(AlertlabError, match=rf"datamodule\.split\.file: .*split\.parquet.*{message}"):
        SplitPlan(file=str(tmp_path / "split.parquet")).make(numbered())


def test_a_part_that_a_split_file_leaves_empty_is_for_the_file_to_fill(tmp_path):
    samples = numbered()
    pq.write_table(pa.table({"object_id": samples.object_id, "part": ["train"] * len(samples)}), tmp_path / "s.parquet")
    with pytest.raises(AlertlabError, match=r"test part .* datamodule\.split\.file, .*s\.parquet, is to put"):
        SplitPlan(file=str(tmp_path / "s.parquet")).make(samples)


def test_a_split_file_that_is_absent_or_damaged_names_its_key(tmp_path):
    with pytest.raises(AlertlabError, match=r"datamodule\.split\.file: .*no such file"):
        SplitPlan(file=str(tmp_path / "split.parquet")).make(numbered())
    (tmp_path / "split.parquet").write_bytes(b"PAR1 and no more PAR1")
    with pytest.raises(AlertlabError, match=r"datamodule\.split\.file: .*split\.parquet: not a readable"):
        SplitPlan(file=str(tmp_path / "split.parquet")).make(numbered())


@pytest.mark.parametrize(
    ("key", "value"),
    [("folds", 1), ("folds", 2.5), ("folds", -3), ("seed", -1), ("seed", "a"), ("test", "a"), ("validation", -0.1)],
)
def test_a_plan_that_cannot_be_names_its_key_at_once(key, value):
    with pytest.raises(AlertlabError, match=rf"datamodule\.split\.{key}: "):
        SplitPlan(**{key: value})
