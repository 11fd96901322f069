"""A hunt: candidates, a forest, and answers that are on disk before anything else happens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.progress import track
from ...runtime.errors import AlertlabError
from .answers import WORDS, Answer, majority, now
from .candidates import Candidates
from .journal import Journal
from .loop import Loop

DRIVERS = 3  # features that are named beside an object


@dataclass(frozen=True)
class Question:
    """An object that a person is asked about.

    Attributes
    ----------
    object_id : its name. rank : in the order of the moment, of all candidates. score : of the forest.
    drivers : (column, value, median of the candidates) of the features that make it strange, the strongest first.
    shown : what else is known of it, by column. link : where to look at it, "" for nowhere.
    model : fingerprint of the forest.
    """

    object_id: str
    rank: int
    score: float
    drivers: Sequence[tuple[str, float, float]]
    shown: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    model: str = ""

    @property
    def driven_by(self) -> str:
        """The drivers in words."""
        return "; ".join(f"{name} {value:.4g} (median {median:.4g})" for name, value, median in self.drivers)


class Hunt:
    """Asks about the strangest candidates, takes answers, learns, and asks again.

    The forest follows from the candidates, the seed and the lines of the journal in their order, so a hunt that was
    killed goes on where it was, and persons who share a journal share a forest.

    Parameters
    ----------
    candidates : what is hunted in. loop : over them, not told anything yet.
    journal : of answers; those that are there count. person : who answers.
    known : names of candidates that are known from the start, and are not asked about.
    link : pattern of an address, ``{object_id}`` and columns to fill in.
    """

    def __init__(
        self,
        candidates: Candidates,
        loop: Loop,
        journal: Journal,
        person: str,
        known: Iterable[str] = (),
        link: str = "",
    ) -> None:
        self.candidates, self.loop, self.journal, self.person, self.link = candidates, loop, journal, person, link
        self.names: list[str] = candidates.samples.object_id.tolist()
        self.row = {name: row for row, name in enumerate(self.names)}
        self.known = {self.row[name] for name in known if name in self.row}
        self.said: dict[str, dict[str, str]] = {}  # object -> person -> last word
        self.answers: list[Answer] = []
        self.past: list[Question] = []  # that this person answered in this sitting
        self.pending: Question | None = None
        self.refresh()

    def refresh(self) -> None:
        """Learn what the journal has that is new: one's own answers and those of others."""
        for answer in track(self.journal.read(), "learning from answers"):
            self._learn(answer)

    def ask(self) -> Question | None:
        """The strangest object that is not decided and that this person has not seen; None where there is none left."""
        self.refresh()
        if self.pending is None:
            found = self.strangest(1)
            self.pending = found[0] if found else None
        return self.pending

    def answer(self, word: str, note: str = "") -> None:
        """Take the answer to the question that :meth:`ask` gave: yes, no or skip. It is on disk when this returns.

        Raises
        ------
        AlertlabError
            For another word, before any question, or where the answer cannot be written.
        """
        if word.lower() not in WORDS:
            raise AlertlabError(f"answer: {word!r} is none of yes, no and skip")
        asked = self.pending
        if asked is None:
            raise AlertlabError("answer: nothing was asked; ask() first")
        given = Answer(
            asked.object_id, WORDS[word.lower()], self.person, note, now(), asked.rank, asked.score, asked.model
        )
        self.take([given])
        self.past.append(asked)
        self.pending = None

    def back(self) -> Question | None:
        """Return to the question before, whose answer is replaced by the next; None where there is none."""
        if self.past:
            self.pending = self.past.pop()
            return self.pending
        return None

    def take(self, answers: Sequence[Answer]) -> int:
        """Write answers of anybody, and learn from them; what a person has said already is not written again.

        Returns
        -------
        How many were new.
        """
        self.refresh()
        last = {(each.object_id, each.person): (each.answer, each.note) for each in self.answers}
        new = []
        for each in answers:
            key, words = (each.object_id, each.person), (each.answer, each.note)
            if last.get(key) != words:
                last[key] = words
                new.append(each)
        self.journal.append(new)
        if self.journal.path is None:
            for each in new:
                self._learn(each)
        self.refresh()
        return len(new)

    def strangest(self, number: int) -> list[Question]:
        """So many questions at once, strangest first."""
        order = self.loop.order(len(self.answered))
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(1, len(order) + 1)
        open_ones = [row for row in order.tolist() if self._is_open(row)]
        model = self.loop.forest.fingerprint()
        return [self._question(row, int(place[row]), model) for row in open_ones[:number]]

    @property
    def answered(self) -> set[str]:
        """Objects that anybody was asked about."""
        return set(self.said)

    @property
    def found(self) -> list[str]:
        """Objects that are wanted."""
        return [self.names[row] for row, wanted in self.loop.wanted.items() if wanted]

    def scores(self) -> NDArray[np.float64]:
        """(n,) of all candidates, in their order."""
        return self.loop.score

    def _is_open(self, row: int) -> bool:
        return (
            row not in self.known
            and row not in self.loop.wanted
            and self.person not in self.said.get(self.names[row], {})
        )

    def _learn(self, answer: Answer) -> None:
        if answer.object_id not in self.row:
            raise AlertlabError(
                f"{self.journal.path}: {answer.object_id} is not among the candidates in {self.candidates.path}"
            )
        self.answers.append(answer)
        words = self.said.setdefault(answer.object_id, {})
        words[answer.person] = answer.answer
        self.loop.tell(self.row[answer.object_id], majority(words))

    def _question(self, row: int, rank: int, model: str) -> Question:
        forest = self.loop.forest
        drops = forest.drivers(forest.features[row])
        strongest = [place for place in np.argsort(-drops, kind="stable").tolist() if drops[place] > 0][:DRIVERS]
        names = [column.name for column in forest.input.columns]
        drivers = [(names[at], float(forest.features[row, at]), float(forest.median[at])) for at in strongest]
        shown: dict[str, Any] = {name: values[row] for name, values in self.candidates.shown.items()}
        name = self.names[row]
        link = self.link.format(**{**shown, "object_id": name}) if self.link else ""
        score = float(self.loop.score[row])
        return Question(name, rank, score, drivers, shown, link, model)
