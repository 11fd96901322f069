"""Candidates, questions and answers as files: what is read, written and refused."""

import csv
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.cli import main
from alertlab.runtime import AlertlabError
from alertlab.workflows.hunt import open_hunt
from alertlab.workflows.hunt.begin import begin
from alertlab.workflows.hunt.candidates import read_candidates
from alertlab.workflows.hunt.verb import hunt
from hunt_by_hand import COLUMNS, SMALL, N, asked, config_of, drawn, names, write

FILES = ("questions.csv", "questions.parquet")


def by_files(folder, answers=None, questions=None, budget=None, **further):
    return hunt(config_of(), asked(folder, **further), budget, answers, questions, input, lambda line: None)


def rows(path):
    return (
        pq.read_table(path).to_pylist()
        if path.suffix == ".parquet"
        else list(csv.DictReader(path.read_text().splitlines()))
    )


def save(path, content):
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(content), path)
    else:
        with path.open("w") as file:
            writer = csv.DictWriter(file, list(content[0]))
            writer.writeheader()
            writer.writerows(content)


@pytest.mark.parametrize("name", FILES)
def test_a_table_goes_out_and_comes_back_filled_in(name, tmp_path):
    path = tmp_path / name
    by_files(tmp_path, questions=path, budget=4)
    given = rows(path)
    assert [int(row["rank"]) for row in given] == [1, 2, 3, 4]
    for row, word in zip(given, ("yes", "No", "s", ""), strict=True):
        row["answer"] = word
    given[1] |= {"person": "bo", "note": "a bogus"}
    save(path, given)
    done = by_files(tmp_path, answers=path)
    assert (done.new, done.answered, done.found) == (3, 3, [given[0]["object_id"]])
    again = begin(config_of(), asked(tmp_path))
    assert [(each.answer, each.person, each.note, each.rank) for each in again.answers] == [
        ("yes", "ana", "", 1),
        ("no", "bo", "a bogus", 2),
        ("skip", "ana", "", 3),
    ]
    assert by_files(tmp_path, answers=path).new == 0  # the same file twice says nothing new


def test_answers_of_another_hunt_are_taken_along(tmp_path):
    hunted = begin(config_of(), asked(tmp_path))
    for word in ("yes", "no", "no"):
        hunted.ask()
        hunted.answer(word)
    (tmp_path / "b").mkdir()
    given = asked(tmp_path / "b")
    other = config_of("forest=pine_forest")
    assert hunt(other, given, None, tmp_path / "hunt" / "answers.jsonl", None, input, lambda line: None).new == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("object_id,answer\nZTF001,no\nZTF002,maybe\n", r"column answer, row 1: 'maybe' is none of yes, no and skip"),
        ("object_id,answer\nZTF001,no\nZTF999,yes\n", r"column object_id, row 1: ZTF999 is not among the candidates"),
        ("object_id,reply\nZTF001,no\n", r"no column answer"),
    ],
)
def test_a_bad_answer_is_named_by_row_and_column_and_nothing_is_taken(text, message, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text(text)
    with pytest.raises(AlertlabError, match=message):
        by_files(tmp_path, answers=path)
    assert not (tmp_path / "hunt" / "answers.jsonl").exists()


def test_questions_go_to_a_table_that_people_can_open(tmp_path):
    with pytest.raises(AlertlabError, match=r"--questions: .*\.txt is neither"):
        by_files(tmp_path, questions=tmp_path / "q.txt")


def test_text_facts_and_what_is_shown_are_not_learnt_from(tmp_path, capsys):
    path = write(tmp_path, kind=["star"] * N, ra=np.arange(N) / 7, fact_detections=np.arange(N), Class=[1.0] * N)
    found = read_candidates(path, "object_id", ["Class"], ["ra"])
    assert [each.name for each in found.samples.columns["features"]] == list(COLUMNS)
    assert list(found.shown) == ["ra", "fact_detections"]
    assert "kind: no numbers" in capsys.readouterr().err


def test_an_embedding_is_learnt_from_where_there_is_one(tmp_path):
    values, _ = drawn()
    flat = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), 4)
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"object_id": names(), "score": np.arange(N), "embedding": flat}), path)
    found = read_candidates(path, "object_id", [], [])
    np.testing.assert_array_equal(found.samples.inputs["features"], values)


