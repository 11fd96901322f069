"""Simulated spectra of galaxies as SDSS publishes them, some of which are strange in one of seven ways."""

from .kinds import KINDS
from .source import SimulatedSpectra
from .write import write_spectra

__all__ = ["KINDS", "SimulatedSpectra", "write_spectra"]
