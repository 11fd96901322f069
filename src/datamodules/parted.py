"""What all datamodules share: samples parted by object, and batches of them."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytorch_lightning as pl
from torch.utils.data import DataLoader

from ..core.contracts import Loading
from ..core.curves import Curve
from ..core.progress import notice
from ..core.samples import Samples
from ..core.split import Split, SplitPlan
from ..files import replacing
from ..runtime.errors import AlertlabError
from .loading.batches import Batch, loader


class DataModule(pl.LightningDataModule):
    """Samples parted by object; a subclass says what they are (``description``) and reads them (``read``).

    Parameters
    ----------
    split : how objects are parted.
    workers : processes that prepare batches beside the training one.
    """

    def __init__(self, split: SplitPlan, workers: int = 0) -> None:
        super().__init__()
        self.plan, self.workers = split, workers
        self.repeat = 0
        self.loading = Loading()
        self.told: set[str] = set()

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
        """All samples."""

    def curves_of(self, objects: Sequence[str]) -> Mapping[str, Curve]:
        """Light curves of objects, to be looked at, of data whose samples hold none; a subclass may have them."""
        return {}

    def rejected_table(self) -> pa.Table:
        """What could not be used, a row each with its reason; nothing, unless a subclass knows better."""
        return pa.table({"reason": pa.array([], pa.string())})

    @cached_property
    def everything(self) -> Samples:
        """All samples; the first use reads the source.

        Raises
        ------
        AlertlabError
            For a sample that stands there twice: it would be learned from and judged twice.
        """
        samples = self.read()
        ids, first = np.unique(samples.sample_id, return_index=True)
        if len(ids) < len(samples):
            row = int(np.setdiff1d(np.arange(len(samples)), first)[0])
            of = f"sample {samples.sample_id[row]} of object {samples.object_id[row]}"
            raise AlertlabError(f"{self.description}: {of} stands there twice; keep one of it")
        return samples

    @cached_property
    def split(self) -> Split:
        """Which object is in which part."""
        split = self.plan.make(self.everything, self.repeat)
        if split.told and split.told not in self.told:  # every repeat is drawn more than once
            notice(split.told)
            self.told.add(split.told)
        return split

    def draw(self, repeat: int) -> None:
        """Part the objects for this repeat; nothing is read again."""
        self.repeat = repeat
        self.__dict__.pop("split", None)
        self.split  # noqa: B018  made now, so that its errors come before any training

    def samples(self, part: str | None = None) -> Samples:
        """The samples of train, validation or test, or of all, in a part or not; raw."""
        return self.everything if part is None else self.everything.take(self.split.rows(self.everything, part))

    def through(self, change: Callable[[Samples], Samples]) -> "DataModule":
        """The same parts of the same data, each seen through a function: what a member of a model learns from."""
        from .through import Through  # here: it is a datamodule itself

        return Through(self, change)

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
