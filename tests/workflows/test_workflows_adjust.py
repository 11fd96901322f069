"""`alertlab adjust`: what `predict` wrote, for the class shares of the night it was asked about."""

import json
from dataclasses import replace

import numpy as np
import pytest
from alertlab.cli import main
from alertlab.core.predictions import ClassPredictions, ScorePredictions, read_predictions

FLAT, NIGHT = np.full(3, 1 / 3), np.array([0.1, 0.2, 0.7])


def rows(n, share, part, seed):
    """Predictions of a classifier that learnt equal shares; exact, of Gaussian features in these shares."""
    random = np.random.default_rng(seed)
    target = random.choice(3, n, p=share)
    feature = random.normal(0, 1, (n, 3))
    feature[np.arange(n), target] += 1.5
    weight = np.exp(1.5 * feature)
    probability = weight / weight.sum(axis=1, keepdims=True)
    names = np.array([f"{part}{row}" for row in range(n)])
    target = np.full(n, -1) if part == "new" else target
    return ClassPredictions(np.arange(n), names, np.full(n, part), np.zeros(n, int), target, probability, tuple("ABC"))


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("adjust")
    rows(3000, NIGHT, "new", 0).write(folder / "new.parquet")
    rows(3000, FLAT, "validation", 1).write(folder / "run.parquet")
    return folder


def test_shares_are_estimated_told_and_the_table_adjusted(tables, capsys):
    words = [
        str(tables / "new.parquet"),
        "--labelled",
        str(tables / "run.parquet"),
        "--out",
        str(tables / "out.parquet"),
    ]
    assert main(["adjust", *words]) == 0
    said = capsys.readouterr().out
    assert "distance of class shares: the classes are mixed in other shares" in said
    before, after = read_predictions(tables / "new.parquet"), read_predictions(tables / "out.parquet")
    np.testing.assert_array_equal(before.object_id, after.object_id)
    assert (after.prediction == 2).mean() > (before.prediction == 2).mean()
    assert main(["adjust", *words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    for name, share in zip("ABC", NIGHT, strict=True):
        assert told["share"][name] == pytest.approx(share, abs=0.05)
        low, high = told["intervals"][name]
        assert low < told["share"][name] < high
    assert told["estimates"][0]["converged"]


def test_shares_can_be_named_in_a_file(tables, capsys):
    (tables / "mine.csv").write_text("class,share\nA,1\nB,2\nC,7\n")
    words = [str(tables / "new.parquet"), "--to", str(tables / "mine.csv"), "--prior", "uniform", "--json"]
    assert main(["adjust", *words]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["share"] == pytest.approx({"A": 0.1, "B": 0.2, "C": 0.7})
    assert "no warning light" in told["warnings"][0]


def test_probabilities_that_are_not_of_the_labelled_shares_are_told(tables, capsys):
    skewed = rows(3000, NIGHT, "validation", 2)
    skewed.write(tables / "skewed.parquet")
    assert main(["adjust", str(tables / "new.parquet"), "--labelled", str(tables / "skewed.parquet")]) == 0
    assert "the probabilities are not calibrated for these shares" in capsys.readouterr().out


def test_without_a_word_of_what_was_learnt_nothing_is_guessed(tables, capsys):
    assert main(["adjust", str(tables / "new.parquet")]) == 1
    assert "--labelled RUN, or give --prior uniform" in capsys.readouterr().err


def test_another_task_and_other_classes_are_refused(tables, capsys):
    n = 5
    identity = np.arange(n), np.array([f"Z{row}" for row in range(n)]), np.full(n, "new"), np.zeros(n, int)
    scores = ScorePredictions(*identity, np.ones(n), np.ones(n), np.full(n, ""), np.full(n, -1), np.zeros((n, 0)))
    scores.write(tables / "scores.parquet")
    assert main(["adjust", str(tables / "scores.parquet"), "--prior", "uniform"]) == 1
    assert "predictions of a detection; only classes have shares" in capsys.readouterr().err
    replace(rows(50, FLAT, "validation", 1), classes=("A", "B", "D")).write(tables / "other.parquet")
    assert main(["adjust", str(tables / "new.parquet"), "--labelled", str(tables / "other.parquet")]) == 1
    assert "its classes are A, B, D, not A, B, C" in capsys.readouterr().err
