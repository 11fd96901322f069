"""Questions and answers as files, for teams: a table goes out with an empty column, and comes back filled in."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ...core.predictions.columns import texts
from ...door.place import PARQUET
from ...door.table import open_table
from ...door.values import Place, labels, numbers
from ...evaluation.tables.csv_text import csv_text
from ...files import replacing
from ...runtime.errors import AlertlabError
from .answers import NO, SKIP, WORDS, YES, Answer
from .hunt import Question
from .journal import Journal

FILLED = ("answer", "person", "note")  # columns that a person fills in
FURTHER = ("note", "time", "model")
JOURNAL = ".jsonl"


def write_questions(questions: Sequence[Question], path: Path) -> None:
    """A row a question, strangest first, with empty columns ``answer``, ``person`` and ``note``; CSV or Parquet.

    Raises
    ------
    AlertlabError
        For a path of another ending.
    """
    shown = list(questions[0].shown) if questions else []
    columns = ["object_id", "rank", "score", "driven_by", *shown, "link", "model", *FILLED]
    rows = [
        [each.object_id, each.rank, each.score, each.driven_by, *each.shown.values(), each.link, each.model, "", "", ""]
        for each in questions
    ]
    name = path.name.lower()
    if not name.endswith((".csv", *PARQUET)):
        raise AlertlabError(f"--questions: {path} is neither .csv nor .parquet")
    with replacing(path) as partial:
        if name.endswith(".csv"):
            partial.write_text(csv_text(columns, rows), encoding="utf-8")
        else:
            values = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in columns]
            pq.write_table(pa.table(dict(zip(columns, values, strict=True))), partial)


def read_answers(path: Path, candidates: Collection[str], person: str, time: str) -> list[Answer]:
    """The answers of a table that came back, or of the journal of another hunt; rows without an answer are left out.

    Parameters
    ----------
    candidates : names of the objects. person, time : of rows that do not say.

    Raises
    ------
    AlertlabError
        With row and column of an answer that is none, or of an object that is not among the candidates.
    """
    if path.name.endswith(JOURNAL):
        if not path.is_file():
            raise AlertlabError(f"--answers: no file {path}")
        return [each for each in Journal(path).read() if each.object_id in candidates]
    table = open_table(path)
    if lacking := [name for name in ("object_id", "answer") if name not in table.names]:
        raise AlertlabError(f"{path}: no column {lacking[0]}; answers have object_id and answer")
    there = [name for name in ("object_id", *FILLED, "rank", "score", "model", "time") if name in table.names]
    words = [name for name in there if name not in ("rank", "score")]
    rows = table.read(there, text=words)
    place = {name: Place(str(path), name) for name in there}
    objects = texts(rows["object_id"], place["object_id"]).tolist()
    said: Mapping[str, list[str | None]] = {
        name: labels(rows[name], place[name]).to_pylist() for name in words if name != "object_id"
    }
    ranks, scores = (
        numbers(rows[name], place[name]).tolist() if name in there else [None] * len(objects)
        for name in ("rank", "score")
    )
    found = []
    for row, (name, word) in enumerate(zip(objects, said["answer"], strict=True)):
        if word is None:
            continue
        if word.lower() not in WORDS:
            raise place["answer"].error(row, f"{word[:40]!r} is none of {YES}, {NO} and {SKIP}")
        if name not in candidates:
            raise place["object_id"].error(row, f"{name} is not among the candidates")
        rank, score = ranks[row], scores[row]
        whose, note, when, model = (said[key][row] if key in said else None for key in ("person", *FURTHER))
        known_rank = None if rank is None or rank != rank else int(rank)
        known_score = None if score is None or score != score else score
        answered = WORDS[word.lower()]
        found.append(
            Answer(name, answered, whose or person, note or "", when or time, known_rank, known_score, model or "")
        )
    return found
