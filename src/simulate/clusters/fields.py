"""Simulated fields of the disc: stars in Gaia's public form, and the clusters among them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...runtime.errors import AlertlabError
from ..check import check_range, check_run
from ..digest import digest
from .light import colour_error, draw_light, parallax_error
from .motions import KPC, SCALE_HEIGHT, disc_motion, equatorial, plummer

Array = NDArray[np.float64]

CLUSTERS = 33  # stream of random numbers
SIDE = 12.0  # of a field [deg]
MARGIN = 1.0  # between the centre of a cluster and the edge of its field [deg]
FIELDS = 30  # that lie beside each other along the plane
SHAPE, SCALE, NEAREST = 3.0, 0.8, 0.2  # distances of field stars: a gamma distribution, and what is added [kpc]
DISPERSION = 40.0  # of field stars, each way [km/s]
OWN = 8.0  # of the motions of clusters about the disc's, each way [km/s]
INTERNAL = 0.8  # of the members of a cluster, each way [km/s]
LOOSER = 2.0  # motions and radius of an asterism in those of a cluster
RADIUS = (1.5, 4.0)  # Plummer's, uniform [pc]
AGE = (7.0, 9.5)  # of clusters, uniform [log years]
DUST = 0.7  # mean extinction [mag/kpc in V]
TRIES = 2000  # at stars that are bright enough
MOST = 2.0  # extinction of a cluster at most, uniform [mag in V]


@dataclass(frozen=True)
class Field:
    """One simulated field.

    Attributes
    ----------
    name : of the field.
    stars : a row a star: source_id, ra, dec, l, b [deg], parallax, parallax_error [mas], pmra, pmdec [mas/yr],
        phot_g_mean_mag, bp_rp [mag].
    cluster : (n,) row of the star's cluster, -1 for a star of the field.
    clusters : a row a cluster: cluster (its name), field, l, b, ra, dec [deg], distance [kpc], parallax [mas], pmra,
        pmdec [mas/yr], members (stars of it that are seen), log_age [log years], extinction [mag in V], radius [pc].
    """

    name: str
    stars: pa.Table
    cluster: NDArray[np.int64]
    clusters: pa.Table


class SimulatedClusters:
    """Fields of 12 x 12 degrees along the Galactic plane, each with clusters among the stars of the disc.

    Field k depends on the arguments and on k alone; fields lie side by side from l = 0, and from the 31st on again.

    Parameters
    ----------
    n : number of fields.
    seed : not negative.
    stars : least and greatest number of stars of a field, drawn by its logarithm.
    clusters : in each field.
    asterisms : groups in each field that are as dense as a cluster, but of stars of any age: what only their light
        tells from one. They belong to the field.
    members : least and greatest number of a cluster's stars that are seen, drawn by its logarithm.
    distance : of clusters, nearest and farthest, uniform [kpc].
    faintest : G magnitude of the faintest star.

    Raises
    ------
    AlertlabError
        At the call, for an argument out of range.
    """

    def __init__(
        self,
        n: int,
        seed: int,
        stars: Sequence[float] = (20000, 20000),
        clusters: int = 12,
        asterisms: int = 8,
        members: Sequence[float] = (10, 120),
        distance: Sequence[float] = (0.4, 4.0),
        faintest: float = 17.0,
    ) -> None:
        check_run(n, seed, 0.5)
        for name, number in (("clusters", clusters), ("asterisms", asterisms)):
            if number < 0:
                raise AlertlabError(f"simulate.{name}: {number} is negative, take 0 or more")
        if not 10 <= faintest <= 21:
            raise AlertlabError(f"simulate.faintest: {faintest}; Gaia's stars end between 10 and 21 mag")
        self.n, self.seed, self.faintest = n, seed, float(faintest)
        self.clusters, self.asterisms = clusters, asterisms
        self.stars, self.members = check_range("stars", stars, 100), check_range("members", members, 3)
        self.distance = check_range("distance", distance, 0.05)

    @property
    def description(self) -> str:
        """That they are simulated, and how."""
        low, high = self.stars
        stars = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        return f"{self.n} simulated fields of the disc with {stars} stars, seed {self.seed}"

    def fingerprint(self) -> str:
        """Hexadecimal digest of the arguments and of all code that has a hand in the fields."""
        return digest(vars(self), Path(__file__).parent, Path(__file__).parent.parent)

    def __iter__(self) -> Iterator[Field]:
        return (self.field(index) for index in range(self.n))

    def field(self, index: int) -> Field:
        """The field of a number, 0 to n - 1."""
        rng = np.random.default_rng([self.seed, CLUSTERS, index])
        name, start = f"field{index:04d}", SIDE * (index % FIELDS)
        wanted = round(float(log_uniform(rng, self.stars, 1)[0]))
        seen, clusters = self._groups(rng, start, self.clusters, 1.0)
        chance, _ = self._groups(rng, start, self.asterisms, LOOSER)
        parts = [*seen, *chance, self._disc(rng, start, wanted)]
        owner = np.repeat(np.r_[np.arange(len(seen)), -np.ones(len(chance) + 1, int)], [len(part[0]) for part in parts])
        l, b, distance, along, across, magnitude, colour = map(np.concatenate, zip(*parts, strict=True))  # noqa: E741
        order = rng.permutation(len(l))  # no order says who belongs together
        error = parallax_error(rng, magnitude)
        ra, dec, pmra, pmdec = equatorial(l, b, along, across)
        parallax, pmra, pmdec = (each + error * rng.standard_normal(len(l)) for each in (1 / distance, pmra, pmdec))
        colour = colour + colour_error(magnitude) * rng.standard_normal(len(l))
        stars = {
            "source_id": index * 10**9 + np.argsort(order),
            "ra": ra,
            "dec": dec,
            "l": l % 360,
            "b": b,
            "parallax": parallax,
            "parallax_error": error,
            "pmra": pmra,
            "pmdec": pmdec,
            "phot_g_mean_mag": magnitude,
            "bp_rp": colour,
        }
        names = [f"{name}-cluster{row:02d}" for row in range(self.clusters)]
        told = {
            "cluster": pa.array(names, pa.string()),
            "field": pa.array([name] * len(names), pa.string()),
            **clusters,
        }
        return Field(name, pa.table(stars).take(order), owner[order], pa.table(told))

    def _groups(
        self, rng: np.random.Generator, start: float, n: int, looser: float
    ) -> tuple[list[tuple[Array, ...]], dict[str, Array]]:
        """Stars of each group: l, b, distance, both proper motions, G and BP - RP; and what groups are.

        ``looser`` is 1 for clusters; the stars of others have motions so many times as large, and ages of their own.
        """
        distance = rng.uniform(*self.distance, n)
        members = np.rint(log_uniform(rng, self.members, n)).astype(np.int64)
        l, b = start + rng.uniform(MARGIN, SIDE - MARGIN, n), draw_latitudes(rng, distance, SIDE / 2 - MARGIN)  # noqa: E741
        log_age, radius = rng.uniform(*AGE, n), rng.uniform(*RADIUS, n)
        extinction = rng.uniform(0, MOST, n)  # also of near ones, behind a cloud
        along, across = (each + rng.normal(0, OWN, n) / (KPC * distance) for each in disc_motion(l, b, distance))
        seen: list[tuple[Array, ...]] = []
        for row in range(n):
            each = members[row]
            ages = np.full(each, log_age[row]) if looser == 1 else field_ages(rng, each)
            dimmed = np.full(each, extinction[row]) * (1.0 if looser == 1 else scatter(rng, each))
            where = plummer(rng, each, looser * radius[row]) / 1000
            far = np.maximum(distance[row] + where[:, 2], 0.05)
            light = self._light(rng, ages, far, dimmed)
            east, north = np.degrees(where[:, :2] / far[:, None]).T
            moving = rng.normal(0, looser * INTERNAL, (2, each)) / (KPC * far)
            place = l[row] + east / np.cos(np.radians(b[row])), b[row] + north, far
            seen.append((*place, along[row] + moving[0], across[row] + moving[1], *light))
        ra, dec, pmra, pmdec = equatorial(l, b, along, across)
        told: dict[str, Array] = {
            "l": l % 360,
            "b": b,
            "ra": ra,
            "dec": dec,
            "distance": distance,
            "parallax": 1 / distance,
        }
        told |= {"pmra": pmra, "pmdec": pmdec, "members": members.astype(np.float64), "log_age": log_age}
        return seen, told | {"extinction": extinction, "radius": radius}

    def _light(self, rng: np.random.Generator, log_age: Array, far: Array, dimmed: Array) -> tuple[Array, Array]:
        """G and BP - RP of a star of each age, distance and extinction, drawn until all are seen."""
        magnitude, colour = np.full(len(far), np.nan), np.full(len(far), np.nan)
        ages = log_age.copy()
        for _ in range(TRIES):
            missing = np.flatnonzero(np.isnan(magnitude))
            if not missing.size:
                return magnitude, colour
            light = draw_light(rng, ages[missing], far[missing], dimmed[missing], self.faintest)
            magnitude[missing], colour[missing] = light
            if len(set(log_age.tolist())) > 1:  # so old a star may be too faint for ever
                ages[missing] = field_ages(rng, missing.size)
        raise AlertlabError(
            f"simulate.distance: a cluster at {far[0]:.1f} kpc has no stars brighter than {self.faintest:g}; take "
            "nearer ones, or a fainter simulate.faintest"
        )

    def _disc(self, rng: np.random.Generator, start: float, n: int) -> tuple[Array, ...]:
        """Field stars: l, b, distance, both proper motions, G and BP - RP."""
        parts: list[tuple[Array, ...]] = []
        while (missing := n - sum(len(part[0]) for part in parts)) > 0:
            distance = rng.gamma(SHAPE, SCALE, 2 * missing) + NEAREST
            b = draw_latitudes(rng, distance, SIDE / 2)
            light = draw_light(rng, field_ages(rng, len(distance)), distance, dust(rng, distance), self.faintest)
            l = start + rng.uniform(0, SIDE, len(distance))  # noqa: E741
            kept = np.flatnonzero(np.isfinite(light[0]))[:missing]
            parts.append(tuple(each[kept] for each in (l, b, distance, *light)))
        l, b, distance, *light = map(np.concatenate, zip(*parts, strict=True))  # type: ignore[assignment]  # noqa: E741
        spread = rng.normal(0, DISPERSION, (2, n)) / (KPC * distance)
        along, across = disc_motion(l, b, distance) + spread
        return (l, b, distance, along, across, *light)


def draw_latitudes(rng: np.random.Generator, distance: Array, most: float) -> Array:
    """Latitudes [deg] within ``most`` of the plane, of an exponential disc, at distances [kpc]."""
    scale = np.degrees(SCALE_HEIGHT / distance)
    depth = -scale * np.log1p(-rng.random(len(distance)) * -np.expm1(-most / scale))
    latitudes: Array = depth * rng.choice([-1.0, 1.0], len(distance))
    return latitudes


def dust(rng: np.random.Generator, distance: Array) -> Array:
    """Extinction in V [mag] at distances [kpc], with a third of scatter."""
    return DUST * distance * scatter(rng, len(distance))


def scatter(rng: np.random.Generator, n: int) -> Array:
    """Factors that are a third off, or so."""
    factors: Array = 10 ** rng.normal(0, 0.14, n)
    return factors


def field_ages(rng: np.random.Generator, n: int) -> Array:
    """Ages of disc stars [log years], born as often at any time of the last 10 Gyr."""
    ages: Array = np.log10(rng.uniform(3e7, 1e10, n))
    return ages


def log_uniform(rng: np.random.Generator, bounds: tuple[float, float], n: int) -> Array:
    """Numbers between two bounds, uniform by their logarithm."""
    low, high = np.log(bounds)
    drawn: Array = np.exp(rng.uniform(low, high, n))
    return drawn
