"""Quantiles of a column, which the operation `quantile` ranks by."""

import numpy as np
from numpy.typing import NDArray


def knots(column: NDArray[np.floating], quantiles: int) -> list[float]:
    """Quantiles of the known values at equal steps, in rising order; zeros where none is known."""
    known = column[~np.isnan(column)]
    if not known.size:
        return [0.0] * quantiles
    at = np.quantile(known, np.linspace(0, 1, quantiles))
    return np.maximum.accumulate(at).tolist()  # type: ignore[no-any-return]  # interpolated ties differ by rounding
