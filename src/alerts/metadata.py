"""The 23 metadata features of the stamp classifier, and the fields that would leak the label.

Names, clipping bounds and coding: Carrasco-Davis et al. (2021), section 3 and
the released code. Scaling belongs to the model; here are the plain quantities.
"""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import AlertlabError
from ..runtime.manifest import Column
from .cutout import finite_or_nan
from .plain import brighter, number
from .sky import ECLIPTIC, GALACTIC, rotate

Candidates = Sequence[Mapping[str, Any]]
ABSENT = -999.0  # ZTF's own sentinel for "no such source"

COLUMNS = (
    Column("sgscore1", "", ABSENT, -1, None, "star-galaxy score of the nearest PanSTARRS source, 1 is a star"),
    Column("distpsnr1", "arcsec", ABSENT, -1, None, "distance to the nearest PanSTARRS source"),
    Column("sgscore2", "", ABSENT, -1, None, "star-galaxy score of the second nearest PanSTARRS source"),
    Column("distpsnr2", "arcsec", ABSENT, -1, None, "distance to the second nearest PanSTARRS source"),
    Column("sgscore3", "", ABSENT, -1, None, "star-galaxy score of the third nearest PanSTARRS source"),
    Column("distpsnr3", "arcsec", ABSENT, -1, None, "distance to the third nearest PanSTARRS source"),
    Column("isdiffpos", "", None, None, None, "1 where science is fainter than template, 0 where brighter"),
    Column("fwhm", "pix", None, None, 10, "full width at half maximum of the detection, Gaussian"),
    Column("magpsf", "mag", None, None, None, "magnitude of the difference, PSF fit"),
    Column("sigmapsf", "mag", None, None, None, "error of magpsf"),
    Column("ra", "deg", None, None, None, "right ascension, J2000"),
    Column("dec", "deg", None, None, None, "declination, J2000"),
    Column("diffmaglim", "mag", None, None, None, "5-sigma limit of the difference image"),
    Column("classtar", "", None, None, None, "star-galaxy score of SExtractor on the science image"),
    Column("ndethist", "", None, None, 20, "earlier detections within 1.5 arcsec"),
    Column("ncovhist", "", None, None, 3000, "times the position was on a chip"),
    Column("ecl_lat", "deg", None, None, None, "ecliptic latitude, J2000"),
    Column("ecl_long", "deg", None, None, None, "ecliptic longitude, J2000"),
    Column("gal_lat", "deg", None, None, None, "galactic latitude"),
    Column("gal_long", "deg", None, None, None, "galactic longitude"),
    Column("non_detections", "", None, None, 2000, "ncovhist - ndethist"),
    Column("chinr", "", ABSENT, -1, 15, "DAOPhot chi of the nearest reference source"),
    Column("sharpnr", "", ABSENT, -1, 1.5, "DAOPhot sharpness of the nearest reference source"),
    # Not among the published 23; the released training script clips them too.
    Column("distnr", "pix", ABSENT, -1, None, "distance to the nearest reference source"),
    Column("magnr", "mag", ABSENT, -1, None, "magnitude of the nearest reference source"),
)
BY_NAME = {column.name: column for column in COLUMNS}

LEAKS = {
    "ssdistnr": "distance to a known Solar-system object: it is the asteroid label",
    "ssmagnr": "magnitude of a known Solar-system object: it is the asteroid label",
    "ssnamenr": "name of a known Solar-system object: it is the asteroid label",
    "rb": "machine score of being real: it is the bogus label",
    "drb": "machine score of being real: it is the bogus label",
}


def metadata_columns(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns of these names.

    Raises
    ------
    AlertlabError
        For a field that leaks the label, with the reason, an unknown name, or one that is named twice.
    """
    for name in names:
        if name in LEAKS:
            raise AlertlabError(f"datamodule.metadata: {name} leaks the label and is refused ({LEAKS[name]})")
        if name not in BY_NAME:
            near = get_close_matches(name, BY_NAME, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(BY_NAME)}"
            raise AlertlabError(f"datamodule.metadata: no feature {name!r}, {hint}")
    if len(set(names)) < len(names):
        raise AlertlabError(f"datamodule.metadata: {next(n for n in names if list(names).count(n) > 1)} is named twice")
    return tuple(BY_NAME[name] for name in names)


def metadata_features(candidates: Candidates, names: Sequence[str]) -> NDArray[np.float32]:
    """Metadata of alerts, before clipping and scaling.

    Parameters
    ----------
    candidates : n records of ZTF candidate fields.
    names : which columns, in which order.

    Returns
    -------
    (n, len(names)) float32, NaN where a packet does not say, or says what is no
    finite float32: see :func:`alertlab.alerts.plain.number`.
    """
    fields = _Fields(candidates)
    columns = [DERIVED[name](fields) if name in DERIVED else fields.number(name) for name in names]
    wide = np.stack(columns, axis=1) if columns else np.zeros((len(candidates), 0))
    return finite_or_nan(wide)


class _Fields:
    """Candidate fields as columns; the sky coordinates are turned once for all four."""

    def __init__(self, candidates: Candidates) -> None:
        self.candidates = candidates

    def number(self, name: str) -> NDArray[np.float64]:
        values = np.array([number(candidate.get(name)) for candidate in self.candidates], dtype=np.float64)
        coded = name in BY_NAME and BY_NAME[name].missing == ABSENT  # of others it is somebody's null, no quantity
        return values if coded else np.where(values == ABSENT, np.nan, values)

    @cached_property
    def sky(self) -> dict[str, NDArray[np.float64]]:
        ra, dec = self.number("ra"), self.number("dec")
        known = (np.abs(ra) <= 360) & (np.abs(dec) <= 90)  # NaN is neither
        place = np.where(known, ra, 0), np.where(known, dec, 0)
        angles = dict(zip(("ecl_long", "ecl_lat"), rotate(*place, ECLIPTIC), strict=True))
        angles |= zip(("gal_long", "gal_lat"), rotate(*place, GALACTIC), strict=True)
        return {name: np.where(known, angle, np.nan) for name, angle in angles.items()}


def _fainter(fields: _Fields) -> NDArray[np.float64]:
    """The published coding, inverted as it looks: 'f' is 1, 't' is 0."""
    signs = np.array([brighter(candidate.get("isdiffpos")) for candidate in fields.candidates], dtype=np.float64)
    return (1 - signs) / 2


DERIVED: Mapping[str, Callable[[_Fields], NDArray[np.float64]]] = {
    "isdiffpos": _fainter,
    "non_detections": lambda fields: fields.number("ncovhist") - fields.number("ndethist"),
    "ecl_lat": lambda fields: fields.sky["ecl_lat"],
    "ecl_long": lambda fields: fields.sky["ecl_long"],
    "gal_lat": lambda fields: fields.sky["gal_lat"],
    "gal_long": lambda fields: fields.sky["gal_long"],
}
NUMBERS = tuple(name for name in BY_NAME if name not in DERIVED)  # the fields that are read as they are


def unknown_throughout(names: Sequence[str], metadata: NDArray[np.float32]) -> str | None:
    """A line about the columns that no alert has, None where there is none.

    Parameters
    ----------
    metadata : (n, len(names)), n > 0; for a stream, the maxima of its batches (``np.fmax.reduce``) will do.
    """
    absent = [name for name, values in zip(names, metadata.T, strict=True) if not np.isfinite(values).any()]
    if not absent:
        return None
    return f"metadata: {', '.join(absent)} {'is' if len(absent) == 1 else 'are'} unknown for every alert"
