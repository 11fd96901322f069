"""What a datamodule of tables asks of its source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...runtime.manifest import Column, FeatureSetId

REJECTED = pa.schema([("object_id", pa.string()), ("reason", pa.string())])


@dataclass(frozen=True)
class FeatureRows:
    """Rows of features with the labels of their objects.

    Attributes
    ----------
    object_id : (n,) names. label : (n,) label or None.
    values : (n, k) float32, NaN where undefined.
    columns : what the k are.
    feature_set : the set they are, None where it is none that alertlab computes.
    facts : name -> (n,) numbers to judge by, never to learn from.
    rejected : table with ``object_id`` and ``reason`` of what is not among the rows.
    truth : (n,) label that alone is judged by, None where there is none; None throughout where labels are also truth.
    places : ``mjd``, ``ra`` and so on -> (n,), as :class:`alertlab.core.samples.Samples` has them.
    """

    object_id: NDArray[np.str_]
    label: Sequence[str | None]
    values: NDArray[np.float32]
    columns: tuple[Column, ...]
    feature_set: FeatureSetId | None
    facts: dict[str, NDArray[np.float64]]
    rejected: pa.Table = field(default_factory=lambda: REJECTED.empty_table())
    places: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    truth: Sequence[str | None] | None = None


class FeatureSource(Protocol):
    """Where rows of features come from."""

    @property
    def description(self) -> str:
        """What they are, in a few words; simulated data say so."""
        ...

    @property
    def origin(self) -> str:
        """File that an error about a label names."""
        ...

    def rows(self, max_days: float | None) -> FeatureRows:
        """All rows; with ``max_days`` those of light curves cut so long after their first detection."""
        ...


@runtime_checkable
class Placed(Protocol):
    """A source that can look up when and where objects are seen, for a split that asks."""

    def places_of(self, objects: NDArray[np.str_]) -> Mapping[str, NDArray[np.float64]]:
        """``mjd``, ``mjd_last``, ``ra``, ``dec`` -> (n,) of these objects, NaN where unknown."""
        ...
