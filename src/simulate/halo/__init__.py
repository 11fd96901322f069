"""Simulated stars near the Sun, in two galaxies: discs, a halo born there, and stars of a galaxy that fell in."""

from .tables import SimulatedHalo, write_halo

__all__ = ["SimulatedHalo", "write_halo"]
