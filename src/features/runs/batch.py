"""From light curves to feature columns: each kernel once over all objects."""

import numpy as np
from threadpoolctl import threadpool_limits

from ..lightcurves import Floats, LightCurves
from ..sets import FeatureSet
from .apply import applied
from .layout import layout


def extract_batch(curves: LightCurves, features: FeatureSet) -> Floats:
    """The features of every object of a batch.

    Returns
    -------
    (objects, features), NaN where a feature is undefined.
    """
    table = np.full((len(curves), len(features.features)), np.nan)
    parts = layout(curves, {each.band for each in features.features if each.band is not None})
    rows = {band: np.flatnonzero(parts.band == band) for band in np.unique(parts.band).tolist()}
    kernels = {id(each.kernel): each.kernel for each in features.features}
    # one thread for the matrix products: workers are processes, and the sums keep their order
    with threadpool_limits(1), np.errstate(all="ignore"):  # what overflows is NaN in the table, not a warning
        values = {
            name: applied(kernel, parts.bands if kernel.by_band else parts.whole) for name, kernel in kernels.items()
        }
    for column, each in enumerate(features.features):
        found = values[id(each.kernel)]
        if each.band is None:
            table[:, column] = found[:, each.place]
        elif each.band in rows:
            table[parts.owner[rows[each.band]], column] = found[rows[each.band], each.place]
    table[~np.isfinite(table)] = np.nan
    return table
