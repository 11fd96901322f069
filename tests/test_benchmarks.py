"""The benchmarks run, in sizes of seconds that prove nothing else."""

import os
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.__main__ import NAMES, PAGE
from benchmarks.in_turn import Pairs, in_turn
from benchmarks.night import growth
from benchmarks.table import Table, put

ROOT = Path(__file__).parents[1]


def quick(name, *more):
    module = import_module(f"benchmarks.{name}")
    return module.measure(module.options().parse_args([*module.QUICK, *more]))


@pytest.mark.parametrize(
    "name",
    [
        "train",
        "inference",
        "first_batch",
        "features",
        "features_many",
        "forest",
        "sequences",
        "sweeps",
        "compare",
        "neighbours",
        "spectra",
    ],
)
def test_it_measures_and_fills_every_cell(name, monkeypatch, store):
    class Folder(tempfile.TemporaryDirectory):
        """One with a store in it, which takes seconds to make."""

        def __enter__(self):
            store(Path(self.name))
            return super().__enter__()

    if name in {"train", "inference", "first_batch", "sequences"}:
        monkeypatch.setattr(f"benchmarks.{name}.tempfile", SimpleNamespace(TemporaryDirectory=Folder))
    # a first object with an empty cache waits for the compiler; the tests of the kernels have compiled them
    monkeypatch.setattr("benchmarks.features.environ", {**os.environ, "NUMBA_DISABLE_JIT": "1"})
    table = quick(name)
    assert table.rows
    assert all(len(row) == len(table.header) and all(row) for row in table.rows)


@pytest.mark.parametrize("form", ["folder", "archive"])
def test_every_packet_of_a_night_comes_out(form, tiny_run):
    (row,) = quick("night", "--form", form, "--bundle", str(tiny_run[0].bundle)).rows
    assert row[-1] == "every one"


def test_the_one_command_runs_what_it_is_asked_and_quickly_writes_nothing():
    page = PAGE.read_bytes()
    command = [sys.executable, "-m", "benchmarks", "--quick", "decode"]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "| simulated, 2 processes |" in out
    assert PAGE.read_bytes() == page


def test_the_page_has_a_place_for_every_benchmark():
    page = PAGE.read_text()
    for name in NAMES:
        page = put(page, name, f"{name} is here")
    assert all(f"<!-- {name} -->\n{name} is here\n<!-- end of {name} -->" in page for name in NAMES)
    with pytest.raises(ValueError, match="no place for tea"):
        put(page, "tea", "")


def test_a_table_is_markdown():
    assert str(Table(("a", "b"), [("1", "2")])) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_ratios_are_taken_within_a_round():
    pairs = in_turn(iter([1.0, 10.0]).__next__, iter([2.0, 20.0]).__next__, 2)
    assert pairs == Pairs((1.0, 10.0), (2.0, 20.0))
    assert pairs.times_as_long == (0.5, 0.5)
    assert pairs.times_as_fast == (2.0, 2.0)


def test_growth_is_the_slope_after_the_start():
    seen = [(t, 500.0) for t in range(20)] + [(t, 300 + 2.0 * t) for t in range(20, 101)]
    assert growth(seen, n=1000) == pytest.approx(2.0 * 100 / 1000 * 1e5)
