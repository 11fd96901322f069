"""One alert as the project sees it, and one that could not be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import AlertlabError

STAMP_SIDE = 63  # pixels of 1.01 arcsec, every whole ZTF cut-out
BANDS = ("science", "template", "difference")  # the published channel order


class AlertError(AlertlabError):
    """An alert that cannot be used; the message is its reason."""


@dataclass(frozen=True)
class Alert:
    """A usable alert.

    Attributes
    ----------
    candid : the survey's number of this detection.
    object_id : the survey's name of the object.
    candidate : fields of the packet's candidate record, as the survey names them.
    stamp : (3, 63, 63) float32 in DN: science, template, difference; NaN where there is no pixel.
    origin : file and member or row, for messages.
    """

    candid: int
    object_id: str
    candidate: Mapping[str, Any]
    stamp: NDArray[np.float32]
    origin: str


@dataclass(frozen=True)
class Rejected:
    """An alert, or a file, that could not be used, and why.

    ``candid`` and ``object_id`` are None where they could not be read.
    """

    origin: str
    reason: str
    candid: int | None = None
    object_id: str | None = None
