"""Samples whose inputs lie in a file behave as those in memory, and stay there."""

import pickle
import tracemalloc

import numpy as np
import pytest
from alertlab.core.rows import Rows
from alertlab.core.samples import Samples
from alertlab.core.taxonomy import Taxonomy
from alertlab.runtime import AlertlabError

N = 3000


@pytest.fixture(scope="module")
def stamp():
    return np.random.default_rng(0).random((N, 3, 20, 20), dtype="f4")


@pytest.fixture
def mapped(stamp, tmp_path):
    np.save(tmp_path / "stamps.npy", stamp)
    return np.load(tmp_path / "stamps.npy", mmap_mode="r")


def samples_of(stamp):
    return Samples({"stamp": stamp}, np.arange(N) % 2, np.arange(N), np.arange(N).astype(str), Taxonomy(["a", "b"]))


def test_rows_of_rows_are_those_numpy_gives(stamp, mapped):
    rows, again = np.random.default_rng(1).permutation(N)[:100], np.array([7, 7, 0])
    even = np.arange(100) % 2 == 0
    for array in (stamp, mapped):
        np.testing.assert_array_equal(Rows(array).take(rows).take(again).read(), stamp[rows][again])
        np.testing.assert_array_equal(Rows(array).take(rows).take(even).read(), stamp[rows][even])


def test_the_digest_does_not_tell_memory_from_file(stamp, mapped):
    assert samples_of(stamp).digest() == samples_of(mapped).digest()


def test_the_digest_is_computed_once(mapped, monkeypatch):
    samples = samples_of(mapped)
    before = samples.digest()
    monkeypatch.setattr("alertlab.core.samples.Samples.batches", lambda *_: pytest.fail("read again"))
    assert samples.digest() == before


def test_other_rows_have_another_digest(mapped):
    samples = samples_of(mapped)
    samples.digest()
    assert samples.take(np.arange(N - 1)).digest() != samples.digest()


def test_memory_does_not_grow_with_what_lies_in_the_file(mapped):
    tracemalloc.start()
    samples = samples_of(mapped)
    samples.digest()
    part = samples.take(np.arange(0, N, 2))
    assert part.take(np.arange(8)).inputs["stamp"].shape == (8, 3, 20, 20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < mapped.nbytes / 3


def test_a_worker_is_sent_the_path_and_not_the_pixels(stamp, mapped):
    rows = Rows(mapped).take(np.array([5, 3]))
    sent = pickle.dumps(rows)
    assert len(sent) < 1000
    np.testing.assert_array_equal(pickle.loads(sent).read(), stamp[[5, 3]])


def test_a_worker_says_when_the_file_was_removed_before_it_began(mapped, tmp_path):
    sent = pickle.dumps(Rows(mapped))
    (tmp_path / "stamps.npy").unlink()
    with pytest.raises(AlertlabError, match=r"stamps\.npy: removed while"):
        pickle.loads(sent)
