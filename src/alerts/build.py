"""From a decoded record to an :class:`Alert`: the checks every source shares."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .alert import BANDS, Alert, AlertError, Rejected
from .cutout import pad_to_stamp
from .plain import candid_fault, known_candid, known_object_id, number

MOST_TEXT = 1 << 16  # characters in all fields of a candidate; ZTF's have some 150


def build_alert(
    candid: Any, object_id: Any, candidate: Mapping[str, Any], images: Sequence[NDArray[np.float32]], origin: str
) -> Alert:
    """Check identity and pixels, and make the stamps whole.

    Parameters
    ----------
    candidate : the survey's candidate fields, of whatever type they are.
    images : science, template, difference, each (ny, nx).

    Raises
    ------
    AlertError
        For a missing identity, fields that would fill the memory, an image
        without a finite pixel, images of different shapes, or smaller ones that
        the edge of the chip did not cut.
    """
    known, name = known_candid(candid), known_object_id(object_id)
    if known is None:
        raise AlertError(candid_fault(candid))
    if name is None:
        raise AlertError("no objectId that is a short text")
    if sum(len(value) for value in candidate.values() if isinstance(value, str | bytes)) > MOST_TEXT:
        raise AlertError(f"the candidate's fields hold more than {MOST_TEXT} characters")
    for band, image in zip(BANDS, images, strict=True):
        if not np.isfinite(image).any():
            raise AlertError(f"the {band} cut-out has no finite pixel")
    if len({image.shape for image in images}) > 1:
        shapes = ", ".join(f"{ny}x{nx}" for ny, nx in (image.shape for image in images))
        raise AlertError(f"the cut-outs are of different shapes: {shapes} pixels")
    xpos, ypos = number(candidate.get("xpos")), number(candidate.get("ypos"))
    stamp = np.stack([pad_to_stamp(image, xpos, ypos) for image in images])
    return Alert(known, name, candidate, stamp, origin)


def reject(origin: str, reason: str, candid: Any, object_id: Any) -> Rejected:
    """A rejection that keeps as much of the identity as can be told."""
    return Rejected(origin, reason, known_candid(candid), known_object_id(object_id))
