"""Objects as rows of features, with a label."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...core.curves import Curve
from ...core.given import listed
from ...core.rows import Inputs
from ...core.samples import PARTS, UNLABELLED, Samples, number_of
from ...core.split import SplitPlan
from ...core.taxonomy import Taxonomy
from ...features.catalogue.recipe import NAME as CATALOGUE
from ...runtime.errors import AlertlabError
from ..labelled import LabelledDataModule
from .catalogue import CatalogueTable
from .feature_rows import REJECTED, FeatureRows, FeatureSource, Placed
from .light_curves import LightCurveFeatures
from .telling import tell, tell_joined

TRUTH = "test_truth"  # part


class TableDataModule(LabelledDataModule):
    """Features of labelled objects, one row each, parted by object.

    Parameters
    ----------
    source : gives rows of features and labels.
    classes : class names in order; None takes those of ``branches``, in order.
    branches : branch -> its classes; empty for a flat task.
    split : how objects are parted.
    label_map : other labels -> class, or None to leave such rows out.
    cut_days : a trained model is also tested on light curves cut so many days after their first detection.
    workers : processes that prepare batches beside the training one.

    Raises
    ------
    AlertlabError
        At once: no classes, or days that are none. On reading: a label outside the taxonomy, no usable row.
        On ``draw``: a class with too few objects.
    """

    def __init__(
        self,
        source: FeatureSource,
        split: SplitPlan,
        classes: Sequence[Any] | None = None,
        branches: Mapping[Any, Sequence[Any]] | None = None,
        label_map: Mapping[Any, Any] | None = None,
        cut_days: Sequence[int] = (),
        workers: int = 0,
    ) -> None:
        super().__init__(Taxonomy(classes, branches), split, label_map, workers)
        self.source, self.cut_days = source, {f"test_{days}d": days for days in days_of(cut_days)}
        self.rejected = REJECTED.empty_table()
        self.cut: dict[str, Samples] = {}
        self.truth: NDArray[np.int64] | None = None  # class of each of all samples, where labels are not the truth

    @property
    def description(self) -> str:
        """What the data are, in a few words."""
        return self.source.description

    @property
    def further_parts(self) -> tuple[str, ...]:
        """``test_16d`` and so on: the test part, of light curves cut after 16 days; ``test_truth``: its true labels."""
        apart = isinstance(self.source, CatalogueTable) and self.source.test_label is not None
        return (*self.cut_days, TRUTH) if apart else tuple(self.cut_days)

    def samples(self, part: str | None = None) -> Samples:
        """The samples of train, validation, test, one of ``further_parts``, or of all, in a part or not; raw."""
        whole = self.everything  # read by now, with the truth where there is one
        if part == TRUTH and self.truth is not None:
            return _labelled(replace(whole, target=self.truth).take(self.split.rows(whole, "test")))
        if part not in self.cut_days:
            found = super().samples(part)
            return found if self.truth is None or part not in PARTS else _labelled(found)
        if part not in self.cut:
            self.cut[part] = self._samples(self.source.rows(self.cut_days[part]))
        cut = self.cut[part]
        return cut.take(np.isin(cut.object_id, super().samples("test").object_id))

    def curves_of(self, objects: Sequence[str]) -> Mapping[str, Curve]:
        """Light curves of objects, where the source has them behind its features."""
        return self.source.curves_of(objects) if isinstance(self.source, LightCurveFeatures) else {}

    def rejected_table(self) -> pa.Table:
        """Objects that are not among the samples, and why."""
        return self.rejected

    def read(self) -> Samples:
        """All labelled samples; with truths apart, those too that have one alone, which no training sees."""
        rows = self.source.rows(None)
        if self.plan.needs_places and isinstance(self.source, Placed):
            rows = replace(rows, places=self.source.places_of(rows.object_id))
        samples = self._samples(rows)
        if rows.feature_set is None or CATALOGUE in rows.feature_set.recipe:  # columns that may hold anything
            tell(_labelled(samples), self.source.origin)
        else:
            tell_joined(samples, self.source.origin, rows.feature_set.recipe.get("joined", ()))
        self.rejected = pa.concat_tables(
            [rows.rejected, others(rows.object_id.tolist(), rows.label, set(samples.object_id.tolist()))]
        )
        return samples

    def _classes(self, labels: Sequence[str | None]) -> NDArray[np.int64]:
        """(n,) number of the class of each label, -1 for those that are left out."""
        named = [self.class_of(label, self.source.origin) for label in labels]
        return np.array([UNLABELLED if name is None else self.taxonomy.index(name) for name in named], dtype=np.int64)

    def _samples(self, rows: FeatureRows) -> Samples:
        truth = None if rows.truth is None else self._classes(rows.truth)
        self.left_out.clear()  # counts labels alone
        target = self._classes(rows.label)
        if not (target != UNLABELLED).any():
            raise no_object(self.source.origin, self.left_out)
        kept = (target if truth is None else np.maximum(target, truth)) != UNLABELLED
        self.truth = None if truth is None else truth[kept]
        objects = rows.object_id[kept]
        return Samples(
            Inputs({"features": np.ascontiguousarray(rows.values[kept])}),
            target[kept],
            np.array([number_of(name) for name in objects.tolist()], dtype=np.int64),
            objects,
            self.taxonomy,
            {"features": rows.columns},
            rows.feature_set,
            {name: values[kept] for name, values in rows.facts.items()},
            places={name: values[kept] for name, values in rows.places.items()},
        )


def _labelled(samples: Samples) -> Samples:
    return samples.take(samples.labelled)


def days_of(given: Any) -> list[int]:
    """Whole numbers of days, in order."""
    for days in listed(given, "datamodule.cut_days"):
        if isinstance(days, bool) or not isinstance(days, int) or days < 1:
            raise AlertlabError(f"datamodule.cut_days: {days!r} is not a whole number of days, 1 or more")
    return sorted(set(given))


def no_object(origin: str, left_out: Mapping[str, int]) -> AlertlabError:
    """What to raise where no object has a class."""
    left = ", ".join(f"{count} left out with {label}" for label, count in left_out.items())
    return AlertlabError(f"{origin}: no labelled object to learn from ({left or 'it has no rows'})")


def others(objects: Sequence[str], labels: Sequence[str | None], used: Set[str]) -> pa.Table:
    """Objects whose label keeps them out."""
    left = [each for each in zip(objects, labels, strict=True) if each[0] not in used]
    reasons = [f"datamodule.label_map leaves out {label}" if label is not None else "no label" for _, label in left]
    return pa.table(
        [pa.array([name for name, _ in left], pa.string()), pa.array(reasons, pa.string())], schema=REJECTED
    )
