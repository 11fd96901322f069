"""From alerts, one by one, to samples."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...alerts import Alert, Rejected
from ...alerts.metadata import metadata_features, unknown_throughout
from ...alerts.plain import number
from ...alerts.seen import measured, place_of, repeated
from ...core.progress import notice
from ...core.rows import Inputs, Rows
from ...core.samples import Samples
from ...core.taxonomy import Taxonomy
from ...features.tables.times import MJD
from ...runtime.errors import AlertlabError
from ...runtime.manifest import Column
from .facts import FIELDS, alert_facts

PENDING = 4096  # candidate records in memory at a time: one takes some 5 kB, its metadata 92 bytes


class Gathered:
    """The alerts that are kept, each candid once.

    Parameters
    ----------
    taxonomy, columns : of the samples; no column for stamps alone.
    stored : (all, 3, 63, 63) stamps in a file, of which rows are kept; None keeps the alerts' own in memory.
    """

    def __init__(self, taxonomy: Taxonomy, columns: tuple[Column, ...], stored: NDArray[np.float32] | None) -> None:
        self.taxonomy, self.columns, self.stored = taxonomy, columns, stored
        self.target: list[int] = []
        self.candid: list[int] = []
        self.object_id: list[str] = []
        self.origin: list[str] = []
        self.measured: list[int] = []  # hashes of what alerts say of their detections
        self.place: dict[int, int] = {}  # of a candid among the kept
        self.rows: list[int] = []
        self.places: list[list[float]] = []  # jd, ra, dec, and what facts are of
        self.stamps: list[NDArray[np.float32]] = []
        self.pending: list[Mapping[str, Any]] = []
        self.metadata: list[NDArray[np.float32]] = []

    def __len__(self) -> int:
        return len(self.target)

    def add(self, alert: Alert, name: str, row: int) -> Rejected | None:
        """Keep an alert of class ``name``, the stamp of which is ``stored[row]``; one that is here already is returned.

        Raises
        ------
        AlertlabError
            For an alert that is here already, of another class or content.
        """
        first = self.place.setdefault(alert.candid, len(self))
        if first < len(self):
            self._compare(alert, name, first)
            return repeated(alert, place_of(self.origin[first]))
        self.origin.append(alert.origin)
        self.measured.append(hash(measured(alert.candidate)))
        self.target.append(self.taxonomy.index(name))
        self.candid.append(alert.candid)
        self.object_id.append(alert.object_id)
        self.rows.append(row)
        self.places.append([number(alert.candidate.get(name)) for name in ("jd", "ra", "dec", *FIELDS)])
        if self.stored is None:
            self.stamps.append(alert.stamp)
        self.pending.append(alert.candidate)
        if len(self.pending) == PENDING:
            self._settle()
        return None

    def samples(self) -> Samples:
        """All that was added; there is at least one."""
        self._settle()
        stamp = Rows(np.stack(self.stamps)) if self.stored is None else Rows(self.stored, np.array(self.rows))
        inputs = {"stamp": stamp}
        jd, ra, dec, *fields = np.array(self.places, dtype=np.float64).T
        mjd = np.where(jd > MJD, jd - MJD, np.nan)  # -999 is no date
        if self.columns:
            metadata = np.concatenate(self.metadata)
            line = unknown_throughout([column.name for column in self.columns], metadata)
            if line:
                notice(f"datamodule.{line}")
            inputs["metadata"] = Rows(metadata)
        return Samples(
            Inputs(inputs),
            np.array(self.target, dtype=np.int64),
            np.array(self.candid, dtype=np.int64),
            np.array(self.object_id, dtype=np.str_),
            self.taxonomy,
            {"metadata": self.columns} if self.columns else {},
            facts=alert_facts(mjd, ra, dec, np.stack(fields, axis=1)),
            places={"mjd": mjd, "ra": ra, "dec": dec},
        )

    def _compare(self, alert: Alert, name: str, first: int) -> None:
        both = f"candid {alert.candid} is in {self.origin[first]} and in {alert.origin}"
        known = self.taxonomy.classes[self.target[first]]
        if name != known:
            raise AlertlabError(f"{both}, first as {known}, then as {name}; keep one of them")
        stamp = self.stamps[first] if self.stored is None else self.stored[self.rows[first]]
        differ = {
            "objectId": alert.object_id != self.object_id[first],
            "time, place or brightness": hash(measured(alert.candidate)) != self.measured[first],
            "cut-outs": not np.array_equal(stamp, alert.stamp, equal_nan=True),
        }
        if any(differ.values()):
            others = ", ".join(what for what, other in differ.items() if other)
            raise AlertlabError(f"{both} with other contents ({others}); keep the right one")

    def _settle(self) -> None:
        if self.columns and self.pending:
            self.metadata.append(metadata_features(self.pending, [column.name for column in self.columns]))
        self.pending.clear()
