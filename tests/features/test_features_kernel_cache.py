"""Compiled kernels are kept where a place can be written, and features are computed where none can."""

import os

import numba
import numpy as np
import pytest
from alertlab.features import feature
from numba.core.caching import InTreeCacheLocator, UserWideCacheLocator


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """Neither the folder of the code nor the user's cache can be written; the temporary folder is ``tmp_path``."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    for locator in InTreeCacheLocator, UserWideCacheLocator:
        monkeypatch.setattr(locator, "from_function", lambda *_: None)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    feature._temporary_place.cache_clear()
    yield tmp_path / f"alertlab-numba-{os.getuid()}"
    feature._temporary_place.cache_clear()


def kernels():
    """Two kernels, declared as families do."""

    def mean(magnitude):
        return magnitude.sum() / magnitude.size

    def half(magnitude):
        return magnitude[0] / 2

    declare = [feature.of_band((name, "mag", ""), minimum=1) for name in ("mean", "half")]
    return [of(function).compute for of, function in zip(declare, (mean, half), strict=True)]


def test_kernels_are_kept_in_a_folder_of_this_user_with_one_line(nowhere, capsys):
    mean, half = kernels()
    assert (mean(np.array([1.0, 3.0])), half(np.array([3.0]))) == (2, 1.5)
    assert capsys.readouterr().err == (
        f"compiled kernels of features are kept in {nowhere}: no other place can be written\n"
    )
    assert len(list(nowhere.rglob("*.nbc"))) == 2
    assert nowhere.stat().st_mode & 0o777 == 0o700
    assert os.environ["NUMBA_CACHE_DIR"] == str(nowhere)  # processes that are started find it, and say nothing


@pytest.mark.parametrize("other", ["a file", "a folder of everybody's"])
def test_what_others_could_write_is_not_used_and_kernels_run_all_the_same(nowhere, capsys, other):
    if other == "a file":
        nowhere.write_text("")
    else:
        nowhere.mkdir()
        nowhere.chmod(0o777)
    mean, half = kernels()
    assert (mean(np.array([1.0, 3.0])), half(np.array([3.0]))) == (2, 1.5)
    assert capsys.readouterr().err.count("\n") == 1
    assert not list(nowhere.rglob("*.nbc"))
