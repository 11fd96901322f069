"""The blind search: boxes of the sky, groups in each, the same groups merged."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import AlertlabError
from ..processes import each_in_processes
from .boxes import Box, boxes, from_first, touches_edge
from .epsilon import standardised
from .merge import Candidate, merged
from .methods import METHODS, NOISE
from .stars import Cuts, Stars

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
Progress = Callable[[int, int | None], None]

KEY = "blind_search"  # of the config


@dataclass(frozen=True)
class BlindSearch:
    """How a catalogue is searched: ``conf/blind_search/``.

    Attributes
    ----------
    method : ``dbscan``, ``hdbscan`` or ``gaussian_mixture``.
    sides : of the boxes [deg]. shifts : of their grid, in sides. min_pts : of DBSCAN, stars within epsilon of one.
    resamples : fake fields for epsilon. smallest : stars of a group that is kept.
    edge : groups so near to the edge of a box are dropped [deg], since another box holds them whole.
    largest_parallax, largest_motion, faintest : see :class:`Cuts`.
    seed : of the fake fields and of the mixture.
    """

    method: str
    sides: tuple[float, ...]
    shifts: tuple[float, ...]
    min_pts: tuple[int, ...]
    resamples: int
    smallest: int
    edge: float
    largest_parallax: float
    largest_motion: float
    faintest: float
    seed: int

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "BlindSearch":
        """From a config.

        Raises
        ------
        AlertlabError
            For a key that is missing or unknown, or a value out of range.
        """
        names = [each.name for each in fields(cls)]
        for name in (*given, *names):
            if (name in given) != (name in names):
                fault = "is no key of a search" if name in given else "is missing"
                raise AlertlabError(f"{KEY}.{name}: {fault}; its keys: {', '.join(names)}")
        values: dict[str, Any] = {
            name: tuple(given[name]) if name in ("sides", "shifts", "min_pts") else given[name] for name in names
        }
        search = cls(**values)
        if search.method not in METHODS:
            raise AlertlabError(f"{KEY}.method: {search.method!r} is none of {', '.join(METHODS)}")
        for name, least in (("sides", 0.1), ("shifts", 0), ("min_pts", 3)):
            if not values[name] or min(values[name]) < least:
                raise AlertlabError(f"{KEY}.{name}: {list(values[name])}; give one or more, each of {least} or more")
        for name, least in (("resamples", 1), ("smallest", 3), ("edge", 0), ("seed", 0)):
            if values[name] < least:
                raise AlertlabError(f"{KEY}.{name}: {values[name]} is below {least}")
        return search

    @property
    def cuts(self) -> Cuts:
        """Which stars are searched."""
        return Cuts(self.largest_parallax, self.largest_motion, self.faintest)


def search(stars: Stars, how: BlindSearch, workers: int, progress: Progress) -> list[Candidate]:
    """Candidates among stars that passed the cuts, most often found first.

    Parameters
    ----------
    workers : processes; with 1 this one searches. progress : called with (boxes searched, None).
    """
    along = from_first(stars.l) if len(stars) else stars.l
    groups: list[Rows] = []
    searches: list[int] = []
    made: list[Box] = []

    def tasks() -> Iterator[tuple[Box, tuple[Array, int]]]:
        for number, box in enumerate(boxes(stars.l, stars.b, how.sides, how.shifts, 2 * max(how.min_pts))):
            made.append(box)
            yield box, (five_parameters(stars, box), number)

    for done, (box, found) in enumerate(each_in_processes(tasks(), partial(search_box, how=how), workers)):
        for pass_, own in found:
            rows = box.rows[own]
            if not touches_edge(box, along[rows], stars.b[rows], how.edge):
                groups.append(rows)
                searches.append(done * len(how.min_pts) + pass_)
        progress(done + 1, None)
    values = np.column_stack([along * np.cos(np.radians(stars.b)), stars.b, stars.parallax, stars.pmra, stars.pmdec])
    candidates = []
    for rows, number in merged(groups, searches, values):
        could = len(how.min_pts) * _covering(made, along[rows].mean(), stars.b[rows].mean())
        candidates.append(Candidate(rows, number, max(could, number)))
    return candidates


def five_parameters(stars: Stars, box: Box) -> Array:
    """(n, 5) what groups are looked for in: place about the middle of a box, parallax, proper motion."""
    rows = box.rows
    return np.column_stack([box.x, box.y, stars.parallax[rows], stars.pmra[rows], stars.pmdec[rows]])


def search_box(given: tuple[Array, int], how: BlindSearch) -> list[tuple[int, Rows]]:
    """Groups of one box: place of ``min_pts``, and the places of the group's stars.

    Parameters
    ----------
    given : (n, 5) parameters of its stars, and its number, which its random numbers follow from.
    """
    values, number = given
    rng = np.random.default_rng([how.seed, number])
    passes = METHODS[how.method](standardised(values), how.min_pts, how.resamples, rng)
    return [(pass_, own) for pass_, labels in enumerate(passes) for own in groups_of(labels, how.smallest)]


def groups_of(labels: NDArray[np.int64], smallest: int) -> list[Rows]:
    """Places of each label but noise that has stars enough."""
    order = np.argsort(labels, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    return [each for each in parts if len(each) >= smallest and labels[each[0]] != NOISE]


def _covering(made: Sequence[Box], along: float, b: float) -> int:
    """Boxes that hold a place."""
    return sum(bool(np.isnan(box.l) or (0 <= along - box.l < box.side and 0 <= b - box.b < box.side)) for box in made)
