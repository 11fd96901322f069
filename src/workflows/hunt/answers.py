"""What persons said of objects, and what it comes to."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

YES, NO, SKIP = "yes", "no", "skip"
WORDS = {
    **dict.fromkeys(("yes", "y", "true", "1"), YES),
    **dict.fromkeys(("no", "n", "false", "0"), NO),
    **dict.fromkeys(("skip", "s"), SKIP),
}


@dataclass(frozen=True)
class Answer:
    """A line of the journal.

    Attributes
    ----------
    object_id : asked about. answer : yes, no or skip. person : who said so.
    note : in their words. time : UTC, ISO 8601.
    rank, score : of the object among all candidates when it was asked about; None where unknown.
    model : fingerprint of the forest that asked, "" where unknown.
    """

    object_id: str
    answer: str
    person: str
    note: str = ""
    time: str = ""
    rank: int | None = None
    score: float | None = None
    model: str = ""

    def line(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False)


def answer_of(text: str) -> Answer:
    """An answer from its line.

    Raises
    ------
    ValueError
        For a line that is none, with what is wrong.
    """
    content = json.loads(text)
    kinds: dict[str, Any] = {"rank": int | None, "score": int | float | None}
    if not isinstance(content, dict):
        raise ValueError("is no answer")
    for each in fields(Answer):
        value = content.get(each.name, "" if each.name in ("note", "time", "model") else None)
        if not isinstance(value, kinds.get(each.name, str)) or isinstance(value, bool):
            raise ValueError(f"{each.name} is {value!r}")
    known = {each.name: content[each.name] for each in fields(Answer) if each.name in content}
    if known["answer"] not in (YES, NO, SKIP):
        raise ValueError(f"answer is {known['answer']!r}, expected {YES}, {NO} or {SKIP}")
    return Answer(**known)


def now() -> str:
    """The time in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def majority(said: Mapping[str, str]) -> bool | None:
    """Whether an object is wanted, by the last word of each person.

    More yes than no is yes, more no than yes is no. A tie, or nothing but skips, is no answer: the forest learns
    nothing from it, and whoever has not seen the object may be asked.
    """
    yes, no = (sum(word == of for word in said.values()) for of in (YES, NO))
    return None if yes == no else yes > no
