"""What all datamodules share: labelled samples, parted by object."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytorch_lightning as pl
from torch.utils.data import DataLoader

from ..core.contracts import Loading
from ..core.samples import Samples
from ..core.split import Split, SplitPlan
from ..core.taxonomy import Taxonomy
from ..files import replacing
from ..runtime.errors import AlertlabError
from .batches import Batch, loader


class LabelledDataModule(pl.LightningDataModule):
    """Samples with a label, parted by object; a subclass reads them.

    Parameters
    ----------
    taxonomy : the classes.
    split : how objects are parted.
    label_map : other labels -> class, or None to leave such rows out.
    workers : processes that prepare batches beside the training one.
    """

    def __init__(
        self, taxonomy: Taxonomy, split: SplitPlan, label_map: Mapping[str, str | None] | None, workers: int
    ) -> None:
        super().__init__()
        self.taxonomy, self.plan, self.label_map, self.workers = taxonomy, split, dict(label_map or {}), workers
        self.repeat = 0
        self.loading = Loading()
        self.left_out: Counter[str] = Counter()

    @property
    @abstractmethod
    def description(self) -> str:
        """What the data are, in a few words."""

    @property
    def further_parts(self) -> tuple[str, ...]:
        """Ways to see the test part beside the plain one."""
        return ()

    @abstractmethod
    def read(self) -> Samples:
        """All labelled samples."""

    @abstractmethod
    def rejected_table(self) -> pa.Table:
        """What could not be used, a row each with its reason."""

    @cached_property
    def everything(self) -> Samples:
        """All labelled samples; the first use reads the source."""
        return self.read()

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
        table = self.rejected_table()
        if table.num_rows:
            with replacing(path) as partial:
                pq.write_table(table, partial)
        return int(table.num_rows)

    def train_dataloader(self) -> "DataLoader[Batch]":
        """Batches as the model asked for in ``loading``, drawn anew each epoch."""
        return loader(self.samples("train"), self.loading, training=True, workers=self.workers)

    def val_dataloader(self) -> "DataLoader[Batch]":
        """Validation batches in order."""
        return loader(self.samples("validation"), self.loading, training=False, workers=self.workers)

    def class_of(self, label: str | None, origin: str) -> str | None:
        """The class of a label; None for none, and for one that is left out, which is counted.

        Raises
        ------
        AlertlabError
            For a label outside the taxonomy.
        """
        name = self.label_map.get(label, label) if label else None
        if name is None:
            self.left_out[label or "no label"] += 1
        elif name not in self.taxonomy.classes:
            raise AlertlabError(
                f"{origin}: label {label!r} is outside datamodule.classes ({', '.join(self.taxonomy.classes)}). "
                f"Add it there, or map it: '+datamodule.label_map={{{label}: CLASS}}' (null leaves such rows out)"
            )
        return name
