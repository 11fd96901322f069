"""A labelled set in the place of the expert: how many anomalies are found by looking at how many objects."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from omegaconf import DictConfig
from sklearn.ensemble import IsolationForest

from ...core.predictions.columns import texts
from ...core.progress import counter
from ...door.table import open_table
from ...door.values import Place, labels
from ...door.words import in_few_words
from ...evaluation.detection.discovery import Discovery, found_by
from ...runtime.errors import AlertlabError
from .begin import Prepared, loop_of
from .candidates import name_column
from .loop import Loop, by_name

TRUTH = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


@dataclass(frozen=True)
class Truth:
    """(n,) whether each candidate is an anomaly, and what that means in words."""

    wanted: NDArray[np.bool_]
    words: str


def read_truth(path: Path, object_id: str, label: str, anomalies: Sequence[str], names: NDArray[np.str_]) -> Truth:
    """Whether each candidate is an anomaly, from a table of labels.

    Parameters
    ----------
    object_id, label : its columns. anomalies : labels that are; none for a column of true and false.

    Raises
    ------
    AlertlabError
        For a missing column or label, a candidate without one, or where all or none are anomalies.
    """
    table = open_table(path)
    column = name_column(table, object_id)
    if label not in table.schema.names:
        raise AlertlabError(f"--oracle: {path} has no column {label}; say which it is with label=COLUMN")
    rows = table.read([column, label], text=(column, label))
    said = labels(rows[label], Place(str(path), label)).to_pylist()
    known = dict(zip(texts(rows[column], Place(str(path), column)).tolist(), said, strict=True))
    lacking = [name for name in names.tolist() if known.get(name) is None]
    if lacking:
        raise AlertlabError(f"--oracle: {path} has no {label} of {in_few_words(lacking, 3)}")
    of = [str(known[name]) for name in names.tolist()]
    different = sorted(set(of))
    if not anomalies:
        if odd := [each for each in different if each.lower() not in TRUTH]:
            raise AlertlabError(
                f"--oracle: {path}: column {label} holds {odd[0][:40]}, neither true nor false; name the labels of "
                "what is wanted with --anomalies A,B"
            )
        wanted, words = np.array([TRUTH[each.lower()] for each in of]), label
    else:
        if unknown := [each for each in anomalies if each not in different]:
            raise AlertlabError(f"--anomalies: no {label} is {unknown[0]}; there are {in_few_words(different, 20)}")
        wanted, words = np.isin(of, anomalies), ", ".join(anomalies)
    if wanted.all() or not wanted.any():
        raise AlertlabError(f"--oracle: {'all' if wanted.all() else 'none'} of the candidates are {words}")
    return Truth(wanted, words)


def replay(config: DictConfig, prepared: Prepared, truth: Truth, budget: int) -> Discovery:
    """Hunt ``config.starts`` times with the truth as the expert, each time with other trees.

    Beside it, of the same seeds, the ranking of scikit-learn's isolation forest of as many trees, which nobody's
    answers change; the ranking of SOURCE; and looking at random.
    """
    samples = prepared.candidates.samples
    taken = set() if prepared.known is None else set(prepared.known.names)
    free = np.array([name not in taken for name in samples.object_id.tolist()])
    questions, starts = min(budget, int(free.sum())), int(config.starts)
    if starts < 1:
        raise AlertlabError(f"starts: {starts}, expected 1 or more")
    active, passive = np.empty((starts, questions)), np.empty((starts, questions))
    with counter("replayed hunts") as progress:
        progress(0, starts)
        for start in range(starts):
            loop = loop_of(config, prepared, int(config.seed) + start)
            active[start] = asked(loop, truth.wanted, free, questions)
            progress(start + 1, starts)
            scores = passive_scores(loop, int(config.seed) + start)
            passive[start] = found_by(np.where(free, scores, -np.inf), truth.wanted, questions)
    source = None
    if prepared.first is not None:
        first = by_name(samples.object_id.tolist(), prepared.first)
        source = found_by(np.where(free & np.isfinite(first), first, -np.inf), truth.wanted, questions)
    return Discovery(active, passive, source, int(truth.wanted[free].sum()), int(free.sum()), truth.words)


def asked(loop: Loop, wanted: NDArray[np.bool_], free: NDArray[np.bool_], questions: int) -> NDArray[np.float64]:
    """(questions,) anomalies found after each question of one hunt, whose every answer is true."""
    left, found = free.copy(), np.zeros(questions)
    for number in range(questions):
        order = loop.order(number)
        row = int(order[np.argmax(left[order])])
        left[row], found[number] = False, wanted[row]
        if number + 1 < questions:  # nobody asks what the last answer would change
            loop.tell(row, bool(wanted[row]))
    total: NDArray[np.float64] = np.cumsum(found)
    return total


def passive_scores(loop: Loop, seed: int) -> NDArray[np.float64]:
    """(n,) of a plain isolation forest over the same prepared features; higher is stranger."""
    forest = loop.forest
    rows = min(forest.n_subsamples, len(forest.features))
    plain = IsolationForest(n_estimators=forest.n_trees, max_samples=rows, random_state=seed).fit(forest.features)
    scores: NDArray[np.float64] = -plain.score_samples(forest.features)
    return scores
