"""Labelled alerts as samples of stamps and metadata."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from ...alerts import LabelledFiles, LabelRule, Rejected
from ...alerts.metadata import metadata_columns
from ...alerts.rejected import rejected_table
from ...core.progress import track
from ...core.samples import Samples
from ...core.split import SplitPlan
from ...core.taxonomy import Taxonomy
from ...runtime.errors import AlertlabError
from ..kept.cache import Cache
from ..labelled import LabelledDataModule
from .cache import KeptAlerts
from .gather import Gathered
from .source import CacheableSource, Labelled, Source
from .stored import StoredAlerts


class StampDataModule(LabelledDataModule):
    """Alerts with a label, each candid once, split by object.

    Parameters
    ----------
    source : iterates over (alert, label or None) and Rejected.
    classes : class names in order; the last dimension of all that follows.
    metadata : names of the metadata columns; empty for images only.
    split : how objects are parted.
    label_map : other labels -> class, or None to leave such rows out.
    workers : processes that prepare batches beside the training one.
    cache : folder where decoded alerts are kept, as far as ``source`` is a
        :class:`CacheableSource`; None reads the source and keeps stamps in memory.

    Raises
    ------
    AlertlabError
        At once: a leaking or unknown metadata column. On reading: a label
        outside the taxonomy, one candid with two labels or contents, no usable
        alert, a cache without room. On ``draw``: a class with too few objects.
    """

    def __init__(
        self,
        source: Source,
        classes: Sequence[str],
        metadata: Sequence[str],
        split: SplitPlan,
        label_map: Mapping[str, str | None] | None = None,
        workers: int = 0,
        cache: str | None = None,
    ) -> None:
        super().__init__(Taxonomy(classes), split, label_map, workers)
        self.source = source
        self.columns = metadata_columns(metadata)
        self.cache = None if cache is None else Path(cache)
        self.rejected: list[Rejected] = []

    @property
    def description(self) -> str:
        """What the data are, in a few words."""
        return self.source.description

    def rejected_table(self) -> pa.Table:
        """Alerts that could not be used."""
        return rejected_table(self.rejected)

    def read(self) -> Samples:
        """All labelled alerts."""
        self.rejected = []
        self.left_out.clear()
        stored, labelled = self._open()
        gathered = Gathered(self.taxonomy, self.columns, None if stored is None else stored.stamps)
        row = 0
        for found in labelled:
            if isinstance(found, Rejected):
                self.rejected.append(found)
                continue
            alert, label = found
            name = self.class_of(label, alert.origin)
            again = None if name is None else gathered.add(alert, name, row)
            if again is not None:
                self.rejected.append(again)
            row += 1
        if not gathered:
            remedy = "; datamodule.label_rules name the columns of labels, datamodule.labels a table that has them"
            raise AlertlabError(
                f"datamodule: no labelled alert to learn from among {self.description} ({self._account()})"
                f"{remedy if 'no label' in self.left_out else ''}"
            )
        return gathered.samples()

    def _open(self) -> tuple[StoredAlerts | None, Labelled]:
        """The labelled alerts, and the cache they come from, if any."""
        if not isinstance(self.source, CacheableSource):
            return None, track(self.source, "reading alerts")
        stored = None if self.cache is None else Cache(self.cache).open(KeptAlerts(self.source))
        if stored is None:
            return None, self.source.labelled(track(self.source.alerts(), "reading alerts", self.source.count()))
        return stored, self.source.labelled(track(stored, "reading alerts"))

    def _account(self) -> str:
        reasons = Counter(rejected.reason for rejected in self.rejected)
        left = [f"{count} left out with {label}" for label, count in self.left_out.items()]
        return (
            "; ".join([*left, *(f"{count} rejected: {reason}" for reason, count in reasons.most_common(3))])
            or "none found"
        )


def ztf_stamps(
    path: str, label_rules: Sequence[LabelRule], labels: str | None = None, **settings: Any
) -> StampDataModule:
    """Stamps from packets or a Parquet table of ZTF, labelled by catalogue columns.

    Parameters
    ----------
    path, label_rules, labels : see :class:`alertlab.alerts.LabelledFiles`.
    settings : the other parameters of :class:`StampDataModule`.
    """
    return StampDataModule(LabelledFiles(path, label_rules, labels), **settings)
