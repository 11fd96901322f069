"""From alerts, one by one, to samples."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..alerts import Alert
from ..alerts.metadata import metadata_features
from ..core.rows import Inputs, Rows
from ..core.samples import Samples
from ..core.taxonomy import Taxonomy
from ..runtime.manifest import Column

PENDING = 4096  # candidate records in memory at a time: one takes some 5 kB, its metadata 92 bytes


class Gathered:
    """The alerts that are kept.

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
        self.rows: list[int] = []
        self.stamps: list[NDArray[np.float32]] = []
        self.pending: list[Mapping[str, Any]] = []
        self.metadata: list[NDArray[np.float32]] = []

    def __len__(self) -> int:
        return len(self.target)

    def add(self, alert: Alert, name: str, row: int) -> None:
        """Keep an alert of class ``name``, the stamp of which is ``stored[row]``."""
        self.target.append(self.taxonomy.index(name))
        self.candid.append(alert.candid)
        self.object_id.append(alert.object_id)
        self.rows.append(row)
        if self.stored is None:
            self.stamps.append(alert.stamp)
        self.pending.append(alert.candidate)
        if len(self.pending) == PENDING:
            self._settle()

    def samples(self) -> Samples:
        """All that was added; there is at least one."""
        self._settle()
        stamp = Rows(np.stack(self.stamps)) if self.stored is None else Rows(self.stored, np.array(self.rows))
        inputs = {"stamp": stamp}
        if self.columns:
            inputs["metadata"] = Rows(np.concatenate(self.metadata))
        return Samples(
            Inputs(inputs),
            np.array(self.target, dtype=np.int64),
            np.array(self.candid, dtype=np.int64),
            np.array(self.object_id, dtype=np.str_),
            self.taxonomy,
            {"metadata": self.columns} if self.columns else {},
        )

    def _settle(self) -> None:
        if self.columns and self.pending:
            self.metadata.append(metadata_features(self.pending, [column.name for column in self.columns]))
        self.pending.clear()
