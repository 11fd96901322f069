"""Samples: what models learn from and predict on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..runtime.manifest import Column
from .taxonomy import Taxonomy

UNLABELLED = -1


@dataclass(frozen=True)
class Samples:
    """Rows of named inputs with their target and identity.

    Attributes
    ----------
    inputs : name -> float32 (n, ...), raw: ``stamp`` (n, 3, 63, 63) in DN,
        ``metadata`` (n, columns); NaN where unknown.
    target : (n,) class index, -1 where unlabelled.
    sample_id : (n,) int64, the candid of a stamp.
    object_id : (n,) str; rows of one object never part.
    taxonomy : the classes that ``target`` counts.
    columns : for each table among ``inputs``, its columns.
    """

    inputs: Mapping[str, NDArray[np.float32]]
    target: NDArray[np.int64]
    sample_id: NDArray[np.int64]
    object_id: NDArray[np.str_]
    taxonomy: Taxonomy
    columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lengths = {name: len(array) for name, array in self.inputs.items()}
        lengths |= {"target": len(self.target), "sample_id": len(self.sample_id), "object_id": len(self.object_id)}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"samples of unequal length: {lengths}")

    def __len__(self) -> int:
        return len(self.target)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Samples":
        """The samples of these rows, in this order."""
        return replace(
            self,
            inputs={name: array[rows] for name, array in self.inputs.items()},
            target=self.target[rows],
            sample_id=self.sample_id[rows],
            object_id=self.object_id[rows],
        )

    def counts(self) -> dict[str, int]:
        """Samples of each class, in taxonomy order."""
        return {name: int(np.sum(self.target == index)) for index, name in enumerate(self.taxonomy.classes)}

    def digest(self) -> str:
        """SHA-256 over identity, target and inputs: the version of the data."""
        state = hashlib.sha256(repr((self.taxonomy.classes, sorted(self.columns))).encode())
        for array in (self.sample_id, self.object_id, self.target, *(self.inputs[key] for key in sorted(self.inputs))):
            state.update(np.ascontiguousarray(array).data)
        return state.hexdigest()
