"""What each class looks like: one function a class, from a draw to a portrait.

Seven numbers in brackets are quantiles (``LEVELS``) measured on public ZTF stamps,
one packet an object, rounded (``docs/simulator.md``); no packet is copied.
``hardness`` runs from 0 to 1: how often a class wears the look of another.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from .sky import Galaxy

Generator = np.random.Generator


@dataclass(frozen=True)
class Portrait:
    """What marks one object out from its surroundings.

    Attributes
    ----------
    contrast : magnitudes by which the difference is brighter than the 5-sigma limit.
    detections : how often the object was seen before.
    toward : where on the sky it lies, for ``places.draw_place``.
    point : magnitude of a point source in the reference at the very position, or None.
    host : the galaxy it belongs to, or None.
    fades : whether the difference may be negative.
    trail : length of the trail of a moving source [px].
    artefact : what the detector did, a name of ``artefacts``, or "".
    clouded : chance that the alert comes from a poor exposure.
    """

    contrast: float
    detections: int
    toward: str = "sky"
    point: float | None = None
    host: Galaxy | None = None
    fades: bool = False
    trail: float = 0.0
    artefact: str = ""
    clouded: float = 0.02


LEVELS = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


def _draw(rng: Generator, *quantiles: float) -> float:
    """A draw from a distribution given by its quantiles at ``LEVELS``."""
    return float(np.interp(rng.random(), LEVELS, quantiles))


def _count(rng: Generator, median: float, spread: float) -> int:
    """Log-normal number of earlier detections, at least 1; ``spread`` in dex."""
    return max(1, round(median * 10 ** rng.normal(0, spread)))


def draw_galaxy(rng: Generator, magnitude: float, x: float = 0.0, y: float = 0.0) -> Galaxy:
    """A galaxy whose size follows its brightness: 3 px at magnitude 18, 12 px at 14, 0.2 dex of scatter."""
    radius = 3.0 * 10 ** (-0.15 * (magnitude - 18) + rng.normal(0, 0.2))
    return Galaxy(
        x=x,
        y=y,
        magnitude=magnitude,
        radius=min(max(radius, 0.7), 28.0),
        ratio=rng.uniform(0.3, 1.0),
        angle=rng.uniform(0, np.pi),
        bulge=rng.beta(1.2, 2.0),
    )


def agn(rng: Generator, hardness: float) -> Portrait:
    """A nucleus that brightens and fades, in a galaxy or, for quasars and blazars, outshining it."""
    total = _draw(rng, 15.5, 16.3, 17.3, 17.9, 18.7, 19.8, 21.5)
    quasar = rng.random() < 0.25 + 0.5 * hardness
    return Portrait(
        contrast=_draw(rng, 0.0, 0.24, 0.58, 1.2, 1.94, 2.83, 3.5),
        detections=_count(rng, 500, 0.6),
        point=total + (0.1 if quasar else rng.uniform(0.6, 2.0)),
        host=draw_galaxy(rng, total + (3.0 if quasar else rng.uniform(0.1, 0.5))),
        fades=True,
    )


def supernova(rng: Generator, hardness: float) -> Portrait:
    """A new point source within or beside a galaxy; one in eight shows none."""
    magnitude = _draw(rng, 11.5, 14.5, 17.0, 18.6, 20.2, 21.8, 22.8)
    at_centre = draw_galaxy(rng, magnitude)
    nuclear = rng.random() < 0.25 * hardness
    distance = 0.1 if nuclear else at_centre.radius * rng.gamma(2.5, 0.4) + 0.3
    along, across = distance * np.cos(turn := rng.uniform(0, 2 * np.pi)), distance * at_centre.ratio * np.sin(turn)
    cosine, sine = np.cos(at_centre.angle), np.sin(at_centre.angle)
    host = replace(at_centre, x=cosine * along - sine * across, y=sine * along + cosine * across)
    hostless = rng.random() < 0.12
    return Portrait(
        contrast=_draw(rng, -0.1, 0.26, 0.68, 1.48, 2.05, 3.42, 5.5),
        detections=_count(rng, 40, 0.5),
        host=None if hostless else host,
    )


def variable_star(rng: Generator, hardness: float) -> Portrait:
    """A star of the reference that changed; toward the galactic plane, as most are."""
    del hardness  # the AGN that look like stars are drawn there
    return Portrait(
        contrast=_draw(rng, 0.0, 0.47, 1.44, 2.24, 3.59, 4.75, 6.5),
        detections=_count(rng, 180, 0.55),
        toward="plane" if rng.random() < 0.75 else "sky",
        point=_draw(rng, 11.5, 12.5, 14.4, 15.5, 16.8, 18.5, 21.0),
        fades=True,
        clouded=0.05,
    )


def asteroid(rng: Generator, hardness: float) -> Portrait:
    """A source where the reference has none, slightly trailed when it moves fast."""
    trailed = rng.random() < 0.4 * (1 - 0.6 * hardness)
    return Portrait(
        contrast=_draw(rng, -0.1, 0.1, 0.49, 0.89, 1.57, 2.81, 4.0),
        detections=1 + int(rng.random() < 0.1),
        toward="ecliptic",
        trail=rng.uniform(1.0, 4.0) if trailed else rng.uniform(0, 0.5),
    )


ARTEFACT_SHARES = {  # share of each among the bogus, judged by eye on the public ZTF stamps
    "residual": 0.28,
    "dipole": 0.12,
    "noise_peak": 0.21,
    "cosmic_ray": 0.10,
    "hot_pixel": 0.07,
    "bleed": 0.06,
    "glints": 0.05,
    "bad_column": 0.04,
    "edge_of_mask": 0.05,
    "ghost": 0.02,
}
BRIGHT = {  # magnitudes, mean and spread, of the stars that these artefacts come from
    "residual": (14.0, 1.0),
    "dipole": (15.0, 1.2),
    "bleed": (12.5, 0.6),
}


def bogus(rng: Generator, hardness: float) -> Portrait:
    """Something of the detector or of the subtraction; a poor night makes more of them than of anything else."""
    kind = str(rng.choice(list(ARTEFACT_SHARES), p=list(ARTEFACT_SHARES.values())))
    bright = BRIGHT.get(kind)
    return Portrait(
        contrast=_draw(rng, -0.14, 0.2, 0.79, 1.38, 2.4, 3.25, 4.0),
        detections=1 if rng.random() < 0.7 else _count(rng, 3, 0.4),
        toward="plane" if rng.random() < 0.35 else "sky",
        point=rng.normal(*bright) if bright else None,
        fades=kind not in ("cosmic_ray", "hot_pixel", "glints"),  # these are the science image's own
        artefact=kind,
        clouded=0.3,
    )


PORTRAITS: Mapping[str, Callable[[Generator, float], Portrait]] = {
    "AGN": agn,
    "SN": supernova,
    "VS": variable_star,
    "asteroid": asteroid,
    "bogus": bogus,
}
