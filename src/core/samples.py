"""Samples: what models learn from and predict on."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..runtime.manifest import Column, FeatureSetId
from .rows import Inputs
from .taxonomy import Taxonomy

UNLABELLED = -1


@dataclass(frozen=True)
class Samples:
    """Rows of named inputs with their target and identity.

    Attributes
    ----------
    inputs : name -> float32 (n, ...), raw: ``stamp`` (n, 3, 63, 63) in DN,
        ``metadata`` (n, columns); NaN where unknown. What lies in a file is read
        when it is asked for: go through ``batches`` where it may not fit in memory.
    target : (n,) class index, -1 where unlabelled.
    sample_id : (n,) int64, the candid of a stamp.
    object_id : (n,) str; rows of one object never part.
    taxonomy : the classes that ``target`` counts.
    columns : for each table among ``inputs``, its columns.
    feature_set : the set that ``features`` holds, None where it is none that alertlab computes.
    facts : name -> (n,) number of each sample, such as ``detections``: to judge by, never to learn from.
    places : ``mjd``, ``ra``, ``dec`` -> (n,) of each sample in days and degrees, NaN where unknown: splits go by
        them, nothing learns from them. ``mjd_last`` where a sample has seen more than one moment.
    """

    inputs: Mapping[str, NDArray[np.float32]]
    target: NDArray[np.int64]
    sample_id: NDArray[np.int64]
    object_id: NDArray[np.str_]
    taxonomy: Taxonomy
    columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    feature_set: FeatureSetId | None = None
    facts: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    places: Mapping[str, NDArray[np.float64]] = field(default_factory=dict, kw_only=True)

    def __post_init__(self) -> None:
        inputs = Inputs.of(self.inputs)
        object.__setattr__(self, "inputs", inputs)
        lengths = {name: len(rows) for name, rows in inputs.rows.items()}
        lengths |= {"target": len(self.target), "sample_id": len(self.sample_id), "object_id": len(self.object_id)}
        lengths |= {name: len(values) for name, values in self.facts.items()}
        lengths |= {f"places.{name}": len(values) for name, values in self.places.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"samples of unequal length: {lengths}")

    def __len__(self) -> int:
        return len(self.target)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Samples":
        """The samples of these rows, in this order; their inputs are not read yet."""
        return replace(
            self,
            inputs=Inputs.of(self.inputs).take(rows),
            target=self.target[rows],
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
        """Shape of an input, which is not read for it."""
        return Inputs.of(self.inputs).rows[name].shape

    def counts(self) -> dict[str, int]:
        """Samples of each class, in taxonomy order."""
        return {name: int(np.sum(self.target == index)) for index, name in enumerate(self.taxonomy.classes)}

    def digest(self) -> str:
        """SHA-256 over identity, target and inputs: the version of the data, computed once."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        state = hashlib.sha256(repr((self.taxonomy.classes, sorted(self.columns))).encode())
        for array in (self.sample_id, self.object_id, self.target):
            state.update(np.ascontiguousarray(array).data)
        for name in sorted(self.inputs):
            for batch in self.batches():
                state.update(np.ascontiguousarray(batch.inputs[name]).data)
        return state.hexdigest()


def number_of(name: str) -> int:
    """A number for an object that has only a name: the same everywhere, 63 bits of its BLAKE2b hash."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") >> 1
