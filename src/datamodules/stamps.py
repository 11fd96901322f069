"""Labelled alerts as samples of stamps and metadata."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq
import pytorch_lightning as pl
from torch.utils.data import DataLoader

from ..alerts import Rejected
from ..alerts.metadata import metadata_columns
from ..alerts.rejected import rejected_table
from ..core.contracts import Loading
from ..core.progress import track
from ..core.samples import Samples
from ..core.split import Split, SplitPlan
from ..core.taxonomy import Taxonomy
from ..files import replacing
from ..runtime.errors import AlertlabError
from .batches import Batch, loader
from .cache import AlertCache
from .gather import Gathered
from .source import CacheableSource, Labelled, Source
from .stored import StoredAlerts


class StampDataModule(pl.LightningDataModule):
    """Alerts with a label, split by object.

    Parameters
    ----------
    source : iterates over (alert, label or None) and Rejected.
    classes : class names in order; the last dimension of all that follows.
    metadata : names of the metadata columns; empty for images only.
    split : how objects are parted.
    label_map : other labels -> class, or None to leave such rows out.
    repeat : which repeat of the split.
    workers : processes that prepare batches beside the training one.
    cache : folder where decoded alerts are kept, as far as ``source`` is a
        :class:`CacheableSource`; None reads the source and keeps stamps in memory.

    Raises
    ------
    AlertlabError
        At once: a leaking or unknown metadata column. On reading: a label
        outside the taxonomy, no usable alert, a cache without room. On ``draw``: a class with too few objects.
    """

    def __init__(
        self,
        source: Source,
        classes: Sequence[str],
        metadata: Sequence[str],
        split: SplitPlan,
        label_map: Mapping[str, str | None] | None = None,
        repeat: int = 0,
        workers: int = 0,
        cache: str | None = None,
    ) -> None:
        super().__init__()
        self.source, self.taxonomy = source, Taxonomy(classes)
        self.columns = metadata_columns(metadata)
        self.plan, self.label_map, self.repeat, self.workers = split, dict(label_map or {}), repeat, workers
        self.cache = None if cache is None else Path(cache)
        self.loading = Loading()
        self.rejected: list[Rejected] = []
        self.left_out: Counter[str] = Counter()

    @property
    def description(self) -> str:
        """What the data are, in a few words."""
        return self.source.description

    @cached_property
    def everything(self) -> Samples:
        """All labelled samples; the first use reads the source."""
        return self._read()

    @cached_property
    def split(self) -> Split:
        """Which object is in which part."""
        return self.plan.make(self.everything, self.repeat)

    def draw(self, repeat: int) -> None:
        """Part the objects for this repeat; nothing is read again."""
        self.repeat = repeat
        self.__dict__.pop("split", None)
        self.split  # noqa: B018  made now, so that its errors come before any training

    def samples(self, part: str | None = None) -> Samples:
        """The samples of train, validation or test, or of all parts; raw."""
        return self.everything if part is None else self.everything.take(self.split.rows(self.everything, part))

    def write_rejected(self, path: Path) -> int:
        """Write what could not be used as a table, where there is any; their number."""
        if self.rejected:
            with replacing(path) as partial:
                pq.write_table(rejected_table(self.rejected), partial)
        return len(self.rejected)

    def train_dataloader(self) -> "DataLoader[Batch]":
        """Batches as the model asked for in ``loading``, drawn anew each epoch."""
        return loader(self.samples("train"), self.loading, training=True, workers=self.workers)

    def val_dataloader(self) -> "DataLoader[Batch]":
        """Validation batches in order."""
        return loader(self.samples("validation"), self.loading, training=False, workers=self.workers)

    def _read(self) -> Samples:
        self.rejected, self.left_out = [], Counter()
        stored, labelled = self._open()
        gathered = Gathered(self.taxonomy, self.columns, None if stored is None else stored.stamps)
        row = 0
        for found in labelled:
            if isinstance(found, Rejected):
                self.rejected.append(found)
                continue
            alert, label = found
            name = self._class(label, alert.origin)
            if name is None:
                self.left_out[label or "no label"] += 1
            else:
                gathered.add(alert, name, row)
            row += 1
        if not gathered:
            raise AlertlabError(
                f"datamodule: no labelled alert to learn from ({self._account()}); "
                "datamodule.labels names a table of labels where the alerts have none"
            )
        return gathered.samples()

    def _open(self) -> tuple[StoredAlerts | None, Labelled]:
        """The labelled alerts, and the cache they come from, if any."""
        if not isinstance(self.source, CacheableSource):
            return None, track(self.source, "reading alerts")
        stored = None if self.cache is None else AlertCache(self.cache).open(self.source)
        if stored is None:
            return None, self.source.labelled(track(self.source.alerts(), "reading alerts", self.source.count()))
        return stored, self.source.labelled(track(stored, "reading alerts"))

    def _class(self, label: str | None, origin: str) -> str | None:
        name = self.label_map.get(label, label) if label else None
        if name is not None and name not in self.taxonomy.classes:
            raise AlertlabError(
                f"{origin}: label {label!r} is outside datamodule.classes ({', '.join(self.taxonomy.classes)}). "
                f"Add it there, or map it: datamodule.label_map.{label}=CLASS (null leaves such rows out)"
            )
        return name

    def _account(self) -> str:
        reasons = Counter(rejected.reason for rejected in self.rejected)
        left = [f"{count} left out with {label}" for label, count in self.left_out.items()]
        return (
            "; ".join([*left, *(f"{count} rejected: {reason}" for reason, count in reasons.most_common(3))])
            or "none found"
        )
