"""A hunt asks, learns, and loses no answer: killed and gone on, with others, with a file cut short."""

import json
import multiprocessing
import os
import pty
import select
import subprocess
import sys
import time

import numpy as np
import pyarrow.parquet as pq
import pytest
from alertlab import runtime
from alertlab.runtime import AlertlabError
from alertlab.workflows.hunt import begin as begins
from alertlab.workflows.hunt.answers import Answer, majority
from alertlab.workflows.hunt.begin import begin
from alertlab.workflows.hunt.journal import Journal
from alertlab.workflows.hunt.terminal import ask_on
from alertlab.workflows.hunt.verb import hunt
from coniferest.aadforest import AADForest
from coniferest.pineforest import PineForest
from coniferest.session import Session
from hunt_by_hand import COLUMNS, SMALL, N, asked, config_of, drawn, names, write

FORESTS = ("aad_forest", "pine_forest")


def go(hunted, number, word=None):
    """Answer so many questions truly; the names that were asked about."""
    _, wanted = drawn()
    seen = []
    for _ in range(number):
        question = hunted.ask()
        seen.append(question.object_id)
        hunted.answer(word or ("yes" if wanted[names().index(question.object_id)] else "no"))
    return seen


def lines(folder):
    return [json.loads(line) for line in (folder / "hunt" / "answers.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("aad_forest", lambda: AADForest(n_trees=20, n_subsamples=64, n_jobs=1, random_seed=1)),
        ("pine_forest", lambda: PineForest(n_trees=20, n_subsamples=64, n_jobs=1, random_seed=1)),
    ],
)
def test_it_asks_about_the_objects_that_coniferests_own_session_asks_about(name, theirs, tmp_path):
    values, wanted = drawn()
    seen = []

    def decide(row, _, session):
        seen.append(row)
        if len(seen) == 25:
            session.terminate()
        return -1 if wanted[row] else 1

    Session(values, np.arange(N), decide, model=theirs()).run()
    hunted = begin(config_of(f"forest={name}"), asked(tmp_path))
    assert go(hunted, 25) == [names()[row] for row in seen]


@pytest.mark.parametrize("name", FORESTS)
def test_a_hunt_that_was_killed_goes_on_where_it_was(name, tmp_path):
    config = config_of(f"forest={name}")
    whole = begin(config, asked(tmp_path / "whole")) if (tmp_path / "whole").mkdir() is None else None
    expected = go(whole, 12)
    (tmp_path / "cut").mkdir()
    given = asked(tmp_path / "cut")
    first = go(begin(config, given), 5)
    again = begin(config, given)
    assert first + go(again, 7) == expected
    np.testing.assert_array_equal(again.scores(), whole.scores())
    assert [line["model"] for line in lines(tmp_path / "cut")] == [line["model"] for line in lines(tmp_path / "whole")]


def test_an_answer_is_on_disk_before_the_next_question(tmp_path):
    hunted = begin(config_of(), asked(tmp_path))
    question = hunted.ask()
    hunted.answer("yes", "a dip, then nothing")
    (line,) = lines(tmp_path)
    assert (line["object_id"], line["answer"], line["person"]) == (question.object_id, "yes", "ana")
    assert (line["note"], line["rank"], line["score"]) == ("a dip, then nothing", 1, question.score)
    assert line["time"].endswith("+00:00")


def test_a_last_line_that_was_cut_short_is_dropped_and_its_object_asked_about_again(tmp_path, capsys):
    given = asked(tmp_path)
    seen = go(begin(config_of(), given), 3)
    path = tmp_path / "hunt" / "answers.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    again = begin(config_of(), given)
    assert again.ask().object_id == seen[2]
    again.answer("no")
    assert [line["object_id"] for line in lines(tmp_path)] == seen
    assert "cut short" in capsys.readouterr().err


