"""Upper limits of one band before and after its first detection: how a source appeared."""

import numpy as np

from ..feature import of_band
from ..lightcurves import Floats
from ..repeats import SECOND
from .order_statistics import median

NONE_BEFORE = "without a limit before the first detection of the band"


def before(time: Floats, limit_time: Floats) -> int:
    """Limits before the first detection; one within a second of it is of the same image, its time rounded."""
    return int(np.searchsorted(limit_time, time[0] - SECOND))


@of_band(
    ("n_non_det_before_fid", "", "limits more than a second before the first detection of the band"),
    ("max_diffmaglim_before_fid", "mag", "their deepest"),
    ("median_diffmaglim_before_fid", "mag", "their median"),
    ("last_diffmaglim_before_fid", "mag", "their last"),
    ("last_mjd_before_fid", "d", "time of their last, counted as the survey counts"),
    ("dmag_non_det_fid", "mag", "their median - min m"),
    ("dmag_first_det_fid", "mag", "their last - m of the first detection"),
    minimum=1,
    undefined=NONE_BEFORE,
    compiled=False,
    on="magnitude",
)
def limits_before(time: Floats, magnitude: Floats, limit_time: Floats, limit: Floats, zero: float) -> Floats:
    n = before(time, limit_time)
    if not n:
        return np.array([0, *[np.nan] * 6])
    depth = np.sort(limit[:n])
    middle, last = median.py_func(depth), limit[n - 1]
    day = zero + limit_time[n - 1]
    return np.array([n, depth[-1], middle, last, day, middle - magnitude.min(), last - magnitude[0]])


@of_band(
    ("n_non_det_after_fid", "", "the other limits: at or after the first detection of the band"),
    ("max_diffmaglim_after_fid", "mag", "their deepest"),
    ("median_diffmaglim_after_fid", "mag", "their median"),
    minimum=1,
    undefined="without a limit after the first detection of the band",
    compiled=False,
    on="magnitude",
)
def limits_after(time: Floats, limit_time: Floats, limit: Floats) -> Floats:
    depth = np.sort(limit[before(time, limit_time) :])
    return np.array([depth.size, depth[-1], median.py_func(depth)] if depth.size else [0, np.nan, np.nan])


KERNELS = (limits_before, limits_after)
