"""One alert counts once: what was seen of a stream, in some 20 bytes an alert.

Sorted arrays of candids, merged pairwise as they grow and looked up by whole
batches, as the runs of a log-structured merge tree are (O'Neil et al. 1996).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .alert import Alert, Rejected
from .plain import brighter, number

FIELDS = {"jd": 5, "fid": 0, "ra": 5, "dec": 5, "magpsf": 3, "sigmapsf": 3}  # decimals that every kind of file keeps
LARGEST_RUN = 1 << 20  # alerts: two runs of more are not merged, which would take their memory twice
ANOTHER = "another content than the alert of the same candid in {place}"


def measured(candidate: Mapping[str, Any]) -> tuple[float | None, ...]:
    """What an alert says of its detection: time, band, place, brightness and sign, None where unknown.

    Rounded, and of one type, since a packet and a table of the same alert
    differ in types. Scores are left out: a survey computes them anew.
    """
    values = [round(number(candidate.get(name)), digits) for name, digits in FIELDS.items()]
    return tuple(None if value != value else value for value in (*values, brighter(candidate.get("isdiffpos"))))


def repeated(alert: Alert, place: str) -> Rejected:
    """How an alert is listed that was already read from ``place``."""
    return Rejected(alert.origin, f"the same alert as in {place}", alert.candid, alert.object_id)


def place_of(origin: str) -> str:
    """The folder, archive or table that an alert is from; the reasons with it can be counted."""
    end = max(origin.rfind("/"), origin.rfind(":"))
    return origin[:end] if end > 0 else origin


class _Run(NamedTuple):
    """Alerts in the order of their candids."""

    candid: NDArray[np.int64]
    digest: NDArray[np.int64]
    place: NDArray[np.int32]


class Seen:
    """The alerts of a stream so far, by candid; ten million take 200 MB."""

    def __init__(self) -> None:
        self.runs: list[_Run] = []
        self.places: list[str] = []  # a night has few: folders, archives, tables
        self.index: dict[str, int] = {}

    def check(self, alerts: Sequence[Alert]) -> tuple[list[Alert], list[Rejected]]:
        """Of a batch those that are new, in their order, and those of a candid that was there before.

        The second are the same alert again (:func:`repeated`), or one with other
        pixels, another object or other :func:`measured` values: nothing tells
        which of the two is right, and the first stays.
        """
        known = self._known(np.array([alert.candid for alert in alerts], dtype=np.int64))
        fresh: dict[int, tuple[int, int]] = {}
        new: list[Alert] = []
        again: list[Rejected] = []
        for index, alert in enumerate(alerts):
            digest = _digest(alert)
            before = known.get(index) or fresh.get(alert.candid)
            if before is None:
                fresh[alert.candid] = digest, self._place(place_of(alert.origin))
                new.append(alert)
            else:
                again.append(self._rejected(alert, digest, *before))
        self._keep(fresh)
        return new, again

    def _rejected(self, alert: Alert, digest: int, first: int, index: int) -> Rejected:
        place = self.places[index]
        if digest == first:
            return repeated(alert, place)
        return Rejected(alert.origin, ANOTHER.format(place=place), alert.candid, alert.object_id)

    def _place(self, name: str) -> int:
        index = self.index.setdefault(name, len(self.places))
        if index == len(self.places):
            self.places.append(name)
        return index

    def _known(self, candid: NDArray[np.int64]) -> dict[int, tuple[int, int]]:
        """Place in the batch -> digest and place of the alert that was there before."""
        known = {}
        for run in self.runs:
            at = np.minimum(np.searchsorted(run.candid, candid), len(run.candid) - 1)
            for index in np.flatnonzero(run.candid[at] == candid).tolist():
                known[index] = int(run.digest[at[index]]), int(run.place[at[index]])
        return known

    def _keep(self, fresh: Mapping[int, tuple[int, int]]) -> None:
        if not fresh:
            return
        candid = np.array(sorted(fresh), dtype=np.int64)
        digest, place = zip(*(fresh[each] for each in candid.tolist()), strict=True)
        self.runs.append(_Run(candid, np.array(digest, dtype=np.int64), np.array(place, dtype=np.int32)))
        while len(self.runs) > 1 and _worth_merging(*self.runs[-2:]):
            self.runs[-2:] = [_merged(*self.runs[-2:])]


def _worth_merging(one: _Run, other: _Run) -> bool:
    """Runs of like length alone: so each alert is moved some log2(n) times."""
    return len(one.candid) < 2 * len(other.candid) and len(one.candid) + len(other.candid) <= LARGEST_RUN


def _merged(one: _Run, other: _Run) -> _Run:
    order = np.argsort(np.concatenate([one.candid, other.candid]), kind="stable")
    return _Run(
        np.concatenate([one.candid, other.candid])[order],
        np.concatenate([one.digest, other.digest])[order],
        np.concatenate([one.place, other.place])[order],
    )


def _digest(alert: Alert) -> int:
    """64 bits of pixels, object and measured values; they differ from one process to the next."""
    return hash((alert.stamp.tobytes(), alert.object_id, measured(alert.candidate)))
