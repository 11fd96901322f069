"""Simulated stars as a table with Gaia's public columns."""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ...door.table import OpenTable, table_in_memory
from ...files import replacing
from ...runtime.errors import AlertlabError
from ..check import check_run
from ..written import Progress, refuse_occupied, silent
from .galaxies import ACCRETED, IN_SITU, galaxy
from .labels import draw_labels
from .stars import MOTION_ERROR, PARALLAX_ERROR, draw_stars, names_of

STREAM = 47  # of random numbers
UNITS = {"ra": "deg", "dec": "deg", "parallax": "mas", "parallax_error": "mas"} | dict.fromkeys(
    ("pmra", "pmra_error", "pmdec", "pmdec_error"), "mas / yr"
)
FILE = "stars.parquet"


class SimulatedHalo:
    """Stars within 2.5 kpc of the Sun, some of which fell in from another galaxy.

    Measured columns are those of Gaia; ``label`` and ``fe_h`` those of a spectroscopic survey, null for stars that it
    has not seen; ``true_*`` are the truth, to judge by.

    Parameters
    ----------
    n : number of stars whose parallax is ten times its error.
    seed : not negative; also of the names, so that galaxies of different seeds share none.
    gap : which galaxy: 0 the target, a radial merger at a circular velocity of 235 km/s; 1 the source, a prograde
        isotropic one at 190 km/s with three times as many accreted stars; all between and beyond in proportion.
    labels : number of stars with a label; None for all.
    label_noise : chance of a label to be the rule's (|z| > 1.5 kpc and [Fe/H] < -1.5) and not the truth, 0 to 1.

    Raises
    ------
    AlertlabError
        At the call, for an argument out of range.
    """

    def __init__(
        self, n: int, seed: int, gap: float = 0.0, labels: int | None = None, label_noise: float = 0.0
    ) -> None:
        check_run(n, seed, 0)
        if not 0 <= gap <= 1.5:
            raise AlertlabError(f"simulate.gap: {gap}, it must lie between 0, the target galaxy, and 1.5")
        if labels is not None and labels < 1:
            raise AlertlabError(f"simulate.labels: {labels} stars with a label, at least 1 is needed")
        if not 0 <= label_noise <= 1:
            raise AlertlabError(f"simulate.label_noise: {label_noise} is no chance from 0 to 1")
        self.n, self.seed, self.gap, self.labels, self.label_noise = n, seed, gap, labels, label_noise

    @property
    def description(self) -> str:
        """That they are simulated, and how."""
        few = "all" if self.labels is None else self.labels
        return (
            f"{self.n} simulated stars, gap {self.gap:g}, {few} labels, label noise {self.label_noise:g}, "
            f"seed {self.seed}"
        )

    def catalogue(self) -> OpenTable:
        """The stars as a file would give them."""
        return table_in_memory(self.table, self.description)

    @cached_property
    def table(self) -> pa.Table:
        """One row a star; ``unit`` in the metadata of fields, as astropy writes it."""
        rng = np.random.default_rng([self.seed, STREAM])
        model = galaxy(self.gap)
        stars = draw_stars(rng, model, self.n)
        population = names_of(stars, model.populations)
        accreted = population == ACCRETED
        labelled, called = draw_labels(
            rng, stars, accreted, self.n if self.labels is None else self.labels, self.label_noise
        )
        ra, dec, pmra, pmdec = equatorial(stars.longitude, stars.latitude, stars.pm_l, stars.pm_b)
        columns = {
            "source_id": (self.seed + 1) * 10**12 + np.arange(self.n),
            "ra": ra,
            "dec": dec,
            "parallax": stars.parallax,
            "parallax_error": np.full(self.n, PARALLAX_ERROR),
            "pmra": pmra,
            "pmra_error": np.full(self.n, MOTION_ERROR),
            "pmdec": pmdec,
            "pmdec_error": np.full(self.n, MOTION_ERROR),
            "label": pa.array(np.where(called, ACCRETED, IN_SITU), mask=~labelled),
            "fe_h": pa.array(stars.measured_metallicity, mask=~labelled),
            "true_class": np.where(accreted, ACCRETED, IN_SITU),
            "true_population": population,
            "true_fe_h": stars.metallicity,
            **{f"true_{name}": each for name, each in zip(("v_r", "v_phi", "v_z"), stars.velocity.T, strict=True)},
        }
        arrays = {name: pa.array(values) for name, values in columns.items()}
        fields = [
            pa.field(name, each.type, metadata={"unit": UNITS[name]} if name in UNITS else None)
            for name, each in arrays.items()
        ]
        return pa.Table.from_arrays(list(arrays.values()), schema=pa.schema(fields))


def equatorial(longitude: Any, latitude: Any, pm_l: Any, pm_b: Any) -> tuple[Any, Any, Any, Any]:
    """Right ascension and declination [deg], and proper motions with the factor cos dec, from galactic ones."""
    from astropy import units as u
    from astropy.coordinates import SkyCoord

    motion = {"pm_l_cosb": pm_l * u.mas / u.yr, "pm_b": pm_b * u.mas / u.yr}
    found = SkyCoord(longitude * u.deg, latitude * u.deg, frame="galactic", **motion).icrs
    motions = (each.to_value(u.mas / u.yr) for each in (found.pm_ra_cosdec, found.pm_dec))
    return found.ra.deg, found.dec.deg, *motions


def write_halo(
    directory: Path,
    n: int,
    seed: int,
    gap: float = 0.0,
    labels: int | None = None,
    label_noise: float = 0.0,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write ``directory/stars.parquet``; the summary counts the true classes.

    Parameters
    ----------
    n, seed, gap, labels, label_noise : see :class:`SimulatedHalo`. progress : called with (n, n): all drawn at once.

    Raises
    ------
    AlertlabError
        For a folder that is not empty, or an argument out of range.
    """
    refuse_occupied(directory)
    stars = SimulatedHalo(n, seed, gap, labels, label_noise)
    progress(n, len(stars.table))
    with replacing(directory, folder=True) as partial:
        partial.mkdir(parents=True, exist_ok=True)
        pq.write_table(stars.table, partial / FILE)
    names, counts = np.unique(np.array(stars.table["true_class"]), return_counts=True)
    return {
        "directory": str(directory),
        "classes": dict(zip(names.tolist(), counts.tolist(), strict=True)),
        "labelled": stars.n - stars.table["label"].null_count,
        "seed": stars.seed,
        "gap": stars.gap,
        "label_noise": stars.label_noise,
    }
