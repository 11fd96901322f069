"""The light curve of one band folded at twice the period: how smooth it is."""

import numpy as np

from ..feature import of_band
from ..lightcurves import Floats
from .moments import EQUAL, central
from .time_order import cumulative_range


@of_band(
    (
        "Psi_CS",
        "",
        "Rcs of m in order of the phase t mod 2P, t since the object's first detection; in order of time where no "
        "period was found",
    ),
    ("Psi_eta", "", "sum (m_i+1 - m_i)^2 / ((N - 1) var(m)), in the same order"),
    minimum=3,
    undefined=EQUAL,
    source="Kim et al. 2014, with lc_classifier's doubled period",
)
def folded_smoothness(folded: Floats) -> Floats:
    squares = 0.0
    for i in range(1, folded.size):
        squares += (folded[i] - folded[i - 1]) ** 2
    return np.array([cumulative_range(folded), squares / ((folded.size - 1) * central(folded, 2))])


KERNELS = (folded_smoothness,)
