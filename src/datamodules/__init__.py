"""Where labelled samples come from."""

from .curve_files import CurveFiles, SimulatedCurves
from .light_curves import LightCurveFeatures
from .parted import DataModule
from .ready_table import ReadyTable
from .stamps import StampDataModule
from .tables import TableDataModule
from .ztf import ztf_stamps

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
