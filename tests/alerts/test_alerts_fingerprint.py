"""A file's version follows from its content, however it is touched."""

import os

import pytest
from alertlab.alerts.fingerprint import content_digest, remembered_digest

LONG_AGO = 1_000_000_000


@pytest.fixture
def night(tmp_path):
    folder = tmp_path / "night"
    (folder / "a").mkdir(parents=True)
    for name in ("one.avro", "a/two.avro"):
        (folder / name).write_text(name)
    return folder


def asked(path, memory, settled=0.0):
    """The digest, and whether it was computed."""
    calls = []
    return remembered_digest(path, memory, lambda *done: calls.append(done), settled), bool(calls)


def test_content_is_read_once(night, tmp_path):
    first, read = asked(night, tmp_path / "memory")
    assert read
    assert asked(night, tmp_path / "memory") == (first, False)


@pytest.mark.parametrize(
    "change",
    [
        lambda night: (night / "one.avro").write_text("ONE.avro"),
        lambda night: (night / "one.avro").rename(night / "three.avro"),
        lambda night: (night / "three.avro").write_text(""),
        lambda night: (night / "a" / "two.avro").unlink(),
    ],
    ids=["content of the same length", "name", "one more", "one less"],
)
def test_every_change_of_a_folder_changes_its_version(night, tmp_path, change):
    before, _ = asked(night, tmp_path / "memory")
    change(night)
    assert asked(night, tmp_path / "memory")[0] != before


def test_a_copy_that_keeps_size_and_time_is_seen_through(night, tmp_path):
    """As cp --preserve and rsync --times make them."""
    file = night / "one.avro"
    os.utime(file, (LONG_AGO, LONG_AGO))
    before, _ = asked(file, tmp_path / "memory")
    file.write_text("ONE.avro")
    os.utime(file, (LONG_AGO, LONG_AGO))
    assert asked(file, tmp_path / "memory")[0] != before


def test_what_changed_a_moment_ago_is_not_remembered(night, tmp_path):
    """A second change within one tick of the clock would go unseen."""
    (night / "one.avro").write_text("new")
    asked(night, tmp_path / "memory", settled=3600)
    assert asked(night, tmp_path / "memory", settled=3600)[1]


def test_a_file_has_the_same_version_under_another_name(night, tmp_path):
    before = content_digest(night / "one.avro")
    assert content_digest((night / "one.avro").rename(tmp_path / "renamed.avro")) == before


def test_a_memory_that_cannot_be_written_is_done_without(night, tmp_path):
    (tmp_path / "memory").write_text("a file where the folder should be")
    assert asked(night, tmp_path / "memory") == (content_digest(night), True)


def test_a_damaged_memory_is_not_believed(night, tmp_path):
    digest, _ = asked(night, tmp_path / "memory")
    (note,) = (tmp_path / "memory").iterdir()
    note.write_text("")
    assert asked(night, tmp_path / "memory") == (digest, True)
