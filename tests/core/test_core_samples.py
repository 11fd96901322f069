"""Samples of sequences, images and any target: what is told of them, and what makes them other data."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.rows import Rows
from alertlab.core.samples import Samples
from alertlab.runtime import AlertlabError, Ragged
from samples_by_hand import IDS, OBJECTS, TASKS, N, samples_of


def curves():
    return Ragged.of([np.full((length, 2), length, np.float32) for length in (3, 0, 2, 1)])


def images():
    return Ragged.of([np.full((3, side, side + 1), side, np.float32) for side in (4, 5, 4, 6)], images=True)


def of(inputs, target=None, names=None):
    return Samples(inputs, target, IDS, OBJECTS, names)


def test_an_axis_of_any_length_has_the_shape_0_and_nothing_is_read():
    samples = of({"curve": curves(), "image": images(), "table": np.zeros((N, 5), np.float32)})
    assert samples.shape("curve") == (N, 0, 2)
    assert samples.shape("image") == (N, 3, 0, 0)
    assert samples.shape("table") == (N, 5)
    assert samples.take(np.array([2])).shape("curve") == (1, 0, 2)


def test_the_lengths_of_a_row_are_those_of_all_its_sequences():
    one, two = of({"curve": curves(), "image": images()}), of({"curve": curves(), "query": curves()})
    assert one.lengths.tolist() == [3, 0, 2, 1]
    assert two.lengths.tolist() == [6, 0, 4, 2]
    assert two.take(np.array([3, 0])).lengths.tolist() == [2, 6]
    assert of({"image": images()}).lengths is None


def test_batches_are_the_rows_in_order():
    samples = samples_of("forecast")
    parts = list(samples.batches(3))
    assert [len(part) for part in parts] == [3, 1]
    found = [part.inputs["query"][row].tolist() for part in parts for row in range(len(part))]
    assert found == [samples.inputs["query"][row].tolist() for row in range(N)]
    assert [part.target[row].size for part in parts for row in range(len(part))] == [3, 0, 1, 1]


KNOWN = {
    "classification": [True, True, False, True],
    "detection": [True, True, False, True],
    "regression": [True, True, False, True],
    "forecast": [True, False, True, True],
    "generation": [True, True, False, True],
}


@pytest.mark.parametrize("task", TASKS)
def test_there_is_something_to_learn_of_a_row_with_any_known_value(task):
    assert samples_of(task).labelled.tolist() == KNOWN[task]
    assert samples_of(task, target=None).labelled.tolist() == [False] * N
    assert samples_of(task).take(np.array([2, 0])).labelled.tolist() == [KNOWN[task][2], KNOWN[task][0]]


def test_truths_within_a_longer_array_are_those_alone():
    target = samples_of("forecast").target
    nan = np.full(2, np.nan, np.float32)
    longer = Ragged(np.concatenate([nan, target.values, nan]), target.offsets + 2)
    assert samples_of("forecast", target=longer).labelled.tolist() == KNOWN["forecast"]
    assert samples_of("forecast", target=longer).digest() == samples_of("forecast").digest()


def flipped(values, place):
    changed = values.copy()
    changed.reshape(-1)[place] = 77
    return changed


def test_another_value_offset_shape_or_name_anywhere_is_other_data():
    curve, image = curves(), images()
    target = np.array([1.0, np.nan, 3.0, 4.0])
    plain = of({"curve": curve, "image": image}, target)
    digests = {plain.digest()}
    others = [
        of({"curve": Ragged(flipped(curve.values, place), curve.offsets), "image": image}, target) for place in (0, 11)
    ]
    others += [
        of({"curve": Ragged(curve.values, np.array([0, 3, 3, 4, 6])), "image": image}, target),
        of({"curve": Ragged(curve.values, np.array([0, 3, 4, 5, 6])), "image": image}, target),
        of({"curve": curve, "image": Ragged(image.values, image.offsets, image.shapes[:, [0, 2, 1]])}, target),
        of({"curve": curve, "image": image}, flipped(target, 1)),
        of({"curve": curve, "image": image}, target, samples_of("regression").names),
        of({"curve": curve, "image": image}),
        of({"curve": curve}, target),
        replace(plain, sample_id=flipped(IDS, 3)),
        replace(plain, object_id=np.array(["a", "b", "b", "d"])),
    ]
    digests |= {other.digest() for other in others}
    assert len(digests) == 1 + len(others)
    assert of({"curve": curves(), "image": images()}, target.copy()).digest() == plain.digest()


def test_more_rows_than_a_batch_have_the_digest_of_their_values():
    rng = np.random.default_rng(0)
    rows = [rng.normal(size=(int(length), 1)).astype("f4") for length in rng.integers(0, 4, 1200)]

    def digest(rows):
        n = len(rows)
        return Samples({"c": Ragged.of(rows)}, None, np.arange(n), np.arange(n).astype(str), None).digest()

    moved = [row.copy() for row in rows]
    last = max(number for number, row in enumerate(rows) if len(row))
    moved[last][0] += 1
    assert digest(rows) != digest(moved)
    assert digest(rows) == digest([row.copy() for row in rows])


def mapped(folder, values):
    np.save(folder / "values.npy", values)
    return np.load(folder / "values.npy", mmap_mode="r")


def alike(sent, rows, numbers):
    for place, number in enumerate(numbers):
        np.testing.assert_array_equal(sent[place], rows[number])


@pytest.mark.parametrize("make", [curves, images])
def test_a_worker_is_sent_the_path_of_rows_in_a_file(tmp_path, make):
    ragged = make()
    rows = Rows(Ragged(mapped(tmp_path, ragged.values), ragged.offsets, ragged.shapes))
    sent = pickle.dumps(rows.take(np.array([2, 0])))
    assert b"values.npy" in sent
    alike(pickle.loads(sent).read(), ragged, [2, 0])
    assert pickle.loads(sent).shape == (2, *rows.shape[1:])


def test_a_worker_is_sent_the_values_of_what_is_only_a_part_of_a_file(tmp_path):
    """Its path would stand for the whole file, and its rows for others."""
    ragged = curves()
    file = mapped(tmp_path, np.concatenate([np.zeros((2, 2), "f4"), ragged.values]))
    for part in (Ragged(file[2:], ragged.offsets), Ragged(file, ragged.offsets + 2)):
        alike(pickle.loads(pickle.dumps(Rows(part).take(np.array([2, 0])))).read(), ragged, [2, 0])
    dense = Rows(file[3:])
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(dense.take(np.array([1])))).read(), file[4:5])


def test_what_lies_in_memory_is_sent_as_the_rows_that_are_asked_for():
    ragged = Ragged.of([np.zeros((1000, 2), "f4"), np.ones((2, 2), "f4")])
    sent = pickle.dumps(Rows(ragged).take(np.array([1])))
    assert len(sent) < 2000
    alike(pickle.loads(sent).read(), ragged, [1])


@pytest.mark.parametrize("part", ["inputs", "target", "facts", "places"])
def test_samples_of_unequal_length_are_no_samples(part):
    given = {
        "inputs": {"inputs": {"curve": curves().take(np.array([0]))}},
        "target": {"target": np.zeros(3)},
        "facts": {"facts": {"days": np.zeros(3)}},
        "places": {"places": {"mjd": np.zeros(3)}},
    }[part]
    with pytest.raises(ValueError, match="samples of unequal length"):
        replace(samples_of("regression"), **given)


@pytest.mark.parametrize("task", TASKS)
def test_classes_are_asked_of_data_that_have_them(task):
    samples = samples_of(task)
    if task in ("classification", "detection"):
        assert samples.counts() == {"star": 1, "galaxy": 1, "oddity": 1}
        assert samples.strata.tolist() == [0, 1, -1, 2]
        return
    assert samples.counts() == {}
    assert samples.strata.tolist() == [-1] * N
    of = type(samples.names).__name__
    with pytest.raises(AlertlabError, match=f"datamodule: the data have no classes, their target is of {of}; choose"):
        _ = samples.taxonomy
