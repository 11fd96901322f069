"""Where labelled samples come from."""

from .curve_files import CurveFiles, SimulatedCurves
from .light_curves import LightCurveFeatures
from .parted import DataModule
from .ready_table import ReadyTable
from .stamps import StampDataModule, ztf_stamps
from .tables import TableDataModule

__all__ = [
    "CurveFiles",
    "DataModule",
    "LightCurveFeatures",
    "ReadyTable",
    "SimulatedCurves",
    "StampDataModule",
    "TableDataModule",
    "ztf_stamps",
]
