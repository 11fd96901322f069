"""Several test sets of one model, by where they come from, are one table."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from alertlab.cli import main
from alertlab.core.predictions import ClassPredictions

QUICK = ["evaluation.formats=[]", "evaluation.resamples=20"]


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sets")
    random = np.random.default_rng(0)
    target = random.integers(0, 2, 200)
    own = np.where(random.random(200) < 0.9, target, 1 - target)
    names = np.array([f"ZTF{row}" for row in range(200)])
    probability = np.where(np.eye(2, dtype=bool)[own], 0.8, 0.2)
    rows = ClassPredictions(
        np.arange(200), names, np.full(200, "test"), np.zeros(200, int), target, probability, ("real", "bogus")
    )
    rows.write(folder / "own.parquet")
    other = random.permutation(200)
    replace(rows, probability=probability[other]).write(folder / "field.parquet")
    return folder


def test_each_set_has_a_row_and_a_folder(sets, capsys):
    words = [str(sets / "own.parquet"), str(sets / "field.parquet"), "--out", str(sets / "out"), *QUICK]
    assert main(["evaluate", *words, "--names", "own,COSMOS", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sets"]["own"]["metrics"]["accuracy"] > told["sets"]["COSMOS"]["metrics"]["accuracy"] + 0.2
    with (sets / "out" / "test_sets.csv").open() as file:
        rows = {row["set"]: row for row in csv.DictReader(file) if row["metric"] == "accuracy"}
    assert float(rows["COSMOS"]["low"]) < float(rows["COSMOS"]["mean"]) < float(rows["COSMOS"]["high"])
    assert (sets / "out" / "own" / "metrics.csv").is_file()
    assert main(["evaluate", *words]) == 0
    assert "field" in capsys.readouterr().out  # called as its file


def test_names_are_one_a_set(sets, capsys):
    assert main(["evaluate", str(sets / "own.parquet"), str(sets / "field.parquet"), "--names", "own", *QUICK]) == 1
    assert "2 sets need as many names, all different, not own" in capsys.readouterr().err