def test_unknown_values_are_said_aloud(tmp_path, capsys):
    values, _ = drawn()
    values[:3, 0] = np.nan
    path = tmp_path / "c.parquet"
    pq.write_table(pa.table({"object_id": names(), "a": values[:, 0], "b": values[:, 1]}), path)
    read_candidates(path, "object_id", [], [])
    assert "3 of 480 values, in 1 of 2 columns, are unknown; each is taken for the median" in capsys.readouterr().err


def test_a_set_of_features_that_lacks_some_is_that_set_no_more(tmp_path):
    """What is left out of a table that `features` wrote is not learnt from, and no bundle claims the whole set."""
    path = tmp_path / "features.parquet"
    night = tmp_path / "night"
    assert main(["simulate", "lightcurves", "-n", "15", "--out", str(night), "--seed", "1"]) == 0
    curves = str(night / "detections.parquet")
    assert main(["features", curves, "--out", str(path), "features=brightness", "workers=1"]) == 0
    whole = read_candidates(path, "object_id", [], [])
    columns = [each.name for each in whole.samples.columns["features"]]
    assert whole.samples.feature_set.name == "brightness"
    less = read_candidates(path, "object_id", columns[:1], [])
    assert [each.name for each in less.samples.columns["features"]] == columns[1:]
    assert less.samples.feature_set is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"object_id": "name"}, r"object_id: .* has no column name"),
        ({"leave_out": ["Clas"]}, r"leave_out: .* has no column Clas"),
        ({"link": "https://x/{oid}"}, r"shown: .* has no column oid"),
        ({"link": "https://x/{"}, r"--link: .* is no pattern"),
        ({"leave_out": list(COLUMNS)}, r"no column is left"),
    ],
)
def test_what_a_table_lacks_is_named(arguments, message, tmp_path):
    of = {"object_id": "object_id", "leave_out": [], "shown": [], "link": ""} | arguments
    with pytest.raises(AlertlabError, match=message):
        read_candidates(write(tmp_path), **of)


def test_an_object_in_two_rows_is_refused(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("object_id,a\nx,1\ny,2\nx,3\n")
    with pytest.raises(AlertlabError, match=r"object x is in 2 rows"):
        read_candidates(path, "object_id", [], [])


def test_a_notebook_needs_no_more_than_ask_and_answer(tmp_path):
    hunted = open_hunt(write(tmp_path), tmp_path / "hunt", person="ana", overrides=SMALL)
    question = hunted.ask()
    hunted.answer("yes", "odd")
    assert hunted.found == [question.object_id]
    with pytest.raises(AlertlabError, match="nothing was asked"):
        hunted.answer("no")
    hunted.ask()
    with pytest.raises(AlertlabError, match="'perhaps' is none of"):
        hunted.answer("perhaps")


def test_the_command_without_the_extra_says_how_to_get_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "coniferest.aadforest", None)
    assert main(["hunt", "--candidates", str(write(tmp_path)), "--out", str(tmp_path / "h")]) == 1
    assert "pip install 'alertlab[hunt]'" in capsys.readouterr().err


def test_the_command_without_candidates_says_so(capsys):
    assert main(["hunt"]) == 1
    assert "--candidates TABLE" in capsys.readouterr().err


def test_a_source_may_stand_anywhere_and_is_one(tmp_path, capsys):
    scores = tmp_path / "scores.csv"
    scores.write_text("object_id,score\n" + "\n".join(f"{name},{row}" for row, name in enumerate(names())))
    command = ["hunt", "--candidates", str(write(tmp_path)), str(scores), "--out", str(tmp_path / "h")]
    assert main([*command, "--questions", str(tmp_path / "q.csv"), "--budget", "1", *SMALL]) == 0
    assert rows(tmp_path / "q.csv")[0]["object_id"] == names()[-1]
    assert main([*command, "other.csv"]) == 1
    assert "takes one RUN, BUNDLE or SCORES" in capsys.readouterr().err
