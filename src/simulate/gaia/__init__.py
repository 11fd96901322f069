"""A simulated Gaia catalogue: good and spurious astrometric solutions in fields of unequal crowding."""

from .catalogue import SimulatedGaia
from .write import write_gaia

__all__ = ["SimulatedGaia", "write_gaia"]
