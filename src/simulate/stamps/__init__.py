"""Simulated stamps of five classes, in packets as ZTF sends them."""

from .dataset import write_dataset
from .packets import simulate_packets
from .source import SimulatedStamps

__all__ = ["SimulatedStamps", "simulate_packets", "write_dataset"]
