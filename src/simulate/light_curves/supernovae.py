"""Supernovae: a two-slope law in each band, at the distance at which a survey limited by flux finds them.

The law is that of Villar et al. 2019 (ApJ 884, 83, eq. 1): a sigmoid rise to a plateau with a
slope, then an exponential fall; an exponential tail stands for the late decline by radioactivity.
Its parameters are fits to median light curves of the ZTF Bright Transient Survey about the
brightest point (SNIa, SNIbc, SLSN: 10 days before to 80 days after), or follow its ranges (SNII).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .light import Bands, Generator, Light, by_band, log_normal, reddening
from .weather import FIRST, NIGHTS

Array = NDArray[np.floating]

HUBBLE = 299_792.458 / 70.0  # Mpc, Hubble distance for 70 km/s/Mpc
DECELERATION = -0.55  # flat, matter 0.3
LIMIT = 18.8  # mag in r, the peak of the faintest objects with a spectrum; 84 % of the BTS are brighter
BRIGHTEST = 14.5  # mag
GRID = np.linspace(-60.0, 160.0, 441)  # d, on which the brightest point is sought
DIM = 0.08  # E(B-V) of hosts [mag], the mean of an exponential
FAINTEST = 1e-12  # of the peak
HOSTLESS = 0.25  # of the nearest catalogued sources are stars


@dataclass(frozen=True)
class Slopes:
    """Two slopes and a tail: days in the rest frame; ``slope`` a day and ``tail`` as fractions of the plateau's start.

    ``slope`` is how fast the plateau declines.
    """

    rise: float
    plateau: float
    slope: float
    fall: float
    tail: float
    tail_time: float


@dataclass(frozen=True)
class Kind:
    """A type of supernova: its laws in g and r, absolute magnitude in r and its scatter, colour g - r at peak.

    ``long`` is the scatter of all times together and ``shape`` of each parameter [dex].
    """

    green: Slopes
    red: Slopes
    absolute: float
    scatter: float
    colour: float
    colour_scatter: float
    long: float = 0.05
    shape: float = 0.06


# Absolute magnitudes are those of the flux-limited BTS (medians; half the range of 16 to 84 %), so that no
# Malmquist correction is due; colours are medians at the brightest point less the mean reddening.
KINDS: Mapping[str, Kind] = {
    "Ia": Kind(
        Slopes(3.05, 13.2, 0.022, 9.2, 0.118, 73.0),
        Slopes(3.7, 19.9, 0.030, 22.9, 0.076, 71.0),
        absolute=-18.97, scatter=0.35, colour=-0.09, colour_scatter=0.10, long=0.035, shape=0.03,
    ),
    "Ibc": Kind(
        Slopes(3.6, 11.0, 0.024, 10.1, 0.143, 80.0),
        Slopes(4.7, 6.7, 0.029, 14.1, 0.225, 94.0),
        absolute=-17.35, scatter=0.75, colour=0.30, colour_scatter=0.20, long=0.10,
    ),
    "IIP": Kind(
        Slopes(2.0, 80.0, 0.0105, 9.0, 0.05, 90.0),
        Slopes(3.0, 92.0, 0.0055, 8.0, 0.10, 100.0),
        absolute=-17.3, scatter=0.75, colour=-0.02, colour_scatter=0.12, long=0.08, shape=0.10,
    ),
    "IIL": Kind(
        Slopes(2.5, 55.0, 0.0150, 12.0, 0.05, 90.0),
        Slopes(3.5, 70.0, 0.0110, 14.0, 0.10, 100.0),
        absolute=-17.9, scatter=0.65, colour=-0.03, colour_scatter=0.12, long=0.10, shape=0.10,
    ),
    "IIn": Kind(
        Slopes(5.5, 40.0, 0.0100, 45.0, 0.10, 150.0),
        Slopes(6.5, 50.0, 0.0075, 60.0, 0.15, 150.0),
        absolute=-18.5, scatter=0.80, colour=0.00, colour_scatter=0.15, long=0.18, shape=0.12,
    ),
    "SLSN": Kind(
        Slopes(9.4, 21.0, 0.001, 28.0, 0.12, 105.0),
        Slopes(10.1, 20.0, 0.001, 38.0, 0.17, 104.0),
        absolute=-20.7, scatter=0.60, colour=-0.10, colour_scatter=0.12, long=0.12, shape=0.08,
    ),
}  # fmt: skip


def two_slopes(phase: Array, law: Slopes) -> Array:
    """Flux in units of the plateau's start, at rest-frame days from the middle of the rise."""
    rise = 1 / (1 + np.exp(-np.clip(phase / law.rise, -80, 80)))
    end = max(1 - law.slope * law.plateau, 0.05)
    first = np.maximum(1 - law.slope * phase, 0.05)
    second = end * np.exp(-np.clip((phase - law.plateau) / law.fall, 0, 300))
    tail = law.tail * np.exp(-np.clip(phase, 0, None) / law.tail_time)
    return np.asarray(rise * (np.where(phase < law.plateau, first, second) + tail))


