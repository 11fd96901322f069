"""Sets of classes that hold the true one as often as asked: split conformal prediction (Vovk et al. 2005).

A class is in the set of a row where 1 - p is not above a limit, that of the true class in as large a share of held-out
objects (the score of Sadinle, Lei & Wasserman 2019, JASA 114, 223). The limit has the finite-sample rank: of n objects
it is the ceil((n + 1) coverage)-th smallest score. An object of several rows counts once, each row of it by its share
(Lee, Barber & Willett 2023, arXiv 2306.06342): what is covered is any row of a new object.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from . import checks
from .errors import AlertlabError, BundleError

STEPS = 1000  # scores that are kept at most: between two of them a set is larger than it need be, by 0.001 of coverage
DIGITS = 6  # of a probability, as the tie rule has it: two programs agree on them
SLACK = 1e-9  # of a level: (n + 1) coverage is a whole number in decimals, and not in binary


@dataclass(frozen=True)
class Scores:
    """Scores of the true class of held-out objects, as a stair.

    Attributes
    ----------
    score : rising. level : share of the objects, and one more, whose score is at most this; rising, below 1.
    objects : how many.
    """

    score: tuple[float, ...]
    level: tuple[float, ...]
    objects: int

    def limit(self, coverage: float) -> float:
        """What the score of so large a share does not exceed; 1, which nothing exceeds, where the objects are too few.

        With fewer than coverage / (1 - coverage) of them, any class may be the true one.
        """
        place = int(np.searchsorted(self.level, coverage - SLACK))
        return self.score[place] if place < len(self.score) else 1.0

    def reaches(self, coverage: float) -> bool:
        """Whether the objects are enough to leave anything out."""
        return bool(self.level) and self.level[-1] >= coverage - SLACK


@dataclass(frozen=True)
class Sets:
    """What sets are made by.

    Attributes
    ----------
    part : ``validation``, or ``out_of_bag`` of a forest without one.
    marginal : scores of all objects. by_class : of those of each class, by name, every class among them.
    """

    part: str
    marginal: Scores
    by_class: Mapping[str, Scores]

    def limits(self, coverage: float, classes: tuple[str, ...], by_class: bool = False) -> "Limits":
        """What a set at this coverage takes, class by class in this order.

        Raises
        ------
        AlertlabError
            For a coverage that is none.
        """
        if not 0 < coverage < 1:
            raise AlertlabError(f"coverage: {coverage:g} is not between 0 and 1; 0.9 is usual")
        each = {name: self.by_class[name] if by_class else self.marginal for name in classes}
        few = tuple(name for name, one in each.items() if not one.reaches(coverage))
        return Limits(coverage, by_class, tuple(one.limit(coverage) for one in each.values()), few)


@dataclass(frozen=True)
class Limits:
    """Which classes a set holds.

    Attributes
    ----------
    coverage : asked for. by_class : for the objects of each class, and not for all together.
    score : (classes,) 1 - p of a class in the set is at most this.
    few : classes that are in every set, for held-out objects are too few.
    """

    coverage: float
    by_class: bool
    score: tuple[float, ...]
    few: tuple[str, ...] = field(default=())

    def members(self, probability: NDArray[np.floating]) -> NDArray[np.bool_]:
        """(n, classes) whether each class is in the set of each row; a set may be empty."""
        found: NDArray[np.bool_] = strangeness(probability) <= np.array(self.score) + 10.0**-DIGITS / 2
        return found


def strangeness(probability: NDArray[np.floating]) -> NDArray[np.float64]:
    """1 - p, of probabilities rounded as the tie rule does."""
    found: NDArray[np.float64] = np.round(1 - np.round(np.asarray(probability, np.float64), DIGITS), DIGITS)
    return found


def scores_of(score: NDArray[np.float64], object_id: NDArray[np.str_]) -> Scores:
    """The stair of (n,) scores of rows."""
    if not len(score):
        return Scores((), (), 0)
    _, owner, rows = np.unique(object_id, return_inverse=True, return_counts=True)
    steps, place = np.unique(score, return_inverse=True)
    level = np.cumsum(np.bincount(place, 1 / rows[owner])) / (len(rows) + 1)
    if len(steps) > STEPS:
        kept = np.unique(np.searchsorted(level, np.linspace(level[0], level[-1], STEPS)).clip(max=len(steps) - 1))
        steps, level = steps[kept], level[kept]
    return Scores(tuple(steps.tolist()), tuple(np.round(level, 12).tolist()), len(rows))


def sets_of(
    probability: NDArray[np.floating],
    target: NDArray[np.int64],
    object_id: NDArray[np.str_],
    classes: tuple[str, ...],
    part: str,
) -> Sets:
    """What labelled rows that a model did not learn from say, of which there is at least one.

    Parameters
    ----------
    probability : (n, classes). target : (n,) class index. object_id : (n,) rows of one object.
    """
    score = strangeness(probability)[np.arange(len(target)), target]
    own = {name: target == index for index, name in enumerate(classes)}
    by_class = {name: scores_of(score[rows], object_id[rows]) for name, rows in own.items()}
    return Sets(part, scores_of(score, object_id), by_class)


def _scores(score: tuple[float, ...], level: tuple[float, ...], objects: int) -> Scores:
    if len(score) != len(level) or np.any(np.diff(score) <= 0) or np.any(np.diff(level) <= 0):
        raise BundleError("manifest.json: answers.sets: expected scores and levels, as many of each, both rising")
    return Scores(score, level, objects)


STAIR = checks.record(
    _scores, score=checks.array(checks.number), level=checks.array(checks.number), objects=checks.count
)
SCHEMA = checks.record(Sets, part=checks.word, marginal=STAIR, by_class=checks.mapping(checks.word, STAIR))
