"""Groups of stars with a label: clusters or not."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from ...core.rows import Inputs
from ...core.samples import Samples, number_of
from ...core.split import SplitPlan
from ...core.taxonomy import Taxonomy
from ...features.clusters.diagram import DIAGRAM
from ..labelled import LabelledDataModule
from ..tables.feature_rows import REJECTED
from ..tables.tables import no_object, others
from .group_table import Groups


class GroupSource(Protocol):
    """Where groups come from."""

    @property
    def description(self) -> str:
        """What they are, in a few words."""
        ...

    @property
    def origin(self) -> str:
        """The file that an error about a label names."""
        ...

    def groups(self) -> Groups:
        """All groups."""
        ...


class GroupDataModule(LabelledDataModule):
    """Colour-magnitude diagrams of labelled groups of stars, parted by field.

    Parameters
    ----------
    source : gives groups and labels.
    classes : class names in order.
    split : how fields are parted. label_map, workers : see :class:`LabelledDataModule`.

    Raises
    ------
    AlertlabError
        At once: no classes. On reading: a label outside the taxonomy, no labelled group.
    """

    def __init__(
        self,
        source: GroupSource,
        split: SplitPlan,
        classes: Sequence[Any],
        label_map: Mapping[Any, Any] | None = None,
        workers: int = 0,
    ) -> None:
        super().__init__(Taxonomy(classes), split, label_map, workers)
        self.source = source
        self.rejected = REJECTED.empty_table()

    @property
    def description(self) -> str:
        """What the data are, in a few words."""
        return self.source.description

    def rejected_table(self) -> pa.Table:
        """Groups that are not among the samples, and why."""
        return self.rejected

    def read(self) -> Samples:
        """All labelled groups."""
        self.left_out.clear()
        groups = self.source.groups()
        named = [self.class_of(label, self.source.origin) for label in groups.label]
        kept = np.array([name is not None for name in named], dtype=bool)
        if not kept.any():
            raise no_object(self.source.origin, self.left_out)
        name = groups.name[kept].tolist()
        self.rejected = others(groups.name.tolist(), groups.label, set(name))
        return Samples(
            Inputs({DIAGRAM: groups.diagram[kept]}),
            np.array([self.taxonomy.index(each) for each in named if each is not None], dtype=np.int64),
            np.array([number_of(each) for each in name], dtype=np.int64),
            groups.field[kept],
            self.taxonomy,
            facts={fact: values[kept] for fact, values in groups.facts.items()},
        )
