"""An object and its neighbourhood: everything that stays from one epoch to the next."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..places import draw_place, galactic_latitude
from .classes import LEVELS, PORTRAITS, Portrait, draw_galaxy
from .sky import HALF, Galaxy

Array = NDArray[np.floating]

FAINTEST = 23.2  # mag, of a reference image and of PanSTARRS alike
FIRST_NIGHT = 2458200.5  # Julian date of March 2018, when the public survey began
LAST_NIGHT = 2460600.5


@dataclass(frozen=True)
class Sources:
    """The n round sources around an object, the object's own star first where it has one.

    Attributes
    ----------
    x, y : (n,) offset from the object [px]. magnitude : (n,). extent : (n,) own width [px], 0 a point.
    star : (n,) whether it is a star. score : (n,) PanSTARRS star-galaxy score, 0 galaxy to 1 star.
    """

    x: Array
    y: Array
    magnitude: Array
    extent: Array
    star: NDArray[np.bool_]
    score: Array


@dataclass(frozen=True)
class Scene:
    """An object, where it lies, and its surroundings.

    Attributes
    ----------
    label : its class. portrait : its look. ra, dec : [deg]. jd : of its first alert.
    sources : point-like neighbours. galaxies : resolved ones, its host first; scores : (galaxies,) as in Sources.
    field, rcid : ZTF field and readout channel. coverage : how often ZTF looked there before.
    """

    label: str
    portrait: Portrait
    ra: float
    dec: float
    jd: float
    sources: Sources
    galaxies: tuple[Galaxy, ...]
    scores: Array
    field: int
    rcid: int
    coverage: int


def star_galaxy_score(rng: np.random.Generator, star: NDArray[np.bool_], hardness: float) -> Array:
    """Scores as PanSTARRS gives them: near 1 for stars, near 0 for galaxies, some undecided at 0.5, some wrong."""
    close = 0.25 * rng.random(star.shape) ** 5  # to 0 or 1: half of them within 0.01
    score = np.where(star, 1 - close, close)
    luck = rng.random(star.shape)
    wrong, undecided = 0.2 * hardness, 0.05 + 0.2 * hardness
    score = np.where(luck < wrong, rng.random(star.shape), score)
    return np.where(luck > 1 - undecided, 0.5, score)


def _neighbours(rng: np.random.Generator, latitude: float, portrait: Portrait, hardness: float) -> Sources:
    """Field sources, 9 a stamp at the poles and ten times as many in the plane, and the knots of a host."""
    count = int(rng.poisson(9 + 110 * np.exp(-abs(latitude) / 9)))
    x, y = rng.uniform(-HALF - 4, HALF + 4, (2, count))
    # Number counts rise as 10^(0.3 m): of 12 sources to magnitude 23, one is brighter than 20.
    magnitude = np.clip(FAINTEST - rng.exponential(1.3, count), 11.0, FAINTEST)
    share = np.clip(0.5 + 0.12 * (magnitude - 20), 0.1, 0.8) * min(max(abs(latitude) / 30, 0.1), 1.0)
    star = rng.random(count) > share
    extent = np.where(star, 0.0, rng.uniform(0.3, 1.6, count))
    if portrait.host is not None:
        knots = _knots(rng, portrait.host)
        x, y, magnitude = (np.append(column, more) for column, more in zip((x, y, magnitude), knots, strict=True))
        star = np.append(star, np.zeros(knots[0].size, dtype=bool))
        extent = np.append(extent, rng.uniform(0.3, 1.2, knots[0].size))
    if portrait.point is not None:  # the object's own star leads
        x, y, extent = (np.insert(column, 0, 0.0) for column in (x, y, extent))
        magnitude, star = np.insert(magnitude, 0, portrait.point), np.insert(star, 0, True)
    return Sources(x, y, magnitude, extent, star, star_galaxy_score(rng, star, hardness))


def _knots(rng: np.random.Generator, galaxy: Galaxy) -> tuple[Array, Array, Array]:
    """Star-forming regions of a large galaxy, x, y and magnitude: catalogues list each as a source of its own."""
    count = rng.poisson(min(0.15 * galaxy.radius**2, 12)) if galaxy.radius > 3 else 0
    along, across = rng.normal(0, galaxy.radius, (2, count))
    across *= galaxy.ratio
    cosine, sine = np.cos(galaxy.angle), np.sin(galaxy.angle)
    places = galaxy.x + cosine * along - sine * across, galaxy.y + sine * along + cosine * across
    return *places, np.minimum(galaxy.magnitude + rng.uniform(4.5, 7.5, count), FAINTEST)


def harder(portrait: Portrait, difficulty: float) -> Portrait:
    """The same object fainter, or brighter where ``difficulty`` is below 0.5.

    At most, its contrast in magnitudes changes by a factor 2, and its star or host by 0.75 mag.
    """
    fainter = 1.5 * (difficulty - 0.5)
    host, point = portrait.host, portrait.point
    return replace(
        portrait,
        contrast=portrait.contrast * 2 ** (1 - 2 * difficulty),
        point=None if point is None else point + fainter,
        host=None if host is None else replace(host, magnitude=host.magnitude + fainter),
    )


def draw_scene(rng: np.random.Generator, label: str, difficulty: float) -> Scene:
    """An object of a class with its surroundings; ``difficulty`` from 0 to 1, as in ``simulate_packets``."""
    portrait = harder(PORTRAITS[label](rng, difficulty), difficulty)
    return surround(rng, label, portrait, draw_place(rng, portrait.toward), difficulty)


def surround(
    rng: np.random.Generator, label: str, portrait: Portrait, place: tuple[float, float], difficulty: float
) -> Scene:
    """A scene around an object at a place: right ascension and declination [deg]."""
    ra, dec = place
    galaxies: tuple[Galaxy, ...] = () if portrait.host is None else (portrait.host,)
    if rng.random() < 0.1:
        x, y = rng.uniform(-HALF, HALF, 2)
        galaxies += (draw_galaxy(rng, rng.uniform(16, 20), x, y),)
    return Scene(
        label=label,
        portrait=portrait,
        ra=ra,
        dec=dec,
        jd=rng.uniform(FIRST_NIGHT + 100, LAST_NIGHT),
        sources=_neighbours(rng, galactic_latitude(ra, dec), portrait, difficulty),
        galaxies=galaxies,
        scores=star_galaxy_score(rng, np.zeros(len(galaxies), dtype=bool), difficulty),
        field=245 + int((dec + 30) / 120 * 620) + int(ra / 360 * 15),  # in ZTF's range and order, not its grid
        rcid=int(rng.integers(64)),
        coverage=round(float(np.interp(rng.random(), LEVELS, (20, 60, 140, 900, 1400, 2700, 4500)))),
    )
