"""What `alertlab hunt` does: asks in the terminal, by files, or a labelled set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from omegaconf import DictConfig

from ...config import instantiate
from ...core.progress import notice, status
from ...evaluation.detection.discovery import Discovery
from ...evaluation.evaluator import FORMATS
from ...files import replacing
from ...runtime.errors import AlertlabError
from .answer_files import read_answers, write_questions
from .answers import now
from .begin import Asked, begin, prepare
from .export import export
from .hunt import Hunt
from .oracle import read_truth, replay
from .terminal import ask_on

QUESTIONS = 20  # in a file, unless --budget says another number
REPLAYED = 200  # of a replay, likewise


@dataclass(frozen=True)
class HuntResult:
    """What a hunt leaves.

    Attributes
    ----------
    new : answers of this call. answered : objects asked about, by anybody. found : of them those that are wanted.
    questions : file of questions, None for none.
    ranking : table of all candidates, strangest first. bundle : of the forest. answers : the journal.
    """

    new: int
    answered: int
    found: list[str]
    questions: Path | None
    ranking: Path
    bundle: Path
    answers: Path


@dataclass(frozen=True)
class ReplayResult:
    """What a replay leaves; ``out`` holds ``discovery.csv``, ``discovery_starts.csv`` and the figure."""

    discovery: Discovery
    out: Path


def hunt(
    config: DictConfig,
    asked: Asked,
    budget: int | None,
    answers: Path | None,
    questions: Path | None,
    read: Callable[[str], str],
    say: Callable[[str], None],
) -> HuntResult:
    """Hunt in a terminal; with ``answers`` or ``questions`` only take the one and write the other.

    Parameters
    ----------
    read, say : see :func:`ask_on`.

    Raises
    ------
    AlertlabError
        See :func:`begin`, :func:`read_answers` and :func:`write_questions`.
    """
    instantiate(config.bundle)  # what is wrong with it is told before anybody is asked
    going = begin(config, asked)
    if going.answers:
        say(f"{going.journal.path}: goes on after {len(going.answers)} answers")
    if answers is None and questions is None:
        new = ask_on(going, budget, read, say)
    else:
        given = [] if answers is None else read_answers(answers, going.row, going.person, now())
        new = going.take(given)
        if questions is not None:
            write_questions(going.strangest(QUESTIONS if budget is None else budget), questions)
    with status("exporting the forest"):
        bundle, ranking = export(going, config, asked.out), write_ranking(going, asked.out / "ranking.parquet")
    assert going.journal.path is not None  # begin gives it one
    return HuntResult(new, len(going.answered), going.found, questions, ranking, bundle, going.journal.path)


def write_ranking(going: Hunt, path: Path) -> Path:
    """All candidates, strangest first, with what is known of them: ``wanted`` is null where nobody decided."""
    score = going.scores()
    order = np.argsort(-score, kind="stable")
    wanted = [going.loop.wanted.get(row) for row in order.tolist()]
    columns = {
        "object_id": pa.array([going.names[row] for row in order.tolist()], pa.string()),
        "rank": np.arange(1, len(order) + 1),
        "score": score[order],
        "wanted": pa.array(wanted, pa.bool_()),
    }
    with replacing(path) as partial:
        pq.write_table(pa.table(columns), partial)
    return path


def hunt_by_oracle(
    config: DictConfig, asked: Asked, labels: Path, anomalies: Sequence[str], budget: int | None
) -> ReplayResult:
    """Replay a labelled set as the expert and draw the discovery curve.

    Parameters
    ----------
    labels : table of names and labels, which may be that of the candidates: its column of labels is not learnt from.
    anomalies : labels that are wanted; none for a column of true and false.

    Raises
    ------
    AlertlabError
        See :func:`read_truth`.
    """
    if unknown := [form for form in config.formats if form not in FORMATS]:
        raise AlertlabError(f"formats: {', '.join(map(str, unknown))} unknown; choose from {', '.join(FORMATS)}")
    if str(config.label) not in config.leave_out and labels.resolve() == asked.candidates.resolve():
        notice(f"{labels}: column {config.label} is the answer, so not learnt from")
        config.leave_out = [*config.leave_out, config.label]
    prepared = prepare(config, asked)
    truth = read_truth(
        labels, str(config.object_id), str(config.label), anomalies, prepared.candidates.samples.object_id
    )
    discovery = replay(config, prepared, truth, REPLAYED if budget is None else budget)
    from ...core.paper import render  # here: matplotlib is half a second of import
    from ...evaluation.detection.discovery import discovery_figure

    figure = discovery_figure(discovery, f"asking, {str(config.forest._target_).rpartition('.')[2]}")
    files = {"discovery.csv": discovery.table().encode(), "discovery_starts.csv": discovery.starts_table().encode()}
    files |= {f"discovery.{form}": render(figure, form) for form in config.formats}
    for name, content in files.items():
        with replacing(asked.out / name) as partial:
            partial.write_bytes(content)
    return ReplayResult(discovery, asked.out)
