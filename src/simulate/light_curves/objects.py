"""One object: its class, its place, its light, and what the survey measured of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..places import draw_latitude, draw_place, galactic_latitude
from ..stamps.identity import object_id
from ..stamps.scene import star_galaxy_score
from .binaries import eclipsing
from .cataclysmic import cataclysmic
from .light import Generator, Light, Shine
from .observe import Measured, observe
from .pulsators import cepheid, delta_scuti, long_period, rr_lyrae
from .rotators import periodic_other
from .supernovae import slsn, snia, snibc, snii
from .taxonomy import class_of
from .visits import draw_visits
from .walks import agn, blazar, qso
from .weather import FIRST
from .young import yso

SHINE: Mapping[str, Shine] = {
    "SNIa": snia,
    "SNIbc": snibc,
    "SNII": snii,
    "SLSN": slsn,
    "QSO": qso,
    "AGN": agn,
    "Blazar": blazar,
    "YSO": yso,
    "CV/Nova": cataclysmic,
    "LPV": long_period,
    "E": eclipsing,
    "DSCT": delta_scuti,
    "RRL": rr_lyrae,
    "CEP": cepheid,
    "Periodic-Other": periodic_other,
}
# Mean distance [deg] from the galactic plane of what belongs to the disc; all else is as likely anywhere. What
# lies beyond the Galaxy is not seen through the plane.
DISC = {"YSO": 6.0, "CEP": 9.0, "LPV": 12.0, "E": 18.0, "DSCT": 18.0, "CV/Nova": 20.0, "Periodic-Other": 16.0}
BEYOND = ("SNIa", "SNIbc", "SNII", "SLSN", "QSO", "AGN", "Blazar")
HIDDEN = 8.0  # deg of galactic latitude

EPOCHS = 24  # of the reference image, g and r by turns
BUILT = 150.0  # d before the survey within which they were taken
ENOUGH = 6  # detections
FEW_SHARE = 0.05  # of objects may have fewer
NOISIER = 1.6  # the noise of all images at difficulty 1, and its inverse at 0, against ZTF's
FAINTER = 1.0  # mag, the change of all brightness from difficulty 0 to 1
THINNED = 0.6  # of the visits are left at difficulty 1, 1.0 at 0.5 and below
TRIES = 2000  # before giving up: the rarest detected class needs some ten
SAME_PLACE = 5  # tries before another place: drawing the visits takes half the time
LIGHT = 23  # stream of random numbers


@dataclass(frozen=True)
class SimulatedObject:
    """An object as a broker has it.

    Attributes
    ----------
    name : objectId. label : its class. ra, dec : [deg]. sgscore1 : star-galaxy score of the nearest catalogued
        source, -999 where there is none. light, measured : what it was and what was seen of it.
    """

    name: str
    label: str
    ra: float
    dec: float
    sgscore1: float
    light: Light
    measured: Measured


def place_of(rng: Generator, label: str) -> tuple[float, float]:
    """Where a class is found: right ascension and declination [deg]."""
    if label in DISC:
        return draw_latitude(rng, DISC[label])
    while True:
        ra, dec = draw_place(rng, "sky")
        if label not in BEYOND or abs(galactic_latitude(ra, dec)) > HIDDEN:
            return ra, dec


def simulate_object(index: int, seed: int, difficulty: float = 0.5, balance: str = "published") -> SimulatedObject:
    """Object ``index`` of a seed: it depends on the arguments here and on nothing else.

    Drawn until it has six detections, as a labelled set is selected; one in twenty may have fewer.
    """
    label = class_of(index, seed, balance)
    rng = np.random.default_rng([seed, LIGHT, index])
    needed = int(rng.integers(1, ENOUGH)) if rng.random() < FEW_SHARE else ENOUGH
    spread, noise = 0.5 + difficulty, NOISIER ** (2 * difficulty - 1)
    kept = 1 - (1 - THINNED) * max(2 * difficulty - 1, 0)
    shine = SHINE[label]
    for attempt in range(TRIES):
        if attempt % SAME_PLACE == 0:
            ra, dec = place_of(rng, label)
            visits = draw_visits(rng, ra, dec, seed, noise, kept)
            taken = np.sort(FIRST - BUILT * rng.random(EPOCHS))
            time = np.concatenate([taken, visits.time])
            band = np.concatenate([np.arange(EPOCHS) % 2 + 1, visits.band])
        light = shine(rng, time, band, spread).fainter(FAINTER * (difficulty - 0.5))
        measured = observe(rng, light, visits, EPOCHS)
        if measured.time.size >= needed:
            break
    else:
        raise RuntimeError(f"object {index} of class {label}: not detected in {TRIES} draws")  # a defect of the class
    score = float(star_galaxy_score(rng, np.array([light.star]), difficulty)[0])
    return SimulatedObject(
        name=object_id(index, seed, measured.time[0] + 2400000.5),
        label=label,
        ra=ra,
        dec=dec,
        sgscore1=-999.0 if rng.random() < 0.01 else score,
        light=light,
        measured=measured,
    )
