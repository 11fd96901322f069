"""Simulated light curves of fifteen classes, as ZTF and a broker's cleaning would leave them."""

from .dataset import write_light_curves
from .survey import write_survey
from .tables import SimulatedLightCurves
from .taxonomy import BRANCHES, CLASSES

__all__ = ["BRANCHES", "CLASSES", "SimulatedLightCurves", "write_light_curves", "write_survey"]
