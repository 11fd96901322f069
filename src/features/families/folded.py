"""The light curve of one band folded at twice the period: how smooth it is."""

import numpy as np

from ..feature import of_band
from ..lightcurves import Floats
from .moments import EQUAL
from .time_order import cumulative_range


@of_band(
    ("Psi_CS", "", "Rcs of m in order of the phase t mod 2P; in order of time where no period was found"),
    ("Psi_eta", "", "sum (m_i+1 - m_i)^2 / ((N - 1) var(m)), in the same order"),
    minimum=3,
    undefined=EQUAL,
    source="Kim et al. 2014, with lc_classifier's doubled period",
)
def folded_smoothness(time: Floats, magnitude: Floats, period: float) -> Floats:
    folded = magnitude
    if not np.isnan(period):
        folded = magnitude[np.argsort((time / (2 * period)) % 1, kind="mergesort")]
    eta = np.sum(np.diff(folded) ** 2) / ((folded.size - 1) * folded.var())
    return np.array([cumulative_range(folded), eta])


KERNELS = (folded_smoothness,)
