"""What every prediction leaves, and rows that a bundle has no answer for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...runtime import Bundle, NotFiniteError

UNDECIDED = "the bundle gives no finite probabilities for it"
Inputs = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class PredictResult:
    """What a prediction leaves.

    Attributes
    ----------
    predictions, rejected : paths of the two tables.
    classified : alerts or objects of each predicted class.
    reasons : rejected ones by reason.
    dropped : of light curves, measurements and packets that were not used, by reason.
    """

    predictions: Path
    rejected: Path
    classified: Mapping[str, int]
    reasons: Mapping[str, int]
    dropped: Mapping[str, int] = field(default_factory=dict)


def decided(bundle: Bundle, inputs: Inputs) -> tuple[NDArray[np.int64], NDArray[np.float32], list[int]]:
    """Rows that have finite probabilities, these (n, classes), and the rows that have none.

    A value that is finite yet absurd passes every check of an input and can
    overflow in the network; it must not take its batch with it.
    """
    rows = np.arange(len(next(iter(inputs.values()))))
    try:
        return rows, bundle.predict(inputs).probability, []
    except NotFiniteError as error:
        lost = error.rows
    rows = np.delete(rows, lost)
    return rows, bundle.predict({name: array[rows] for name, array in inputs.items()}).probability, lost