def redshift(modulus: float) -> float:
    """Redshift at a distance modulus: luminosity distance to second order in z, good to 2 % below 0.3."""
    distance = 10 ** (0.2 * (modulus - 25)) / HUBBLE  # in Hubble distances
    slope = (1 - DECELERATION) / 2
    return float((np.sqrt(1 + 4 * slope * distance) - 1) / (2 * slope))


def _vary(rng: Generator, law: Slopes, long: float, shape: float) -> Slopes:
    draw = 10 ** (shape * rng.standard_normal(6))
    return Slopes(
        rise=law.rise * long * draw[0],
        plateau=law.plateau * long * draw[1],
        slope=law.slope / long * draw[2],
        fall=law.fall * long * draw[3],
        tail=law.tail * draw[4] ** 2,
        tail_time=law.tail_time * draw[5],
    )


def supernova(rng: Generator, time: Array, band: Bands, spread: float, kind: Kind) -> Light:
    """One supernova of a kind, in or beside a galaxy that its light does not mix with."""
    # As many as the volume holds: a magnitude fainter, four times as many (counts go as 10^0.6m).
    peak = max(LIMIT + np.log10(1 - rng.random()) / 0.6, BRIGHTEST)
    z = redshift(peak - kind.absolute + kind.scatter * spread * rng.standard_normal())
    long = log_normal(rng, 1.0, kind.long, spread)
    moment = rng.uniform(FIRST - 20, FIRST + NIGHTS)
    phase = (time - moment) / (1 + z)
    dust = reddening(rng, DIM)
    colour = kind.colour + kind.colour_scatter * spread * rng.standard_normal() + dust[0] - dust[1]
    shapes = []
    for law in (kind.green, kind.red):
        own = _vary(rng, law, long, kind.shape * spread)
        shapes.append(two_slopes(phase, own) / two_slopes(GRID, own).max())
    relative = by_band(band, shapes[0], shapes[1])
    magnitude = by_band(band, peak + colour, peak) - 2.5 * np.log10(np.maximum(relative, FAINTEST))
    return Light(
        magnitude=np.where(relative > 1e-6, magnitude, np.inf),
        host=None,
        star=bool(rng.random() < HOSTLESS),
        corrected=False,
        truth={"redshift": z, "peak": peak, "moment": moment},
    )


def snia(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """Type Ia, the 91T- and 91bg-like among them by the scatter of their durations."""
    return supernova(rng, time, band, spread, KINDS["Ia"])


def snibc(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """Types Ib, Ic, Ic-BL and IIb."""
    return supernova(rng, time, band, spread, KINDS["Ibc"])


def snii(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """Types II-P (0.45), II-L (0.35) and IIn (0.2)."""
    kind = str(rng.choice(("IIP", "IIL", "IIn"), p=(0.45, 0.35, 0.2)))
    return supernova(rng, time, band, spread, KINDS[kind])


def slsn(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """Superluminous."""
    return supernova(rng, time, band, spread, KINDS["SLSN"])
