"""Pixels of any type as one of two."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def narrow(pixels: NDArray[Any]) -> NDArray[Any]:
    """Bytes as they are, every other number as float32; what lies beyond its range is unknown."""
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype.kind not in "fiub":
        raise ValueError(f"pixels are {pixels.dtype}")
    with np.errstate(over="ignore"):
        found = pixels.astype(np.float32)
    found[np.isinf(found)] = np.nan
    return found
