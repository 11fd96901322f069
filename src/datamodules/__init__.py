"""Where labelled samples come from."""

from .curve_files import CurveFiles, SimulatedCurves
from .curve_rows import LightCurveSequences
from .light_curves import LightCurveFeatures
from .parted import DataModule
from .ready_table import ReadyTable
from .sequences import SequenceDataModule
from .stamps import StampDataModule, ztf_stamps
from .tables import TableDataModule

__all__ = [
    "CurveFiles",
    "DataModule",
    "LightCurveFeatures",
    "LightCurveSequences",
    "ReadyTable",
    "SequenceDataModule",
    "SimulatedCurves",
    "StampDataModule",
    "TableDataModule",
    "ztf_stamps",
]
