"""Fields of the Galactic disc with open clusters in them."""

from .dataset import write_clusters
from .fields import Field, SimulatedClusters

__all__ = ["Field", "SimulatedClusters", "write_clusters"]
