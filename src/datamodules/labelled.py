"""What all datamodules share: labelled samples, parted by object."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytorch_lightning as pl
from torch.utils.data import DataLoader

from ..config.typed import mapped
from ..core.contracts import Loading
from ..core.progress import notice
from ..core.samples import Samples
from ..core.split import Split, SplitPlan
from ..core.taxonomy import CLASSES, Taxonomy
from ..door.words import text_of
from ..files import replacing
from ..runtime.errors import AlertlabError
from .batches import Batch, loader

LABEL_MAP = "datamodule.label_map"  # key of the config


class LabelledDataModule(pl.LightningDataModule):
    """Samples with a label, parted by object; a subclass reads them.

    Parameters
    ----------
    taxonomy : the classes.
    split : how objects are parted.
    label_map : other labels -> class, or None to leave such rows out; text of either, see :func:`text_of`.
    workers : processes that prepare batches beside the training one.

    Raises
    ------
    AlertlabError
        For a label or a class in ``label_map`` that is none.
    """

    def __init__(self, taxonomy: Taxonomy, split: SplitPlan, label_map: Mapping[Any, Any] | None, workers: int) -> None:
        super().__init__()
        self.taxonomy, self.plan, self.label_map, self.workers = taxonomy, split, _label_map(label_map), workers
        if len(taxonomy.classes) == 1:
            notice(f"{CLASSES}: {taxonomy.classes[0]} is the only class, so a classifier will always say it")
        self.repeat = 0
        self.loading = Loading()
        self.left_out: Counter[str] = Counter()
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
        """All labelled samples."""

    @abstractmethod
    def rejected_table(self) -> pa.Table:
        """What could not be used, a row each with its reason."""

    @cached_property
    def everything(self) -> Samples:
        """All labelled samples; the first use reads the source.

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
            For a label outside the taxonomy, or one that is mapped there.
        """
        label = text_of(label)
        name = None if label is None else self.label_map.get(label, label)
        if name is None:
            self.left_out["no label" if label is None else label] += 1
        elif name not in self.taxonomy.classes:
            known = f"{CLASSES} ({', '.join(self.taxonomy.classes)})"
            if label in self.label_map:
                raise AlertlabError(
                    f"{origin}: label {label!r} is outside {known}, for {LABEL_MAP} makes it {name!r}. "
                    "Add that class, or map the label to null, which leaves its rows out"
                )
            raise AlertlabError(
                f"{origin}: label {label!r} is outside {known}. "
                f"Add it there, or map it: {mapped(LABEL_MAP, {str(label): 'CLASS'})} (null leaves such rows out)"
            )
        return name


def _label_map(given: Mapping[Any, Any] | None) -> dict[str, str | None]:
    if not isinstance(given, Mapping | None):
        raise AlertlabError(f"{LABEL_MAP}: {given!r} is not a mapping; write {{LABEL: CLASS}}")
    found: dict[str, str | None] = {}
    for key, value in (given or {}).items():
        label, name = text_of(key), text_of(value)
        if isinstance(value, list | tuple | Mapping):
            raise AlertlabError(f"{LABEL_MAP}: {label} becomes {value!r}; a label becomes one class, or null")
        if label is None:
            raise AlertlabError(f"{LABEL_MAP}: {key!r} is no label; rows without a label are left out anyway")
        if name is None and value is not None:
            raise AlertlabError(f"{LABEL_MAP}: {label} becomes {value!r}, which is no class; null leaves its rows out")
        if found.setdefault(label, name) != name:
            raise AlertlabError(f"{LABEL_MAP}: {label} becomes {found[label]} and {name}; name it once")
    return found
