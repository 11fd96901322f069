"""Asking in a terminal, or wherever lines come in and go out."""

from collections.abc import Callable

from ...door.words import printable
from .answers import NO, SKIP, YES
from .hunt import Hunt, Question

KEYS = {"y": YES, "yes": YES, "n": NO, "no": NO, "s": SKIP, "skip": SKIP}
PROMPT = "interesting? [y]es [n]o [s]kip [b]ack [q]uit, and a note behind it: "


def ask_on(hunt: Hunt, budget: int | None, read: Callable[[str], str], say: Callable[[str], None]) -> int:
    """Ask until nothing is left, the budget is spent, or the person quits; an end of the input is a quit.

    Parameters
    ----------
    budget : most questions, None for no limit; to return to one costs nothing.
    read : gives what was typed after a prompt, or raises EOFError. say : shows a line.

    Returns
    -------
    Questions that were answered.
    """
    done = 0
    while budget is None or done < budget:
        question = hunt.ask()
        if question is None:
            say("no candidate is left to ask about")
            break
        for line in described(question, len(hunt.answered), len(hunt.found)):
            say(line)
        try:
            word, _, note = read(PROMPT).strip().partition(" ")
        except EOFError:
            break
        key = word.lower()
        if key in ("q", "quit"):
            break
        if key in ("b", "back"):
            if hunt.back() is None:
                say("this is the first question of this sitting")
            else:
                done -= 1
        elif key in KEYS:
            hunt.answer(KEYS[key], note.strip())
            done += 1
        else:
            say(f"{printable(word)!r} is none of y, n, s, b and q")
    return done


def described(question: Question, answered: int, found: int) -> list[str]:
    """Lines on an object: where it stands, what makes it strange, what else is known, where to look."""
    lines = [
        "",
        f"{question.object_id}   rank {question.rank}, score {question.score:.4g}   "
        f"({answered} asked about so far, {found} interesting)",
    ]
    if question.drivers:
        lines.append(f"  strange for  {question.driven_by}")
    lines += [f"  {name}  {value}" for name, value in question.shown.items() if value]
    if question.link:
        lines.append(f"  {question.link}")
    return [printable(line) for line in lines]
