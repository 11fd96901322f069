"""Simulated light curves of active nuclei in one band: damped random walks, some change their state; others."""

from .changes import KINDS, STEADY
from .dataset import write_quasars
from .processes import PROCESSES
from .tables import SimulatedQuasars

__all__ = ["KINDS", "PROCESSES", "STEADY", "SimulatedQuasars", "write_quasars"]
