"""From probabilities to a class: the one tie rule of the project."""

import numpy as np
from numpy.typing import NDArray

TIE_RULE = "argmax of probabilities rounded to 1e-6, first class in taxonomy order"


def decide(probability: NDArray[np.floating]) -> NDArray[np.int64]:
    """Index of the most probable class.

    Probabilities are rounded to 1e-6 first, so that two machines whose last
    bits differ decide a tie alike: for the first class in taxonomy order.

    Parameters
    ----------
    probability : (n, classes), dimensionless.

    Returns
    -------
    (n,) class indices.
    """
    index: NDArray[np.int64] = np.argmax(np.round(np.asarray(probability, dtype=np.float64), 6), axis=1)
    return index
