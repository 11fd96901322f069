"""A cache in a folder that may be read and not written."""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from alertlab.config import compose, instantiate
from alertlab.datamodules.stamps import cache as cache_module


@pytest.fixture
def forbidden(monkeypatch):
    """The working folder, which may be read and not written; not even by root, who is somebody else meanwhile."""
    with tempfile.TemporaryDirectory() as name:  # tmp_path lies in a folder that nobody else may enter
        monkeypatch.chdir(name)
        (Path(name) / "team").mkdir()
        yield Path(name)
        monkeypatch.undo()


@contextmanager
def unwritable(folder):
    for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        path.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
            path.chmod(0o755)


@pytest.mark.parametrize("cache", [".alertlab_cache", "team"])
def test_where_the_folder_cannot_be_written_alerts_are_decoded_for_the_run_alone(forbidden, capsys, cache):
    simulated = ["datamodule.source.n=60", f"datamodule.cache={cache}"]
    data = instantiate(compose("train", simulated).datamodule)
    with unwritable(forbidden):
        samples = data.samples()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"datamodule.cache: {cache} cannot be written (Permission denied)" in said
    assert "datamodule.cache=FOLDER" in said
    plain = instantiate(compose("train", ["datamodule.source.n=60", "datamodule.cache=null"]).datamodule)
    assert samples.digest() == plain.samples().digest()
    assert [path.name for path in forbidden.rglob("*")] == ["team"]


def test_a_folder_that_may_only_be_read_serves_what_it_holds(forbidden, capsys, monkeypatch):
    simulated = ["datamodule.source.n=60", "datamodule.cache=team"]
    before = instantiate(compose("train", simulated).datamodule).samples().digest()
    shutil.rmtree(forbidden / "team" / "digests")
    monkeypatch.setattr(cache_module, "write_alerts", lambda *_: pytest.fail("decoded anew"))
    capsys.readouterr()
    data = instantiate(compose("train", simulated).datamodule)
    with unwritable(forbidden):
        assert data.samples().digest() == before
    assert capsys.readouterr().err == ""
