"""How closely two sets of probabilities agree."""

import numpy as np
from numpy.typing import NDArray

from .decision import decide
from .errors import BundleError
from .manifest import Parity


def compare(probability: NDArray[np.floating], expected: NDArray[np.floating], rtol: float, atol: float) -> Parity:
    """Compare (n, classes) probabilities row by row.

    Returns
    -------
    What was measured, when every |p - expected| <= atol + rtol |expected| and
    the tie rule decides every row alike.

    Raises
    ------
    BundleError
        Says the largest difference and how many labels flip.
    """
    if probability.shape != expected.shape:
        raise BundleError(f"probabilities of shape {probability.shape}, expected {expected.shape}")
    error = np.abs(probability.astype(np.float64) - expected)
    flips = int(np.sum(decide(probability) != decide(expected)))
    largest = float(error.max(initial=0.0))
    if flips or not np.all(error <= atol + rtol * np.abs(expected)):  # "not all": NaN never agrees
        raise BundleError(
            f"probabilities differ by up to {largest:.3g} (allowed {atol:g} + {rtol:g} of the value), "
            f"{flips} of {len(error)} labels flip"
        )
    return Parity(rtol, atol, largest, len(error), flips)
