"""Why features of an object are NaN."""

import numpy as np

from ..runtime.errors import AlertlabError
from .lightcurves import LightCurves
from .runs.batch import extract_batch, objects, steps, unmet
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
        parts = next(objects(seen))
        for step in steps(numbered):
            arrays = parts.get(step.band)
            if arrays is None:
                band = f" in band {features.features[int(step.columns[0])].bands[0]}" if step.bands else ""
                reason = f"no detection{band}"
            else:
                reason = unmet(step.kernel, arrays) or step.kernel.undefined or "its formula has no finite value here"
            reasons |= dict.fromkeys(step.columns.tolist(), reason)
    return [
        (each.name, reasons[place])
        for place, (each, value) in enumerate(zip(features.features, values, strict=True))
        if not np.isfinite(value)
    ]
