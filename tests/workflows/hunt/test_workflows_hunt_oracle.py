"""Labels in the place of the expert: the curve is that of coniferest's own replay, and it is judged fairly."""

import csv
import json

import numpy as np
import pytest
from alertlab.cli import main
from alertlab.evaluation.detection.discovery import Discovery, found_by
from alertlab.runtime import AlertlabError
from alertlab.workflows.hunt.verb import hunt_by_oracle
from coniferest.aadforest import AADForest
from coniferest.pineforest import PineForest
from coniferest.session.oracle import create_oracle_session
from hunt_by_hand import SMALL, N, asked, config_of, drawn, names, write, write_labels
from sklearn.ensemble import IsolationForest

THEIRS = {"aad_forest": AADForest, "pine_forest": PineForest}


@pytest.mark.parametrize("name", THEIRS)
def test_the_discovery_curve_is_that_of_a_replay_by_coniferest_itself(name, tmp_path):
    values, wanted = drawn()
    result = hunt_by_oracle(
        config_of(f"forest={name}", "starts=2", "formats=[]"), asked(tmp_path), write_labels(tmp_path), ["SLSN"], 30
    )
    for start in range(2):
        session = create_oracle_session(
            values,
            np.where(wanted, -1, 1),
            model=THEIRS[name](n_trees=20, n_subsamples=64, n_jobs=1, random_seed=1 + start),
            max_iterations=30,
        ).run()
        expected = np.cumsum([label == -1 for label in session.known_labels.values()])
        found = result.discovery.active[start, : len(expected)]  # theirs ends when all are found
        np.testing.assert_array_equal(found, expected)


def test_the_passive_curve_is_that_of_scikit_learn(tmp_path):
    values, wanted = drawn()
    labels = write_labels(tmp_path)
    result = hunt_by_oracle(config_of("starts=1", "formats=[]"), asked(tmp_path), labels, ["SLSN"], 30)
    forest = IsolationForest(n_estimators=20, max_samples=64, random_state=1).fit(values)
    order = np.argsort(forest.score_samples(values), kind="stable")[:30]
    np.testing.assert_array_equal(result.discovery.passive[0], np.cumsum(wanted[order]))


def test_the_command_draws_the_curve_and_prints_areas_with_their_ratio(tmp_path, capsys):
    labels, out = write_labels(tmp_path), tmp_path / "out"
    command = ["hunt", "--candidates", str(write(tmp_path)), "--oracle", str(labels), "--anomalies", "SLSN"]
    assert main([*command, "--budget", "20", "--out", str(out), "starts=2", *SMALL]) == 0
    printed = capsys.readouterr().out
    assert "SLSN: 12 of 240 objects; 20 looked at, 2 starts" in printed
    assert "area by asking over that of the isolation forest" in printed
    table = list(csv.DictReader((out / "discovery.csv").read_text().splitlines()))
    assert [int(row["looked_at"]) for row in table] == list(range(1, 21))
    assert float(table[-1]["random"]) == pytest.approx(12 / 240 * 20)
    assert all((out / f"discovery.{form}").stat().st_size > 1000 for form in ("png", "pdf"))
    assert main([*command, "--budget", "5", "--out", str(out), "--json", "starts=1", "formats=[]", *SMALL]) == 0
    assert set(json.loads(capsys.readouterr().out)["areas"]) == {"active", "passive", "random"}


def test_a_label_in_the_table_of_the_candidates_is_not_learnt_from(tmp_path, capsys):
    _, wanted = drawn()
    path = write(tmp_path, label=wanted.astype(float))
    command = ["hunt", "--candidates", str(path), "--oracle", str(path), "--budget", "5", "--out", str(tmp_path / "o")]
    assert main([*command, "starts=1", "formats=[]", *SMALL]) == 0
    said = capsys.readouterr().err
    assert "column label is the answer, so not learnt from" in said
    assert "4 columns: a, b, c, d" in said


@pytest.mark.parametrize(
    ("overrides", "anomalies", "message"),
    [
        ([], ["TDE"], r"--anomalies: no label is TDE; there are SLSN, SNIa"),
        ([], [], r"holds SLSN, neither true nor false; name the labels .* --anomalies"),
        (["label=kind"], ["SLSN"], r"has no column kind"),
        ([], ["SLSN", "SNIa"], r"all of the candidates are SLSN, SNIa"),
    ],
)
def test_labels_that_do_not_fit_are_told(overrides, anomalies, message, tmp_path):
    with pytest.raises(AlertlabError, match=message):
        hunt_by_oracle(config_of(*overrides), asked(tmp_path), write_labels(tmp_path), anomalies, 5)


def test_candidates_without_a_label_are_named(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("object_id,label\n" + "\n".join(f"{name},SNIa" for name in names()[1:]))
    with pytest.raises(AlertlabError, match=r"no label of ZTF000"):
        hunt_by_oracle(config_of(), asked(tmp_path), path, ["SNIa"], 5)


def test_areas_are_sums_of_what_was_found_after_each_question():
    """By hand: 0, 1, 2 anomalies after three questions are an area of 3; looking at random finds its share."""
    active, passive = np.array([[0.0, 1, 2], [1, 2, 3]]), np.array([[0.0, 0, 1], [0, 1, 1]])
    found = Discovery(active, passive, None, anomalies=4, candidates=N, words="SN")
    np.testing.assert_array_equal(found.areas["active"], [3, 6])
    np.testing.assert_array_equal(found.ratio, [3, 3])
    np.testing.assert_allclose(found.random, [4 / N, 8 / N, 12 / N])
    score, wanted = np.array([3.0, 1, 2, 2]), np.array([False, True, True, False])
    np.testing.assert_array_equal(found_by(score, wanted, 4), [0, 1, 1, 2])
