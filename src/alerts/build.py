"""From a decoded record to an :class:`Alert`: the checks every source shares."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .alert import BANDS, Alert, AlertError
from .cutout import pad_to_stamp


def build_alert(
    candid: Any, object_id: Any, candidate: Mapping[str, Any], images: Sequence[NDArray[np.float32]], origin: str
) -> Alert:
    """Check identity and pixels, and make the stamps whole.

    Parameters
    ----------
    candidate : the survey's candidate fields.
    images : science, template, difference, each (ny, nx).

    Raises
    ------
    AlertError
        For a missing identity, an image without a finite pixel, or one whose
        cut side is unknown.
    """
    if not isinstance(candid, int) or not object_id:
        raise AlertError("no candid or no objectId")
    for band, image in zip(BANDS, images, strict=True):
        if not np.isfinite(image).any():
            raise AlertError(f"the {band} cut-out has no finite pixel")
    xpos, ypos = candidate.get("xpos"), candidate.get("ypos")
    stamp = np.stack([pad_to_stamp(image, xpos, ypos) for image in images])
    return Alert(candid, str(object_id), candidate, stamp, origin)
