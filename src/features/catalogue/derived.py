"""The closed set of columns that are derived from those of a catalogue.

Each is a small value: which columns it needs, its unit, and its values. A config writes the kind with its first
operand, ``abs_pmra: {absolute: pmra}``, and what else it takes beside.
"""

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import AlertlabError
from .conditions import conditions_of, holds
from .neighbours import kth_neighbour, nearest_brighter
from .units import divided, same_unit

Floats = NDArray[np.float64]
RA, DEC = "right ascension", "declination"  # names of the positions among the values: no column has a blank
ARCSEC, UNKNOWN = "arcsec", "unknown"
NSIDES = tuple(2**order for order in range(30))
Values = dict[str, NDArray[Any]]
Units = Mapping[str, str]


class Derived(Protocol):
    """A derived column."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns, derived before or not, and ``RA`` and ``DEC``."""
        ...

    def unit(self, units: Units, key: str) -> str:
        """Its unit, from those of what it needs; refuses units that do not go together."""
        ...

    def of(self, values: Values, others: "tuple[Derived, ...]") -> Floats:
        """(n,) values, NaN where unknown; ``others`` are derived from the same catalogue, to work them out at once."""
        ...


@dataclass(frozen=True)
class Absolute:
    """|column|: takes a sign away that would tell a label."""

    absolute: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The column."""
        return (self.absolute,)

    def unit(self, units: Units, key: str) -> str:
        """That of the column."""
        return units[self.absolute]

    def of(self, values: Values, others: tuple[Derived, ...]) -> Floats:
        """|column|."""
        return np.abs(values[self.absolute])


@dataclass(frozen=True)
class Ratio:
    """First column over second; NaN over 0."""

    ratio: tuple[str, str]

    @property
    def needs(self) -> tuple[str, ...]:
        """Both."""
        return self.ratio

    def unit(self, units: Units, key: str) -> str:
        """Dimensionless where both are in one unit."""
        return divided(units[self.ratio[0]], units[self.ratio[1]])

    def of(self, values: Values, others: tuple[Derived, ...]) -> Floats:
        """A / b."""
        above, below = (values[name] for name in self.ratio)
        return np.divide(above, below, out=np.full(len(above), np.nan), where=below != 0)


@dataclass(frozen=True)
class Difference:
    """First column less second, such as a colour."""

    difference: tuple[str, str]

    @property
    def needs(self) -> tuple[str, ...]:
        """Both."""
        return self.difference

    def unit(self, units: Units, key: str) -> str:
        """That of both."""
        return same_unit(self.difference, units, key)

    def of(self, values: Values, others: tuple[Derived, ...]) -> Floats:
        """A - b."""
        first, second = (values[name] for name in self.difference)
        return np.subtract(first, second, dtype=np.float64)


@dataclass(frozen=True)
class AbsoluteMagnitude:
    """M = m + 5 log10(parallax / mas) - 10; NaN where the parallax is not positive."""

    absolute_magnitude: str
    parallax: str = "parallax"

    @property
    def needs(self) -> tuple[str, ...]:
        """Apparent magnitude and parallax."""
        return self.absolute_magnitude, self.parallax

    def unit(self, units: Units, key: str) -> str:
        """Magnitudes; the parallax must be in mas."""
        if units[self.parallax] != "mas":
            given = units[self.parallax] or "no unit"
            raise AlertlabError(f"{key}: takes a parallax in mas, and {self.parallax} is in {given}")
        return units[self.absolute_magnitude]

    def of(self, values: Values, others: tuple[Derived, ...]) -> Floats:
        """M + 5 log10(parallax) - 10."""
        parallax = np.asarray(values[self.parallax], np.float64)
        found: Floats = values[self.absolute_magnitude] - 10.0
        return found + 5 * np.log10(parallax, out=np.full(len(parallax), np.nan), where=parallax > 0)


@dataclass(frozen=True, kw_only=True)
class _Distance:
    """A distance to a neighbour, arcsec.

    Attributes
    ----------
    within : how far to look. clip : where larger values are cut, None for nowhere.
    missing : what stands where none is found: ``within`` unless it is given; ``unknown`` leaves it so.
    """

    within: float = 30.0
    missing: float | str | None = None
    clip: float | None = None

    @property
    def none(self) -> float:
        """What stands where there is no such neighbour."""
        return self.within if self.missing is None else math.nan if self.missing == UNKNOWN else float(self.missing)

    @property
    def reach(self) -> float:
        """How far one must look: beyond ``clip`` all values are the same, where the missing ones are so too."""
        return min(self.within, self.clip) if self.clip is not None and self.none >= self.clip else self.within

    def unit(self, units: Units, key: str) -> str:
        """Arcsec."""
        return ARCSEC

    def finished(self, distance: Floats) -> Floats:
        """With the missing ones, clipped."""
        found = np.where(np.isinf(distance), self.none, distance)
        return found if self.clip is None else np.minimum(found, self.clip)


@dataclass(frozen=True)
class Neighbour(_Distance):
    """Distance to the k-th nearest other source of the catalogue."""

    neighbour: int

    @property
    def needs(self) -> tuple[str, ...]:
        """The positions."""
        return RA, DEC

    def of(self, values: Values, others: tuple[Derived, ...]) -> Floats:
        """See `kth_neighbour`."""
        return self.finished(kth_neighbour(values[RA], values[DEC], self.neighbour, self.reach))


@dataclass(frozen=True)
class Brighter(_Distance):
    """Distance to the nearest other source of the catalogue that is so many magnitudes brighter, or more."""

    brighter: float
    magnitude: str

    @property
    def needs(self) -> tuple[str, ...]:
        """Positions and magnitude."""
        return RA, DEC, self.magnitude

    def of(self, values: Values, others: tuple[Derived, ...]) -> Floats:
        """See `nearest_brighter`: all that look equally far in one magnitude are found by one pass over the pairs."""
        key = f"neighbours brighter in {self.magnitude} within {self.reach!r}"
        same = [each for each in others if isinstance(each, Brighter)]
        by = sorted({each.brighter for each in same if (each.magnitude, each.reach) == (self.magnitude, self.reach)})
        if key not in values:
            values[key] = nearest_brighter(values[RA], values[DEC], values[self.magnitude], by, self.reach)
        return self.finished(values[key][:, by.index(self.brighter)])


@dataclass(frozen=True)
class Galactic:
    """Galactic longitude ``l`` or latitude ``b``, or proper motion ``pm_l`` (times cos b) or ``pm_b``."""

    galactic: str
    of_motion: tuple[str, str] = ("pmra", "pmdec")

    def __post_init__(self) -> None:
        if self.galactic not in ("l", "b", "pm_l", "pm_b"):
            raise AlertlabError(f"galactic: {self.galactic!r} is none of l, b, pm_l, pm_b")

    @property
    def needs(self) -> tuple[str, ...]:
        """Positions, and proper motions where those are asked for."""
        return (RA, DEC, *self.of_motion) if self.galactic.startswith("pm") else (RA, DEC)

    def unit(self, units: Units, key: str) -> str:
        """Degrees, or that of both proper motions."""
        return same_unit(self.of_motion, units, key) if self.galactic.startswith("pm") else "deg"

    def of(self, values: Values, others: tuple[Derived, ...]) -> Floats:
        """By astropy."""
        from astropy import units  # here: a second of imports that other columns do without
        from astropy.coordinates import SkyCoord

        given = [np.asarray(values[name], np.float64) for name in self.needs]
        known = np.isfinite(given).all(axis=0)
        ra, dec, *motion = (each[known] for each in given)
        rate = units.mas / units.yr  # a rotation is the same in any unit
        moving = {f"pm_{name}": each * rate for name, each in zip(("ra_cosdec", "dec"), motion, strict=False)}
        sky = SkyCoord(ra * units.deg, dec * units.deg, frame="icrs", **moving).galactic
        name = {"pm_l": "pm_l_cosb"}.get(self.galactic, self.galactic)
        found = np.full(len(given[0]), np.nan)
        found[known] = getattr(sky, name).value
        return found


@dataclass(frozen=True)
class InCell:
    """Number of sources in the same HEALPix cell (nested, ICRS) of which a condition holds: for rules, not inputs."""

    in_cell: int
    where: Mapping[str, Mapping[str, float]]

    @property
    def needs(self) -> tuple[str, ...]:
        """Positions and the columns of the condition."""
        return (RA, DEC, *self.where)

    def unit(self, units: Units, key: str) -> str:
        """None: a number."""
        return ""

    def of(self, values: Values, others: tuple[Derived, ...]) -> Floats:
        """Counted over the whole catalogue."""
        from astropy import units
        from astropy_healpix import lonlat_to_healpix

        ra: Floats = values[RA]
        dec: Floats = values[DEC]
        known: NDArray[np.bool_] = np.isfinite(ra) & np.isfinite(dec)
        cell = lonlat_to_healpix(ra[known] * units.deg, dec[known] * units.deg, self.in_cell, order="nested")
        _, of = np.unique(cell, return_inverse=True)
        found = np.full(len(ra), np.nan)
        found[known] = np.bincount(of, holds(self.where, values, known.size)[known])[of]
        return found


KINDS: dict[str, type[Any]] = {
    "absolute": Absolute,
    "ratio": Ratio,
    "difference": Difference,
    "absolute_magnitude": AbsoluteMagnitude,
    "neighbour": Neighbour,
    "brighter": Brighter,
    "galactic": Galactic,
    "in_cell": InCell,
}
PAIRS = ("ratio", "difference", "of_motion")  # parameters that are two columns
NUMBERS = ("within", "missing", "clip", "brighter")
WHOLES = ("neighbour", "in_cell")


def derived_of(content: Any, key: str) -> Derived:
    """A derived column from what a config says of it.

    Raises
    ------
    AlertlabError
        For a kind that is none, or parameters that it does not take, with the key.
    """
    kind = next((name for name in KINDS if isinstance(content, Mapping) and name in content), None)
    if kind is None:
        raise AlertlabError(f"{key}: {content!r} is no derived column; known: {', '.join(KINDS)}")
    known = {each.name: each for each in fields(KINDS[kind])}
    for name in content:
        if name not in known:
            raise AlertlabError(f"{key}.{name}: {kind} takes {', '.join(known)}")
    for name, each in known.items():
        if each.default is MISSING and name not in content:
            raise AlertlabError(f"{key}: {kind} needs {name} too")
    given = {str(name): _parameter(str(name), value, f"{key}.{name}") for name, value in content.items()}
    try:
        made: Derived = KINDS[kind](**given)
    except AlertlabError as error:
        raise AlertlabError(f"{key}.{error}") from error
    return made


def content_of(derived: Any) -> dict[str, Any]:
    """What a config would say of a derived column."""
    given = {each.name: getattr(derived, each.name) for each in fields(derived)}
    return {name: value for name, value in given.items() if value is not None}


def _parameter(name: str, value: Any, key: str) -> Any:
    if name == "where":
        return conditions_of(value, key)
    if name in PAIRS:
        if isinstance(value, str) or len(value) != 2:
            raise AlertlabError(f"{key}: {value!r} is not two columns; write [FIRST, SECOND]")
        return tuple(map(str, value))
    if (name in ("missing", "clip") and value is None) or (name == "missing" and value == UNKNOWN):
        return value
    if name == "in_cell" and value not in NSIDES:
        raise AlertlabError(f"{key}: {value!r} is no nside of HEALPix; write a power of 2")
    if name in (*NUMBERS, *WHOLES):
        whole = name in WHOLES
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or (whole and value < 1):
            raise AlertlabError(f"{key}: {value!r} is no {'whole number from 1' if whole else 'number'}")
        return value if whole else float(value)
    return str(value)
