"""Simulated transients in six bands with the cadence and depth of LSST: supernovae, kilonovae, tidal disruptions."""

from .kinds import COMMON, RARE
from .tables import SimulatedTransients

__all__ = ["COMMON", "RARE", "SimulatedTransients"]
