"""Where labelled samples come from."""

from .curve_files import CurveFiles, SimulatedCurves
from .groups.group_table import GroupTable
from .groups.groups import GroupDataModule
from .groups.simulated import SimulatedGroups
from .images.images import ImageDataModule
from .images.source import ImageFiles
from .parted import DataModule
from .sequences.curve_rows import LightCurveSequences
from .sequences.forecasts import ForecastDataModule
from .sequences.sequences import SequenceDataModule
from .spectra.spectrum_rows import SpectrumFiles, SpectrumRows
from .stamps.stamps import StampDataModule, ztf_stamps
from .tables.catalogue import CatalogueTable
from .tables.light_curves import LightCurveFeatures
from .tables.ready_table import ReadyTable
from .tables.tables import TableDataModule

__all__ = [
    "CatalogueTable",
    "CurveFiles",
    "DataModule",
    "ForecastDataModule",
    "GroupDataModule",
    "GroupTable",
    "ImageDataModule",
    "ImageFiles",
    "LightCurveFeatures",
    "LightCurveSequences",
    "ReadyTable",
    "SequenceDataModule",
    "SimulatedCurves",
    "SimulatedGroups",
    "SpectrumFiles",
    "SpectrumRows",
    "StampDataModule",
    "TableDataModule",
    "ztf_stamps",
]
