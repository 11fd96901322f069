"""Samples: what models learn from and predict on."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import AlertlabError
from ..runtime.manifest import Column, FeatureSetId
from ..runtime.ragged import Ragged
from .rows import Inputs
from .taxonomy import Taxonomy

UNLABELLED = -1
PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Samples:
    """Rows of named inputs with their target and identity.

    Attributes
    ----------
    inputs : name -> float32 (n, ...), raw: ``stamp`` (n, 3, 63, 63) in DN,
        ``metadata`` (n, columns); NaN where unknown. Sequences, and images of unequal size, are Ragged. What lies in
        a file is read when it is asked for: go through ``batches`` where it may not fit in memory.
    target : what is to be told of each row: (n,) class index, -1 where unlabelled; (n, quantities) values or
        (n, ...) arrays, NaN where unknown; Ragged, for each row of the input ``query`` a value, or a value and the
        error that it was measured with; None for nothing.
    sample_id : (n,) int64, the candid of a stamp.
    object_id : (n,) str; rows of one object never part.
    names : what ``target`` holds: a :class:`Taxonomy` whose classes it counts, or the ``Quantities``, ``Bands`` or
        ``Grid`` of ``alertlab.runtime``.
    columns : for each table among ``inputs``, its columns.
    feature_set : the set that ``features`` holds, None where it is none that alertlab computes.
    facts : name -> (n,) number of each sample, such as ``detections``: to judge by, never to learn from.
    places : ``mjd``, ``ra``, ``dec`` -> (n,) of each sample in days and degrees, NaN where unknown: splits go by
        them, nothing learns from them. ``mjd_last`` where a sample has seen more than one moment.
    channels : for images among ``inputs``, the names of their channels, where they have any.
    """

    inputs: Mapping[str, Any]
    target: Any
    sample_id: NDArray[np.int64]
    object_id: NDArray[np.str_]
    names: Any
    columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    feature_set: FeatureSetId | None = None
    facts: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    places: Mapping[str, NDArray[np.float64]] = field(default_factory=dict, kw_only=True)
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict, kw_only=True)

    def __post_init__(self) -> None:
        inputs = Inputs.of(self.inputs)
        object.__setattr__(self, "inputs", inputs)
        lengths = {name: len(rows) for name, rows in inputs.rows.items()}
        lengths |= {} if self.target is None else {"target": len(self.target)}
        lengths |= {"sample_id": len(self.sample_id), "object_id": len(self.object_id)}
        lengths |= {name: len(values) for name, values in self.facts.items()}
        lengths |= {f"places.{name}": len(values) for name, values in self.places.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"samples of unequal length: {lengths}")

    def __len__(self) -> int:
        return len(self.sample_id)

    @property
    def taxonomy(self) -> Taxonomy:
        """The classes that ``target`` counts.

        Raises
        ------
        AlertlabError
            For data whose target is no class.
        """
        if not isinstance(self.names, Taxonomy):
            of = type(self.names).__name__  # not all of them: a survey may ask for forty quantities
            asked = "nothing is to be told of them" if self.names is None else f"their target is of {of}"
            raise AlertlabError(f"datamodule: the data have no classes, {asked}; choose a model for such data")
        return self.names

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes that ``target`` counts; none where it is no class."""
        return self.names.classes if isinstance(self.names, Taxonomy) else ()

    @property
    def lengths(self) -> NDArray[np.int64] | None:
        """(n,) points of the sequences of each row, all inputs together; None without sequences."""
        ragged = [rows.lengths for rows in Inputs.of(self.inputs).rows.values() if rows.is_sequence]
        return np.sum(ragged, axis=0) if ragged else None

    @property
    def strata(self) -> NDArray[np.int64]:
        """(n,) class index, -1 where there is none: what splits and golden rows keep in proportion."""
        return self.target if self.classes else np.full(len(self), UNLABELLED, np.int64)

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """(n,) whether there is anything to learn of a row: its class, or any known value."""
        if self.target is None:
            return np.zeros(len(self), bool)
        if self.classes:
            return self.target != UNLABELLED  # type: ignore[no-any-return]
        if isinstance(self.target, Ragged):
            values = self.target.values.reshape(len(self.target.values), -1)
            known = np.isfinite(values[:, 0]).astype(np.float64)
            return np.bincount(self.target.owner, known, len(self)) > 0
        found: NDArray[np.bool_] = np.isfinite(self.target).any(axis=tuple(range(1, self.target.ndim)))
        return found

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Samples":
        """The samples of these rows, in this order; their inputs are not read yet."""
        return replace(
            self,
            inputs=Inputs.of(self.inputs).take(rows),
            target=taken(self.target, rows),
            sample_id=self.sample_id[rows],
            object_id=self.object_id[rows],
            facts={name: values[rows] for name, values in self.facts.items()},
            places={name: values[rows] for name, values in self.places.items()},
        )

    def batches(self, size: int = 512) -> Iterator["Samples"]:
        """All samples in order, ``size`` at a time, so that memory does not grow with their number."""
        for start in range(0, len(self), size):
            yield self.take(np.arange(start, min(start + size, len(self))))

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of an input, which is not read for it; 0 for an axis of any length."""
        return Inputs.of(self.inputs).rows[name].shape

    def counts(self) -> dict[str, int]:
        """Samples of each class, in taxonomy order; empty where the target is no class."""
        return {name: int(np.sum(self.target == index)) for index, name in enumerate(self.classes)}

    def digest(self) -> str:
        """SHA-256 over identity, target and inputs: the version of the data, computed once."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        names = self.classes if isinstance(self.names, Taxonomy) else self.names
        state = hashlib.sha256(repr((names, sorted(self.columns))).encode())
        for array in (self.sample_id, self.object_id, self.target):
            _digest_of(array, state.update)
        for name in sorted(self.inputs):
            for batch in self.batches():
                _digest_of(batch.inputs[name], state.update)
        return state.hexdigest()


def taken(values: Any, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Any:
    """These rows of an array or of what is Ragged; None of nothing."""
    return values.take(rows) if isinstance(values, Ragged) else None if values is None else values[rows]


def _digest_of(values: Any, update: Callable[[Any], None]) -> None:
    parts = (values.values, values.offsets, values.shapes) if isinstance(values, Ragged) else (values,)
    for part in parts:
        if part is not None:
            update(np.ascontiguousarray(part).data)


def number_of(name: str) -> int:
    """A number for an object that has only a name: the same everywhere, 63 bits of its BLAKE2b hash."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") >> 1
