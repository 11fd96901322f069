"""Kinds of transients: how bright, how fast, how blue. All are orders of magnitude, not fits."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A population.

    Attributes
    ----------
    peak, scatter : absolute magnitude at 5000 Angstrom, and its standard deviation.
    rise, plateau, fall : days of the flux law in the rest frame at 5000 Angstrom, see :func:`flux_law`.
    decline : share of the flux that is lost along the plateau.
    colour : magnitudes that flux per frequency is fainter by, a factor of ten bluewards; negative is blue.
    """

    peak: float
    scatter: float
    rise: float
    plateau: float
    fall: float
    decline: float
    colour: float


KINDS = {
    "SNIa": Kind(-19.3, 0.4, 3.0, 12.0, 25.0, 0.5, 3.0),
    "SNII": Kind(-17.0, 1.0, 4.0, 80.0, 40.0, 0.4, 1.5),
    "SNIbc": Kind(-17.5, 0.8, 4.0, 15.0, 20.0, 0.5, 4.0),
    "SLSN": Kind(-21.5, 0.6, 18.0, 40.0, 60.0, 0.4, -0.5),
    "PISN": Kind(-21.0, 0.8, 60.0, 80.0, 120.0, 0.2, 3.0),
    "KN": Kind(-15.5, 0.6, 0.6, 1.0, 2.5, 0.3, 6.0),
    "TDE": Kind(-20.0, 0.8, 12.0, 25.0, 55.0, 0.3, -2.5),
}
COMMON = ("SNIa", "SNII", "SNIbc")  # as Villar et al. (2021) part them
RARE = ("SLSN", "PISN", "KN", "TDE")
