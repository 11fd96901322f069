"""Survey packets: reading and writing them, cut-outs, candidate metadata."""

from .alert import BANDS, STAMP_SIDE, Alert, AlertError, Rejected
from .read import read_alerts
from .source import LabelledFiles, LabelRule

__all__ = [
    "BANDS",
    "STAMP_SIDE",
    "Alert",
    "AlertError",
    "LabelRule",
    "LabelledFiles",
    "Rejected",
    "read_alerts",
]