def test_a_line_that_is_no_answer_is_named(tmp_path):
    given = asked(tmp_path)
    go(begin(config_of(), given), 2)
    path = tmp_path / "hunt" / "answers.jsonl"
    path.write_text(path.read_text().replace('"no"', '"perhaps"', 1).replace('"yes"', '"perhaps"', 1))
    with pytest.raises(AlertlabError, match=r"answers\.jsonl: line 1 is no answer \(answer is 'perhaps'"):
        begin(config_of(), given)


def test_two_persons_learn_from_each_other_and_are_not_asked_twice(tmp_path):
    ana, bo = begin(config_of(), asked(tmp_path)), begin(config_of(), asked(tmp_path, person="bo"))
    by_ana = go(ana, 4)
    by_bo = go(bo, 4)
    assert not set(by_ana) & set(by_bo)
    ana.refresh()
    np.testing.assert_array_equal(ana.scores(), bo.scores())
    assert ana.answered == {*by_ana, *by_bo}


def _write_many(path, person, number):
    journal = Journal(path)
    for row in range(number):
        journal.append([Answer(f"object {row}", "yes", person, note="x" * 200)])


def test_persons_who_write_at_once_lose_no_line(tmp_path):
    path = tmp_path / "answers.jsonl"
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write_many, args=(path, person, 30)) for person in "abc"]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    found = Journal(path).read()
    assert {person: sum(each.person == person for each in found) for person in "abc"} == dict.fromkeys("abc", 30)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"a": "yes"}, True),
        ({"a": "yes", "b": "no"}, None),
        ({"a": "yes", "b": "no", "c": "no"}, False),
        ({"a": "skip", "b": "yes"}, True),
        ({"a": "skip"}, None),
    ],
)
def test_between_persons_the_majority_counts_and_a_tie_is_no_answer(said, expected):
    assert majority(said) is expected


def test_of_one_person_the_last_word_counts(tmp_path):
    given = asked(tmp_path)
    hunted = begin(config_of(), given)
    name = hunted.ask().object_id
    hunted.answer("yes")
    hunted.back()
    hunted.answer("no")
    assert hunted.found == []
    assert begin(config_of(), given).loop.wanted == {names().index(name): False}


def test_what_is_taken_back_is_forgotten(tmp_path):
    hunted = begin(config_of(), asked(tmp_path))
    before = hunted.scores().copy()
    hunted.ask()
    hunted.answer("no")
    assert not np.array_equal(hunted.scores(), before)
    hunted.back()
    hunted.answer("skip")
    np.testing.assert_array_equal(hunted.scores(), before)


def test_a_folder_is_of_one_hunt(tmp_path):
    go(begin(config_of(), asked(tmp_path)), 1)
    with pytest.raises(AlertlabError, match=r"begun with another forest; .*--answers .*answers\.jsonl"):
        begin(config_of("forest=pine_forest"), asked(tmp_path))


def test_the_first_questions_go_by_the_scores_of_source(tmp_path):
    score = np.linspace(0, 1, N)
    path = tmp_path / "scores.csv"
    path.write_text("object_id,score\n" + "\n".join(f"{name},{s}" for name, s in zip(names(), score, strict=True)))
    hunted = begin(config_of("by_source=3"), asked(tmp_path, source=str(path)))
    assert go(hunted, 3) == names()[-1:-4:-1]
    assert hunted.ask().rank == 1 + sum(hunted.scores()[names().index(each)] > hunted.ask().score for each in names())


def test_known_examples_are_learnt_from_and_not_asked_about(tmp_path):
    _, wanted = drawn()
    known = tmp_path / "known.csv"
    rows = [*range(N - 12, N - 6), *range(6)]
    known.write_text("object_id,answer\n" + "\n".join(f"{names()[r]},{'yes' if wanted[r] else 'no'}" for r in rows))
    hunted = begin(config_of(), asked(tmp_path, known=known))
    seen = go(hunted, 10)
    assert not {names()[row] for row in rows} & set(seen)
    assert sum(wanted[names().index(each)] for each in seen) >= 4  # of the six that are left


