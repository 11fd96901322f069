"""The colour-magnitude diagram of a group as a map, the same in training and in a search."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DIAGRAM = "diagram"  # name of the input
SIDE = 32  # cells each way
COLOURS = (-0.5, 3.5)  # BP - RP, to the right [mag]
MAGNITUDES = (-5.0, 11.0)  # absolute G by the group's parallax, downwards [mag]
CHANNEL = f"stars by BP-RP {COLOURS[0]:g} to {COLOURS[1]:g} and M_G {MAGNITUDES[0]:g} to {MAGNITUDES[1]:g}"
LEAST_PARALLAX = 0.05  # a group beyond 20 kpc is put there [mas]


def distance_of(parallax: Array) -> float:
    """Distance of a group by the mean parallax of its stars [kpc]."""
    return 1 / max(float(np.mean(parallax)), LEAST_PARALLAX)


def diagram(colour: Array, magnitude: Array, parallax: Array) -> NDArray[np.float32]:
    """(1, 32, 32) number of stars in each cell; stars outside, and those without a colour, are in none.

    Parameters
    ----------
    colour : BP - RP [mag]. magnitude : G [mag]. parallax : [mas], of which the mean is the group's.
    """
    absolute = magnitude - 10 - 5 * np.log10(distance_of(parallax))
    seen = np.isfinite(colour) & np.isfinite(absolute)
    cells, _, _ = np.histogram2d(absolute[seen], colour[seen], SIDE, (MAGNITUDES, COLOURS))
    return cells[None].astype(np.float32)
