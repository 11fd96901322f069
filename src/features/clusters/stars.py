"""Stars as a blind search takes them: Gaia's public columns, whatever the file."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...door.table import open_table
from ..catalogue.read import Progress, read_catalogue, without_bar
from ..catalogue.recipe import CatalogueRecipe

Array = NDArray[np.float64]

MOTION = "mas / yr"
UNITS = {"parallax": "mas", "pmra": MOTION, "pmdec": MOTION, "phot_g_mean_mag": "mag"}
COLOUR, PHOTOMETRY = "bp_rp", ("phot_bp_mean_mag", "phot_rp_mean_mag")
PLACES = {"l": {"galactic": "l"}, "b": {"galactic": "b"}}


@dataclass(frozen=True)
class Stars:
    """Stars, a row each.

    Attributes
    ----------
    source_id : (n,) names. l, b : galactic [deg]. parallax : [mas]. pmra : with cos dec, pmdec : [mas/yr].
    magnitude : G [mag]. colour : BP - RP [mag], NaN where unknown.
    """

    source_id: NDArray[np.str_]
    l: Array  # noqa: E741  as everybody calls it
    b: Array
    parallax: Array
    pmra: Array
    pmdec: Array
    magnitude: Array
    colour: Array

    def __len__(self) -> int:
        return len(self.source_id)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Stars":
        """The stars of these rows."""
        return Stars(*(getattr(self, each.name)[rows] for each in fields(self)))

    @classmethod
    def of(cls, table: pa.Table) -> "Stars":
        """From a table that has all columns, as the simulator makes it."""
        values = (table[name].to_numpy() for name in ("l", "b", *UNITS, COLOUR))
        return cls(np.array(table["source_id"].cast(pa.string()).to_pylist(), np.str_), *values)


def read_stars(path: Path, progress: Progress = without_bar) -> Stars:
    """The stars of a catalogue of any format that alertlab reads.

    Columns source_id, ra, dec, parallax, pmra, pmdec, phot_g_mean_mag; and bp_rp, or phot_bp_mean_mag and
    phot_rp_mean_mag. Units of the file are converted.

    Raises
    ------
    AlertlabError
        For a file that is missing or damaged, a missing column, one that holds no numbers, or a star in two rows.
    """
    opened = open_table(path)
    derived: dict[str, Any] = dict(PLACES)
    units = UNITS | {COLOUR: "mag"}
    if COLOUR not in opened.names and set(PHOTOMETRY) <= set(opened.names):
        derived[COLOUR] = {"difference": PHOTOMETRY}
        units |= dict.fromkeys(PHOTOMETRY, "mag")
    recipe = CatalogueRecipe.of({"columns": ["l", "b", *UNITS, COLOUR], "units": units, "derived": derived})
    rows = read_catalogue(opened, recipe, key="alertlab clusters", progress=progress)
    return Stars(rows.object_id, *(np.asarray(rows.values[name], np.float64) for name in recipe.columns))


@dataclass(frozen=True)
class Cuts:
    """Which stars are searched.

    Attributes
    ----------
    largest_parallax : [mas]; the least is 0. largest_motion : total proper motion [mas/yr]. faintest : G [mag].
    """

    largest_parallax: float
    largest_motion: float
    faintest: float

    def kept(self, stars: Stars) -> tuple[NDArray[np.bool_], Mapping[str, int]]:
        """(n,) which stars pass, and how many fail by the first reason that holds."""
        motion = np.hypot(stars.pmra, stars.pmdec)
        with np.errstate(invalid="ignore"):
            reasons = {
                "without parallax, proper motion or G": ~np.isfinite(stars.parallax + motion + stars.magnitude),
                f"fainter than G = {self.faintest:g}": stars.magnitude > self.faintest,
                f"with a parallax outside 0 to {self.largest_parallax:g} mas": (stars.parallax <= 0)
                | (stars.parallax >= self.largest_parallax),
                f"that move by {self.largest_motion:g} mas/yr or more": motion >= self.largest_motion,
            }
        kept, dropped = np.ones(len(stars), bool), Counter[str]()
        for reason, fails in reasons.items():
            if number := int((kept & fails).sum()):
                dropped[reason] = number
            kept &= ~fails
        return kept, dropped
