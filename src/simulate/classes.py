"""What each class looks like: one function a class, from a draw to a portrait.

Ranges follow percentiles measured on the public ZTF stamps (2, 16, 50, 84 and
98 %, class by class); no value is copied. ``hardness`` runs from 0 to 1: how
often a class wears the look of another.
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
    """

    contrast: float
    detections: int
    toward: str = "sky"
    point: float | None = None
    host: Galaxy | None = None
    fades: bool = False
    trail: float = 0.0
    artefact: str = ""


def _contrast(rng: Generator, typical: float, brightest: float) -> float:
    """Gamma of shape 2: few just at the limit, a tail of bright ones."""
    return float(min(rng.gamma(2.0, typical / 1.7), brightest) - 0.1)


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
        radius=float(np.clip(radius, 0.7, 20)),
        ratio=rng.uniform(0.3, 1.0),
        angle=rng.uniform(0, np.pi),
        bulge=rng.beta(1.2, 2.0),
    )


def agn(rng: Generator, hardness: float) -> Portrait:
    """A nucleus that brightens and fades, in a galaxy or, for quasars and blazars, outshining it."""
    total = np.clip(rng.normal(18.0, 1.1), 14.5, 21.0)
    quasar = rng.random() < 0.1 + 0.5 * hardness
    return Portrait(
        contrast=_contrast(rng, 1.2, 5),
        detections=_count(rng, 150, 0.7),
        point=total + (0.1 if quasar else rng.uniform(0.6, 2.0)),
        host=draw_galaxy(rng, total + (3.0 if quasar else rng.uniform(0.1, 0.5))),
        fades=True,
    )


def supernova(rng: Generator, hardness: float) -> Portrait:
    """A new point source within or beside a galaxy; one in eight shows none."""
    magnitude = np.clip(rng.normal(18.6, 1.5), 14.0, 22.5)
    at_centre = draw_galaxy(rng, magnitude)
    nuclear = rng.random() < 0.25 * hardness
    distance = 0.1 if nuclear else at_centre.radius * rng.gamma(2.5, 0.4) + 0.3
    along, across = distance * np.cos(turn := rng.uniform(0, 2 * np.pi)), distance * at_centre.ratio * np.sin(turn)
    cosine, sine = np.cos(at_centre.angle), np.sin(at_centre.angle)
    host = replace(at_centre, x=cosine * along - sine * across, y=sine * along + cosine * across)
    hostless = rng.random() < 0.12
    return Portrait(
        contrast=_contrast(rng, 1.7, 6),
        detections=_count(rng, 25, 0.55),
        host=None if hostless else host,
    )


def variable_star(rng: Generator, hardness: float) -> Portrait:
    """A star of the reference that changed; toward the galactic plane, as most are."""
    del hardness  # the AGN that look like stars are drawn there
    return Portrait(
        contrast=_contrast(rng, 1.7, 6),
        detections=_count(rng, 50, 0.8),
        toward="plane" if rng.random() < 0.75 else "sky",
        point=np.clip(rng.normal(16.3, 1.7), 12.5, 20.5),
        fades=True,
    )


def asteroid(rng: Generator, hardness: float) -> Portrait:
    """A source where the reference has none, slightly trailed when it moves fast."""
    trailed = rng.random() < 0.5 * (1 - 0.6 * hardness)
    return Portrait(
        contrast=_contrast(rng, 1.1, 5),
        detections=1 + int(rng.random() < 0.1),
        toward="ecliptic",
        trail=rng.uniform(1.0, 5.0) if trailed else rng.uniform(0, 0.5),
    )


ARTEFACT_SHARES = {  # share of each among the bogus, judged by eye on the public ZTF stamps
    "cosmic_ray": 0.20,
    "hot_pixel": 0.12,
    "bad_column": 0.10,
    "bleed": 0.10,
    "dipole": 0.18,
    "ghost": 0.10,
    "edge_of_mask": 0.06,
    "noise_peak": 0.14,
}


def bogus(rng: Generator, hardness: float) -> Portrait:
    """Something of the detector or of the subtraction."""
    kind = str(rng.choice(list(ARTEFACT_SHARES), p=list(ARTEFACT_SHARES.values())))
    bright = {"dipole": (15.5, 1.2), "bleed": (12.5, 0.6)}.get(kind)
    return Portrait(
        contrast=_contrast(rng, 1.3 - 0.6 * hardness, 4),
        detections=1 if rng.random() < 0.7 else _count(rng, 4, 0.5),
        toward="plane" if rng.random() < 0.35 else "sky",
        point=rng.normal(*bright) if bright else None,
        fades=kind not in ("cosmic_ray", "hot_pixel"),  # these are the science image's own
        artefact=kind,
    )


PORTRAITS: Mapping[str, Callable[[Generator, float], Portrait]] = {
    "AGN": agn,
    "SN": supernova,
    "VS": variable_star,
    "asteroid": asteroid,
    "bogus": bogus,
}
