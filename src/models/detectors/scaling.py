"""How features of any unit and any tail come to one scale, as operations that a bundle declares."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.samples import Samples
from ...runtime import operations
from ...runtime.errors import AlertlabError
from ..graphs.graph_file import NAME
from ..tables.features import HUGE, NATIVE, cleaning

DECADES = 2.0  # of its range, from which on a positive feature is taken by its logarithm


def scaling(train: Samples, tails: float, missing: float) -> tuple[Mapping[str, Any], ...]:
    """Each feature to tanh((x - lo) / (hi - lo) - 0.5), unknown to ``missing`` (after Pérez-Carrasco et al. 2023).

    There the ranges were made by hand; here lo and hi are quantiles of the known values of the train part, those of a
    feature's own and of no other. A feature whose known values are all above 0, with hi / lo of ``DECADES`` decades
    or more, is taken by its logarithm; what is later found below the least of them counts as that. A feature that has
    one value alone is not stretched, and one without any stays as it is.

    Parameters
    ----------
    tails : share of the values below lo, and above hi, from 0 (minimum and maximum) to 0.5.
    missing : stands for NaN; outside [-1, 1] it is told from every value.
    """
    if not isinstance(tails, int | float) or not 0 <= tails < 0.5:
        raise AlertlabError(f"model.tails: {tails!r} is no share from 0 to less than 0.5")
    if isinstance(missing, bool) or not isinstance(missing, int | float):
        raise AlertlabError(f"model.missing: {missing!r} is no number, such as -1.1")
    values = operations.apply(cleaning(NATIVE), train.inputs[NAME]).astype(np.float64)
    each = [_of_column(column[~np.isnan(column)], tails) for column in values.T]
    floors, middles, widths = zip(*each, strict=True)
    return (
        {"op": "bound", "limit": HUGE, "value": 0.0},
        {"op": "logarithm", "floor": list(floors)},
        {"op": "standardize", "mean": list(middles), "scale": list(widths)},
        {"op": "tanh"},
        {"op": "nan_to_num", "value": float(missing)},
    )


def _of_column(known: NDArray[np.float64], tails: float) -> tuple[float | None, float, float]:
    """Floor of the logarithm (None for none), middle and width of the range."""
    if not known.size:
        return None, 0.0, 1.0
    low, high = np.quantile(known, [tails, 1 - tails])
    floor = float(known.min())
    if logarithmic := floor > 0 and high >= low * 10**DECADES:
        known, low, high = np.log10(known), np.log10(low), np.log10(high)
    if high <= low:  # most values are one: then the range is that of the others
        low, high = known.min(), known.max()
    return floor if logarithmic else None, float(low + high) / 2, float(high - low) or 1.0