def test_a_known_example_may_be_no_candidate_where_its_table_has_the_features(tmp_path):
    values, _ = drawn()
    known = tmp_path / "known.csv"
    header = ",".join(("object_id", "answer", *COLUMNS))
    known.write_text(f"{header}\nSLSN-I,yes,{','.join(map(str, values[-1]))}\n")
    assert begin(config_of(), asked(tmp_path, known=known)).loop.known[1].tolist() == [True]
    known.write_text("object_id,answer\nSLSN-I,yes\n")
    with pytest.raises(AlertlabError, match=r"known\.csv: column object_id, row 0: SLSN-I is not among"):
        begin(config_of(), asked(tmp_path, known=known))


def test_the_loop_is_driven_by_lines(tmp_path):
    said = iter(["y a flare", "what", "b", "n", "s", "q"])
    shown = []
    hunted = begin(config_of(), asked(tmp_path, link="https://x/{object_id}"))
    assert ask_on(hunted, None, lambda prompt: next(said), shown.append) == 2
    assert [(line["answer"], line["note"]) for line in lines(tmp_path)] == [
        ("yes", "a flare"),
        ("no", ""),
        ("skip", ""),
    ]
    text = "\n".join(shown)
    assert "strange for" in text
    assert "'what' is none of" in text
    assert f"https://x/{lines(tmp_path)[0]['object_id']}" in text


def test_an_end_of_the_input_and_a_spent_budget_end_the_loop(tmp_path):
    def nobody(prompt):
        raise EOFError

    hunted = begin(config_of(), asked(tmp_path))
    assert ask_on(hunted, None, nobody, lambda line: None) == 0
    assert ask_on(hunted, 2, lambda prompt: "n", lambda line: None) == 2


def test_a_person_in_a_terminal(tmp_path):
    """Through a pseudo terminal: a question comes, an answer goes, the bundle is there."""
    command = [sys.executable, "-m", "alertlab", "hunt", "--candidates", str(write(tmp_path)), "--person", "ana"]
    mine, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "dumb"}
    process = subprocess.Popen(
        [*command, *SMALL], stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path, env=environment
    )
    os.close(theirs)
    said, typed, until = b"", [b"y looks odd\n", b"q\n"], time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        if not select.select([mine], [], [], 0.2)[0]:
            continue
        try:
            said += os.read(mine, 4096)
        except OSError:
            break
        if typed and said.count(b"interesting? ") > 2 - len(typed):
            os.write(mine, typed.pop(0))
    process.wait(20)
    os.close(mine)
    assert process.returncode == 0, said.decode()
    assert [line["note"] for line in lines(tmp_path)] == ["looks odd"]
    assert (tmp_path / "hunt" / "hunt-0.1.0.bundle").is_dir()


def test_the_exported_forest_answers_as_the_hunt_ended(tmp_path):
    said = iter(["y", "n", "n", "q"])
    result = hunt(config_of(), asked(tmp_path), None, None, None, lambda prompt: next(said), lambda line: None)
    bundle = runtime.load(result.bundle)
    assert bundle.manifest.task == "detection"
    values, _ = drawn()
    ranking = pq.read_table(result.ranking).to_pydict()
    score = dict(zip(names(), bundle.predict({"features": values}).score, strict=True))
    np.testing.assert_allclose([score[name] for name in ranking["object_id"]], ranking["score"], rtol=1e-5, atol=1e-6)
    assert ranking["rank"] == list(range(1, N + 1))
    assert sum(each is not None for each in ranking["wanted"]) == 3
    assert bundle.manifest.training["hunt"]["yes"] == 1
    assert "ana" not in json.dumps(bundle.manifest.training)


def test_a_bundle_orders_the_first_questions_of_the_next_hunt(tmp_path):
    result = hunt(config_of(), asked(tmp_path), 0, None, None, input, lambda line: None)
    values, _ = drawn()
    highest = np.argmax(runtime.load(result.bundle).predict({"features": values}).score)
    again = begins.Asked(write(tmp_path), tmp_path / "second", source=str(result.bundle), person="bo")
    assert begin(config_of("forest=pine_forest"), again).ask().object_id == names()[highest]
