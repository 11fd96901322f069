"""Simulated light curves of active nuclei in one band: damped random walks, of which some change their state."""

from .changes import KINDS, STEADY
from .tables import SimulatedQuasars

__all__ = ["KINDS", "STEADY", "SimulatedQuasars"]
