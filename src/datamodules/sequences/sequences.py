"""Light curves as sequences, parted by object."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...core.curve_columns import CURVE, TIME
from ...core.light_curve_rows import facts_of
from ...core.progress import notice
from ...core.samples import Samples, number_of
from ...core.split import SplitPlan
from ...core.taxonomy import CLASSES, Taxonomy
from ...runtime.errors import AlertlabError
from ...runtime.ragged import Ragged
from ..labelled import LabelledDataModule
from ..tables.feature_rows import REJECTED
from ..tables.tables import days_of, no_object, others
from .curve_rows import LabelledCurves, LightCurveSequences


class SequenceDataModule(LabelledDataModule):
    """Light curves of objects, point by point: the input ``light_curve``.

    Parameters
    ----------
    source : gives the light curves.
    classes, branches, label_map, cut_days : as of :class:`~.tables.TableDataModule`; where the source has no labels
        all are of the one class.
    balance_bin : width of bins in detections, of each of which train and validation keep as many light curves; None
        keeps all.
    split, workers : as of every datamodule.

    Raises
    ------
    AlertlabError
        As a datamodule of features does.
    """

    def __init__(
        self,
        source: LightCurveSequences,
        split: SplitPlan,
        classes: Sequence[Any] | None = None,
        branches: Mapping[Any, Sequence[Any]] | None = None,
        label_map: Mapping[Any, Any] | None = None,
        cut_days: Sequence[int] = (),
        balance_bin: int | None = None,
        workers: int = 0,
    ) -> None:
        super().__init__(Taxonomy(classes, branches), split, label_map, workers)
        if balance_bin is not None and balance_bin < 1:
            raise AlertlabError(
                f"datamodule.balance_bin: {balance_bin!r} is no number of detections, 1 or more, or null"
            )
        self.source, self.balance_bin = source, balance_bin
        self.cut_days = {f"test_{days}d": days for days in days_of(cut_days)}
        self.rejected = REJECTED.empty_table()

    @property
    def description(self) -> str:
        """What the data are, in a few words."""
        return self.source.description

    @property
    def further_parts(self) -> tuple[str, ...]:
        """``test_16d`` and so on: the test part, of light curves cut after 16 days."""
        return tuple(self.cut_days)

    def samples(self, part: str | None = None) -> Samples:
        """The samples of train, validation, test, one of ``further_parts``, or of all, in a part or not; raw."""
        if part in self.cut_days:
            return self._cut(super().samples("test"), self.cut_days[part])
        found = super().samples(part)
        if self.balance_bin is None or part not in ("train", "validation"):
            return found
        return self._balanced(found, part, self.balance_bin)

    def rejected_table(self) -> pa.Table:
        """Objects that are not among the samples, and why."""
        return self.rejected

    def read(self) -> Samples:
        """All labelled samples."""
        found = self.source.read()
        self.left_out.clear()
        named = [self.class_of(label, self.source.origin) for label in self._labels(found)]
        kept = np.array([name is not None for name in named], dtype=bool)
        rows = found.rows
        names = rows.object_id.tolist()
        if not kept.any():
            raise no_object(self.source.origin, self.left_out)
        labels = [None] * len(names) if found.label is None else found.label
        used = set(rows.object_id[kept].tolist())
        self.rejected = pa.concat_tables([rows.rejected, others(names, labels, used)])
        return Samples(
            {CURVE: rows.curves.take(kept)},
            np.array([self.taxonomy.index(name) for name in named if name is not None], dtype=np.int64),
            np.array([number_of(name) for name in rows.object_id[kept].tolist()], dtype=np.int64),
            found.group[kept],
            self.taxonomy,
            {CURVE: rows.columns},
            rows.made,
            {name: values[kept] for name, values in rows.facts.items()},
            places={name: values[kept] for name, values in rows.places.items()},
        )

    def _labels(self, found: LabelledCurves) -> Sequence[str | None]:
        if found.label is not None:
            return found.label
        if len(self.taxonomy.classes) > 1:
            known = ", ".join(self.taxonomy.classes)
            raise AlertlabError(
                f"datamodule.source.curves.label: null makes all of one class, and {CLASSES} has {known}; name one"
            )
        return [self.taxonomy.classes[0]] * len(found.group)

    def _cut(self, test: Samples, days: int) -> Samples:
        """What was seen of these so many days after the first point, where it is enough."""
        curves: Ragged = test.inputs[CURVE]
        early = curves.values[:, TIME] <= days  # in order of time: the early ones come first
        begun = curves.first(np.bincount(curves.owner[early], minlength=len(curves)))
        least = max(self.source.reading.rules.min_detections, 1)
        enough = begun.lengths >= least
        line = f"cut {days} days after the first point: {int(np.sum(~enough))} of {len(test)} of the test part left out"
        if not enough.all() and (told := f"{line} with fewer than {least} points") not in self.told:
            notice(f"{self.description}, {told}")
            self.told.add(told)
        cut = replace(
            test, inputs={CURVE: begun}, facts={**test.facts, **facts_of(begun)} if len(begun) else test.facts
        )
        return cut.take(enough)

    def _balanced(self, samples: Samples, part: str, width: int) -> Samples:
        """As many light curves of each bin of detections, or all where there are fewer than in the middle bin."""
        bins = (samples.facts["detections"] // width).astype(np.int64)
        _, member, counts = np.unique(bins, return_inverse=True, return_counts=True)
        most = int(np.ceil(np.median(counts)))
        generator = np.random.default_rng([self.plan.seed, self.repeat])
        rank = _rank_within(member, generator.permutation(len(samples)))
        kept: NDArray[np.int64] = np.flatnonzero(rank < most)
        told = f"of the {part} part {len(kept)} of {len(samples)}: of every {width} detections no more than {most}"
        if told not in self.told:
            notice(f"{self.description}, {told}")
            self.told.add(told)
        return samples.take(kept)


def _rank_within(group: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) how many of its group come before each in an order."""
    by_group = np.lexsort((order, group))
    starts = np.searchsorted(group[by_group], group[by_group])
    rank = np.empty(len(group), np.int64)
    rank[by_group] = np.arange(len(group)) - starts
    return rank
