"""Why features of an object are NaN."""

import numpy as np

from ..runtime.errors import AlertlabError
from .lightcurves import LightCurves
from .runs.batch import extract_batch, laid_out, segments_of
from .runs.segments import unmet
from .runs.views import views
from .sets import FeatureSet


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
    reasons: dict[int, str] = {}
    for seen, numbered in views(one, features):
        parts = laid_out(seen, numbered)
        places = {band: place for place, band in enumerate(parts.band.tolist())}
        for column, each in numbered:
            place = places.get(each.numbers[0]) if each.kernel.per == "band" else 0
            if place is None:
                reasons[column] = f"no detection in band {each.bands[0]}"
                continue
            missing = unmet(each.kernel, segments_of(parts, each), place)
            reasons[column] = missing or each.kernel.undefined or "its formula has no finite value here"
    return [
        (each.name, reasons[column])
        for column, (each, value) in enumerate(zip(features.features, values, strict=True))
        if not np.isfinite(value)
    ]
