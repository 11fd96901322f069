"""Rows that training did not learn from, by which its probabilities are put right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ENOUGH = 10  # objects of a class: with fewer it is calibrated with the others or not at all


@dataclass(frozen=True)
class HeldOut:
    """What a model said of such rows.

    Attributes
    ----------
    probability : (n, classes). target : (n,) class index, none negative.
    object_id : (n,) rows of one object never part.
    """

    probability: NDArray[np.float64]
    target: NDArray[np.int64]
    object_id: NDArray[np.str_]

    def __post_init__(self) -> None:
        object.__setattr__(self, "probability", np.asarray(self.probability, np.float64))

    def __len__(self) -> int:
        return len(self.target)

    @property
    def classes(self) -> int:
        """How many there are."""
        return int(self.probability.shape[1])

    @property
    def objects(self) -> NDArray[np.int64]:
        """(classes,) objects of each class."""
        owner = np.unique(self.object_id, return_inverse=True)[1]
        return np.bincount(np.unique(owner * self.classes + self.target) % self.classes, minlength=self.classes)

    @property
    def enough(self) -> NDArray[np.bool_]:
        """(classes,) whether a class has objects enough to be calibrated by itself."""
        found: NDArray[np.bool_] = self.objects >= ENOUGH
        return found

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "HeldOut":
        """The same of these rows."""
        return HeldOut(self.probability[rows], self.target[rows], self.object_id[rows])
