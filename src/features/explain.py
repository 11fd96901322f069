"""Why features of an object are NaN."""

import numpy as np

from ..runtime.errors import AlertlabError
from .lightcurves import LightCurves
from .runs.batch import extract_batch
from .runs.layout import layout
from .runs.segments import unmet
from .sets import BANDS, FeatureSet


def explain(curves: LightCurves, features: FeatureSet, object_id: str) -> list[tuple[str, str]]:
    """(feature, reason) for each NaN feature of one object.

    Raises
    ------
    AlertlabError
        When the object is not among the light curves.
    """
    found = np.flatnonzero(curves.object_id == object_id)
    if not found.size:
        raise AlertlabError(f"{object_id}: no such object among {len(curves)} light curves that passed the cleaning")
    one = curves.part(int(found[0]), int(found[0]) + 1)
    values = extract_batch(one, features)[0]
    parts = layout(one, BANDS)
    places = {band: place for place, band in enumerate(parts.band.tolist())}
    reasons = []
    for each, value in zip(features.features, values, strict=True):
        if not np.isfinite(value):
            segments, place = (parts.whole, 0) if each.band is None else (parts.bands, places.get(each.band))
            if place is None:
                reason = f"no detection in band {each.band} ({BANDS[each.band or 0]})"
            else:
                missing = unmet(each.kernel, segments, place)
                reason = missing or each.kernel.undefined or "its formula has no finite value here"
            reasons.append((each.name, reason))
    return reasons
