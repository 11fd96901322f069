"""Which column of a file is which quantity of a light curve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

import numpy as np

from ...door.words import text_of
from ...runtime.errors import AlertlabError
from .times import check_declared
from .values import WORD, band_mapping

IDENTITY = ("object_id", "time")
BANDS = {"1": "g", "2": "r", "3": "i", "g": "g", "r": "r", "i": "i"}  # ZTF's numbers and letters


@dataclass(frozen=True)
class Columns:
    """Names of columns; a name with a dot is a field of a nested column, such as ``lightcurve.mag``.

    Attributes
    ----------
    object_id, time, magnitude, error : needed; days and magnitudes unless the next ones say otherwise.
    unit : of magnitude, error and the like: ``mag``, ``mmag``, ``nJy``, ``uJy``, ``mJy``, ``Jy``, another flux unit of
        astropy, or ``counts``; None for what the file says, ``mag`` where it says nothing. See :mod:`.fluxes`.
    error_unit, limit_unit : of errors and of limits where they have another; None for ``unit``.
    zero_point : magnitude of a flux of 1, for counts.
    time_format, time_scale, time_zero : one of :data:`.times.FORMATS`, one of :data:`.times.SCALES`, and days to add.
    frame : of ``ra`` and ``dec``: any of astropy's that needs no more than the two angles.
    band : column whose values ``bands`` turns into the names of bands, in order of wavelength, or None (left out, and
        counted); None where the file has one band only, which is then ``constant_band``.
    difference, difference_error, positive, rb, ra, dec, sgscore1 : used where the file has them, see
        :class:`~.lightcurves.LightCurves`; None to leave a column alone.
    corrected, corrected_magnitude, corrected_error : where ``corrected`` is true for the first detection of an
        object, the corrected values are taken for the whole of it instead of ``magnitude`` and ``error``.
    W1, W2, W3 : AllWISE magnitudes of the object, the same in all its rows.
    limit : limiting magnitude, in the table of non-detections, which has ``object_id``, ``time`` and ``band`` too.
    """

    object_id: str = "object_id"
    time: str = "time"
    magnitude: str = "magnitude"
    error: str = "error"
    band: str | None = "band"
    bands: Mapping[str, str | None] = field(default_factory=lambda: dict(BANDS))
    constant_band: str = "g"
    difference: str | None = "difference"
    difference_error: str | None = "difference_error"
    positive: str | None = "positive"
    rb: str | None = "rb"
    ra: str | None = "ra"
    dec: str | None = "dec"
    sgscore1: str | None = "sgscore1"
    corrected: str | None = None
    corrected_magnitude: str | None = None
    corrected_error: str | None = None
    W1: str | None = "W1"
    W2: str | None = "W2"
    W3: str | None = "W3"
    limit: str = "limit"
    unit: str | None = None
    error_unit: str | None = None
    limit_unit: str | None = None
    zero_point: float | None = None
    time_format: str = "mjd"
    time_scale: str = "utc"
    time_zero: float = 0.0
    frame: str = "icrs"

    @staticmethod
    def of(names: Mapping[str, Any]) -> "Columns":
        """From a mapping of quantity to column.

        Raises
        ------
        AlertlabError
            For a quantity that there is not, a number that is none, a format or scale of times that there is not, or a
            band whose name is no word.
        """
        known = [each.name for each in fields(Columns)]
        for name in names:
            if name not in known:
                raise AlertlabError(f"columns.{name}: no such quantity.{nearest(str(name), known)}")
        given: dict[str, Any] = {name: _text(value) for name, value in names.items() if name not in NO_TEXT}
        for name in [each for each in REQUIRED if each in given and given[each] is None]:
            raise AlertlabError(f"columns.{name}: a value is needed, it is {names[name]}")
        given |= {name: _number(name, names[name]) for name in ("zero_point", "time_zero") if name in names}
        given |= {name: given[name].lower() for name in ("time_format", "time_scale", "frame") if name in given}
        columns = Columns(**given, bands=band_mapping(dict(names.get("bands") or BANDS)))
        check_declared(columns.time_format, columns.time_scale)
        for text, band in columns.bands.items():
            if not (band is None or WORD.fullmatch(band)):
                raise AlertlabError(f"columns.bands: {text} is band {band!r}; a band is a word, or null (left out)")
        if not WORD.fullmatch(columns.constant_band or ""):
            raise AlertlabError(f"columns.constant_band: {columns.constant_band!r} is not the name of a band, a word")
        return columns

    @property
    def band_names(self) -> tuple[str, ...]:
        """Names of the bands 1, 2, ..., in the order in which they are declared."""
        if self.band is None:
            return (self.constant_band,)
        return tuple(dict.fromkeys(name for name in self.bands.values() if name is not None))

    def sources(self, needed: Sequence[str]) -> dict[str, str]:
        """Quantity -> column, of those that are named: the needed ones, then the optional ones."""
        optional = () if "limit" in needed else (*DETECTED, *CHOICE, *CONTEXT)
        names = {name: getattr(self, name) for name in (*IDENTITY, *needed, "band", *optional)}
        return {name: column for name, column in names.items() if column is not None}


NO_TEXT = ("bands", "zero_point", "time_zero")
REQUIRED = ("object_id", "time", "magnitude", "error", "limit", "time_format", "time_scale", "frame")
DETECTION = ("magnitude", "error")  # what a row of the table of detections needs beside object and time
LIMIT = ("limit",)
DETECTED = ("difference", "difference_error", "positive", "rb", "ra", "dec", "sgscore1")
CHOICE = ("corrected", "corrected_magnitude", "corrected_error")
CONTEXT = ("W1", "W2", "W3")

# The table that ALeRCE's cleaning leaves; conf/columns/alerce.yaml is the same for the command line.
ALERCE = Columns(
    object_id="oid", positive="isdiffpos", difference="magpsf", difference_error="sigmapsf", limit="diffmaglim"
)


def resolve(columns: Columns, present: Sequence[str], needed: Sequence[str], origin: str) -> dict[str, str]:
    """Quantity -> column, of the columns that a file has.

    Parameters
    ----------
    present : names of the file's columns, fields of nested ones with their dot.
    needed : :data:`DETECTION` or :data:`LIMIT`.

    Raises
    ------
    AlertlabError
        When the file lacks a column that is needed, with the nearest one that it has.
    """
    found = {}
    there = {column.strip(): column for column in present}
    for name, column in columns.sources(needed).items():
        if column in present or column in there:
            found[name] = column if column in present else there[column]
        elif name in (*IDENTITY, *needed, "band"):
            usual = [each for each in (getattr(Columns(), name), getattr(ALERCE, name)) if each in present]
            near = f" Did you mean {usual[0]}?" if usual else nearest(column, present)
            hint = near or f" It has {', '.join(present[:12])}{', ...' if len(present) > 12 else ''}."
            remedy = "; columns.band=null where all is of one band" if name == "band" else ""
            raise AlertlabError(f"{origin}: no column {column}.{hint} Name it with columns.{name}=COLUMN{remedy}")
    pair = {"difference", "difference_error"} & set(found)
    if len(pair) == 1:  # one alone would be set against the other quantity of the light curve
        found.pop(pair.pop())
    if not set(CHOICE) <= set(found):
        found = {name: column for name, column in found.items() if name not in CHOICE}
    return found


def optional(found: Mapping[str, str]) -> dict[str, str]:
    """Those of the columns that :func:`resolve` found which a file need not have."""
    return {name: column for name, column in found.items() if name in (*DETECTED, *CHOICE, *CONTEXT)}


def recognise(present: Sequence[str]) -> Columns:
    """The names that a table most likely has: the quantities' own, or ALeRCE's."""
    return ALERCE if "oid" in present and "object_id" not in present else Columns()


def _text(value: Any) -> str | None:
    """The name of a column, which YAML may have made a number; a word for none is a name, too."""
    return None if value is None else text_of(value) or str(value).strip() or None


def _number(name: str, value: Any) -> float | None:
    if value is None and name == "zero_point":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise AlertlabError(f"columns.{name}: {value} is no number") from error
    if not np.isfinite(number):
        raise AlertlabError(f"columns.{name}: {value} is no finite number")
    return number


def nearest(word: str, options: Sequence[str]) -> str:
    """A hint at a similar name, in whatever case, or nothing."""
    spelled = {option.lower(): option for option in options}
    close = get_close_matches(word.lower(), spelled, n=1, cutoff=0.5)
    return f" Did you mean {spelled[close[0]]}?" if close else ""
