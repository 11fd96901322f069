"""Upper limits of one band before and after its first detection: how a source appeared."""

import numpy as np

from ..feature import of_band
from ..lightcurves import Floats

NONE_BEFORE = "without a limit before the first detection of the band"


@of_band(
    ("n_non_det_before_fid", "", "limits before the first detection of the band"),
    ("max_diffmaglim_before_fid", "mag", "their deepest"),
    ("median_diffmaglim_before_fid", "mag", "their median"),
    ("last_diffmaglim_before_fid", "mag", "their last"),
    ("last_mjd_before_fid", "d", "time of their last"),
    ("dmag_non_det_fid", "mag", "their median - min m"),
    ("dmag_first_det_fid", "mag", "their last - m of the first detection"),
    minimum=1,
    undefined=NONE_BEFORE,
)
def limits_before(time: Floats, magnitude: Floats, limit_time: Floats, limit: Floats) -> Floats:
    before = limit_time < time[0]
    out = np.full(7, np.nan)
    depth = limit[before]
    out[0] = depth.size
    if depth.size:
        out[1], out[2], out[3] = depth.max(), np.median(depth), depth[-1]
        out[4] = limit_time[before][-1]
        out[5], out[6] = out[2] - magnitude.min(), out[3] - magnitude[0]
    return out


@of_band(
    ("n_non_det_after_fid", "", "limits at or after the first detection of the band"),
    ("max_diffmaglim_after_fid", "mag", "their deepest"),
    ("median_diffmaglim_after_fid", "mag", "their median"),
    minimum=1,
    undefined="without a limit after the first detection of the band",
)
def limits_after(time: Floats, limit_time: Floats, limit: Floats) -> Floats:
    depth = limit[limit_time >= time[0]]
    out = np.full(3, np.nan)
    out[0] = depth.size
    if depth.size:
        out[1], out[2] = depth.max(), np.median(depth)
    return out


KERNELS = (limits_before, limits_after)
