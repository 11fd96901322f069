"""The first detection of a simulated light curve as an alert packet: same object, night, band, brightness and sign."""

from dataclasses import replace
from typing import Any

import numpy as np

from ..stamps.candidate import describe
from ..stamps.classes import PORTRAITS, Portrait, draw_galaxy
from ..stamps.cutouts import expose
from ..stamps.exposure import draw_exposure, reaching
from ..stamps.history import upper_limits
from ..stamps.packets import assemble
from ..stamps.photometry import measure
from ..stamps.scene import FAINTEST, surround
from .light import Generator
from .objects import SimulatedObject
from .observe import LOOKBACK, MAGNITUDE, ZERO, flux
from .taxonomy import BRANCHES

EPOCH_ZERO = 2400000.5  # Julian date of MJD 0
NUCLEI = ("QSO", "AGN", "Blazar")
PACKET = 24  # stream of random numbers


def stamp_class(label: str) -> str:
    """What the stamp classifier calls one of the fifteen classes: SN, AGN or VS."""
    if label in BRANCHES["Transient"]:
        return "SN"
    return "AGN" if label in NUCLEI else "VS"


def portrait_of(rng: Generator, thing: SimulatedObject, difficulty: float) -> Portrait:
    """The look of an object in the template of its first detection's band."""
    label = stamp_class(thing.label)
    portrait = PORTRAITS[label](rng, difficulty)
    if label == "SN":
        return portrait
    band = int(thing.measured.band[0]) - 1
    reference, host = thing.measured.reference[band], thing.light.host
    if label == "VS":
        return replace(portrait, point=reference if reference < FAINTEST else None)
    if host is None:  # a quasar: what galaxy it has is lost beside it
        return replace(portrait, point=reference, host=draw_galaxy(rng, reference + 3.0))
    nucleus = max(float(flux(reference) - flux(host[band])), 0.02 * float(flux(reference)))
    return replace(portrait, point=ZERO - 2.5 * float(np.log10(nucleus)), host=draw_galaxy(rng, host[band]))


def first_packet(thing: SimulatedObject, index: int, seed: int, difficulty: float) -> dict[str, Any]:
    """The packet of an object's first detection, with the upper limits of the month before as its history.

    Magnitude, error, limit, band, time, sign, position and real-bogus score are those of the light curve; the
    cut-outs show a source of that flux under noise that makes that limit; all else is drawn as for any stamp.
    ``sgscore1`` is the packet's own, from the sources around it.
    """
    rng = np.random.default_rng([seed, PACKET, index])
    seen = thing.measured
    jd = float(seen.time[0]) + EPOCH_ZERO
    portrait = portrait_of(rng, thing, difficulty)
    scene = replace(surround(rng, stamp_class(thing.label), portrait, (thing.ra, thing.dec), difficulty), jd=jd)
    exposure = reaching(draw_exposure(rng, jd, band=int(seen.band[0])), float(seen.limit[0]))
    magnitude, error = float(seen.difference[0]), float(seen.difference_error[0])
    light = exposure.flux(magnitude)
    positive = bool(seen.positive[0])
    images = expose(rng, scene, exposure, light if positive else -light)
    fit = replace(measure(images.difference, exposure), flux=light, error=error / MAGNITUDE * light)
    candidate = describe(rng, scene, exposure, fit, positive, index % 1000, 0)
    candidate |= {"magpsf": magnitude, "sigmapsf": error, "rb": float(seen.rb[0])}
    before = (seen.limit_time < seen.time[0]) & (seen.limit_time >= seen.time[0] - LOOKBACK)
    limits = zip(
        (seen.limit_time[before] + EPOCH_ZERO).tolist(),
        seen.limit_band[before].tolist(),
        seen.limit_magnitude[before].tolist(),
        strict=True,
    )
    return assemble(thing.name, candidate, images, upper_limits(scene, candidate, limits))
