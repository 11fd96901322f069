"""Groups that several searches found are one candidate."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Rows = NDArray[np.int64]
Array = NDArray[np.float64]

SAME = 0.2  # stars in common, of the stars of both, from which on two groups are one
NEAR = 3.0  # deviations in place of the wider, within which one candidate may be a piece of another
ALIKE = 2.0  # likewise in parallax and proper motion, deviations of the narrower


@dataclass(frozen=True)
class Candidate:
    """A group of stars, however often it was found.

    Attributes
    ----------
    rows : its stars. found : searches that found it, one a box and min_pts. searched : searches that could have.
    """

    rows: Rows
    found: int
    searched: int


def merged(groups: Sequence[Rows], searches: Sequence[int], values: Array) -> list[tuple[Rows, int]]:
    """The stars of each candidate and how many searches found it, most often found first.

    Groups of which a fifth of the stars are common are one, and so are candidates beside each other in place that
    agree in parallax and proper motion: the pieces of a rich cluster. A candidate holds the stars that half of its
    searches hold.

    Parameters
    ----------
    groups : rows of the stars of each. searches : number of the search that found it.
    values : (n, 5) place [deg], parallax and proper motion of all stars.
    """
    if not groups:
        return []
    size = [len(each) for each in groups]
    owner, star = np.repeat(np.arange(len(groups)), size), np.concatenate(groups)
    of = _parts(len(groups), *_common(owner, star))
    found = _candidates(of[owner], star, np.repeat(searches, size))
    again = _parts(len(found), *_pieces([values[rows] for rows, _, _ in found]))
    joined: list[tuple[Rows, int]] = []
    for each in range(again.max() + 1):
        own = [found[place] for place in np.flatnonzero(again == each)]
        rows = np.unique(np.concatenate([rows for rows, _, _ in own]))
        joined.append((rows, len(set().union(*(by for _, by, _ in own)))))
    return sorted(joined, key=lambda each: (-each[1], -len(each[0])))


def _common(owner: Rows, star: Rows) -> tuple[Rows, Rows]:
    """Pairs of groups that have stars enough in common."""
    _, star = np.unique(star, return_inverse=True)
    holds = csr_array((np.ones(len(owner)), (owner, star)))
    common = (holds @ holds.T).tocoo()
    one, other = common.coords
    size = np.bincount(owner)
    same = common.data >= SAME * (size[one] + size[other] - common.data)
    return one[same], other[same]


def _candidates(of: Rows, star: Rows, search: Rows) -> list[tuple[Rows, set[int], int]]:
    """Stars of each candidate, and the searches that found it."""
    found = []
    order = np.argsort(of, kind="stable")
    for own in np.split(order, np.flatnonzero(np.diff(of[order])) + 1):
        by = set(search[own].tolist())
        rows, held = np.unique(star[own], return_counts=True)
        found.append((rows[held >= min(len(by) / 2, held.max())], by, len(own)))
    return found


def _pieces(values: Sequence[Array]) -> tuple[Rows, Rows]:
    """Pairs of candidates of which one is a piece of the other."""
    mean = np.array([each.mean(0) for each in values])
    spread = np.array([each.std(0) for each in values])
    apart = np.abs(mean[:, None] - mean[None])
    wider, narrower = np.maximum(spread[:, None], spread[None]), np.minimum(spread[:, None], spread[None])
    near = (apart[..., :2] <= NEAR * wider[..., :2]).all(-1)
    alike = (apart[..., 2:] <= ALIKE * narrower[..., 2:]).all(-1)
    one, other = np.nonzero(near & alike)
    return one, other


def _parts(number: int, one: Rows, other: Rows) -> Rows:
    """Which connected part each of some things is in."""
    linked = csr_array((np.ones(len(one)), (one, other)), shape=(number, number))
    of: Rows = connected_components(linked, directed=False)[1]
    return of
