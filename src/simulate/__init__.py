"""The embedded data, for tests, teaching and benchmarks: packets of five classes, light curves of fifteen, and both.

Beside them nuclei that change their state, transients in six bands and spectra of galaxies, for detectors of what is
strange; fields of the disc with open clusters; and stars that fell into a galaxy, as Gaia sees them.

Nothing in them refers to the sky: names, places and light are drawn at random,
in ZTF's formats and ranges.
"""

from .clusters import SimulatedClusters, write_clusters
from .gaia import SimulatedGaia, write_gaia
from .halo import SimulatedHalo, write_halo
from .light_curves import SimulatedLightCurves, write_light_curves, write_survey
from .quasars import SimulatedQuasars, write_quasars
from .spectra import SimulatedSpectra, write_spectra
from .stamps import SimulatedStamps, simulate_packets, write_dataset
from .transients import SimulatedTransients

__all__ = [
    "SimulatedClusters",
    "SimulatedGaia",
    "SimulatedHalo",
    "SimulatedLightCurves",
    "SimulatedQuasars",
    "SimulatedSpectra",
    "SimulatedStamps",
    "SimulatedTransients",
    "simulate_packets",
    "write_clusters",
    "write_dataset",
    "write_gaia",
    "write_halo",
    "write_light_curves",
    "write_quasars",
    "write_spectra",
    "write_survey",
]
