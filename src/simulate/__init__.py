"""The embedded data: simulated packets of five classes, for tests, teaching and benchmarks.

Nothing in them refers to the sky: names, places and light are drawn at random,
in ZTF's formats and ranges.
"""

from .dataset import write_dataset
from .source import SimulatedStamps
from .stamps import simulate_packets

__all__ = ["SimulatedStamps", "simulate_packets", "write_dataset"]
