"""From where on a row is taken for one of a class: a probability chosen on held-out rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import checks
from .errors import AlertlabError

DIGITS = 6  # of a probability, as the tie rule has it: two programs agree on them
PURITY, COMPLETENESS, F1, VALUE, BEST = "purity", "completeness", "f1", "value", "best"
EXAMPLE = "{TDE: {f1: best}}, {SN: {purity: 0.95}}, {SN: {completeness: 0.9}} or {SN: {value: 0.3}}"


@dataclass(frozen=True)
class Threshold:
    """Of one class.

    Attributes
    ----------
    value : a row of this probability or more is taken for one; None where no probability reached the goal.
    goal : ``purity 0.95``, ``completeness 0.9``, ``best F1`` or ``value 0.3``.
    part : whose rows chose it. rows, own : how many there were, and of the class.
    purity, completeness, f1 : at this value on those rows, where the first two flatter; None where undefined.
    """

    value: float | None
    goal: str
    part: str
    rows: int
    own: int
    purity: float | None = None
    completeness: float | None = None
    f1: float | None = None

    def above(self, probability: NDArray[np.floating]) -> NDArray[np.bool_]:
        """(n,) whether rows are taken for one."""
        return taken(probability, self.value)

    def __str__(self) -> str:
        if self.value is None:
            return f"none, for nothing reached {self.goal} on the {self.part} part ({self.own} of {self.rows} rows)"
        told = zip((PURITY, COMPLETENESS, "F1"), (self.purity, self.completeness, self.f1), strict=True)
        scores = ", ".join(f"{name} {value:.3f}" for name, value in told if value is not None)
        return f"{self.value:.6g} for {self.goal}; on the {self.part} part ({self.own} of {self.rows} rows): {scores}"


@dataclass(frozen=True)
class Goal:
    """What a threshold is to reach: ``purity`` or ``completeness`` of ``aim``, ``f1`` best, or its ``value``."""

    name: str
    aim: float | None

    def __str__(self) -> str:
        return "best F1" if self.aim is None else f"{self.name} {self.aim:g}"


def goals_of(asked: Mapping[str, Any], key: str) -> dict[str, Goal]:
    """Class -> its goal, from a config.

    Raises
    ------
    AlertlabError
        For anything but ``{class: {purity: 0.95}}`` and the like, with the key.
    """
    found = {}
    for name, told in asked.items():
        if not isinstance(told, Mapping) or len(told) != 1:
            raise AlertlabError(f"{key}.{name}: expected one goal, such as {EXAMPLE}")
        ((goal, aim),) = told.items()
        if goal == F1 and aim == BEST:
            found[str(name)] = Goal(F1, None)
            continue
        if goal not in (PURITY, COMPLETENESS, VALUE):
            raise AlertlabError(f"{key}.{name}: {goal!r}: {aim!r} is no goal; give {EXAMPLE}")
        if isinstance(aim, bool) or not isinstance(aim, int | float) or not 0 < aim <= 1:
            raise AlertlabError(f"{key}.{name}.{goal}: {aim!r} is no number above 0 and up to 1")
        found[str(name)] = Goal(goal, float(aim))
    return found


def taken(probability: NDArray[np.floating], value: float | None) -> NDArray[np.bool_]:
    """(n,) whether each is of this probability or more, both rounded to six digits; none without a value."""
    if value is None:
        return np.zeros(len(probability), bool)
    found: NDArray[np.bool_] = np.round(np.asarray(probability, np.float64), DIGITS) >= np.round(value, DIGITS)
    return found


@dataclass(frozen=True)
class Curve:
    """Precision against recall of one class, a point a distinct probability, the highest first.

    Attributes
    ----------
    value : (p,) the probability from which on rows are taken.
    purity, completeness, f1 : (p,) of these rows.
    """

    value: NDArray[np.float64]
    purity: NDArray[np.float64]
    completeness: NDArray[np.float64]
    f1: NDArray[np.float64]


def curve(probability: NDArray[np.floating], own: NDArray[np.bool_]) -> Curve:
    """The curve of (n,) probabilities of a class and whether a row is of it, of which one is at least."""
    told = -np.round(np.asarray(probability, np.float64), DIGITS).astype(np.float64)
    value, place = np.unique(told, return_inverse=True)
    rows, hits = np.cumsum(np.bincount(place)), np.cumsum(np.bincount(place, own))
    return Curve(-value, hits / rows, hits / own.sum(), 2 * hits / (rows + own.sum()))


def choose(probability: NDArray[np.floating], own: NDArray[np.bool_], goal: Goal, part: str) -> Threshold:
    """The threshold that reaches a goal on rows that a model did not learn from.

    For purity the one of most completeness, for completeness the one of most purity, and in a tie the lowest.
    """
    rows, members = len(own), int(own.sum())
    if not members:
        return Threshold(goal.aim if goal.name == VALUE else None, str(goal), part, rows, 0)
    points = curve(probability, own)
    if goal.name == VALUE:
        picked = taken(probability, goal.aim)
        hits, found = int((picked & own).sum()), int(picked.sum())
        purity = hits / found if found else None
        return Threshold(goal.aim, str(goal), part, rows, members, purity, hits / members, 2 * hits / (found + members))
    reached = np.ones(len(points.value), bool)
    if goal.aim is not None:
        reached = getattr(points, goal.name) >= goal.aim - 1e-12
    if not reached.any():
        return Threshold(None, str(goal), part, rows, members)
    merit = {PURITY: points.completeness, COMPLETENESS: points.purity, F1: points.f1}[goal.name]
    place = int(np.flatnonzero(reached & (merit == merit[reached].max()))[-1])
    scores = (float(each[place]) for each in (points.purity, points.completeness, points.f1))
    return Threshold(float(points.value[place]), str(goal), part, rows, members, *scores)


SCHEMA = checks.record(
    Threshold,
    value=checks.optional(checks.number),
    goal=checks.word,
    part=checks.word,
    rows=checks.count,
    own=checks.count,
    purity=checks.optional(checks.number),
    completeness=checks.optional(checks.number),
    f1=checks.optional(checks.number),
)
