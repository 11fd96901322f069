"""Times of a table as MJD in UTC: format, scale and zero as they were declared, never guessed.

The time at the Sun or at the barycentre (``hjd``, ``bjd``) stays what it is: its
zero is moved, light travel of up to 8 minutes is not taken back, since the
position of the telescope is not known.
"""

import re
import warnings
from collections.abc import Mapping
from difflib import get_close_matches

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...door.values import Place, is_text, labels, numbers, plain
from ...runtime.errors import AlertlabError
from ..lightcurves import Floats

MJD = 2400000.5  # Julian date of its zero
ZEROS = {"mjd": 0.0, "jd": MJD, "hjd": MJD, "bjd": MJD}
ISO = "iso"
OF_ASTROPY = ("unix", "decimalyear", "jyear", "gps", "cxcsec")
FORMATS = (*ZEROS, ISO, *OF_ASTROPY)
SCALES = ("utc", "tai", "tt", "tdb", "tcg", "tcb")
DAYS = {**dict.fromkeys(("d", "day", "days"), 1.0), **dict.fromkeys(("h", "hr", "hour", "hours"), 1 / 24)}
DAYS |= {**dict.fromkeys(("min", "minute", "minutes"), 1 / 1440), **dict.fromkeys(("yr", "a", "year", "years"), 365.25)}
DAYS |= dict.fromkeys(("s", "sec", "second", "seconds"), 1 / 86400)
EPOCH = 40587.0  # MJD of 1970-01-01
A_DAY = 86_400_000_000_000  # nanoseconds
LONGEST = 1e6  # days from MJD 0 that scales are known for, 2,700 years
COARSEST = 1 / 1440  # days: what times must be told apart by
DATE = re.compile(r"\d{4}-\d\d-\d\d")
OWN_ZERO = re.compile(r"(B|H|M|BM|HM)?JD\s*(?:-\s*(\d+(?:\.\d*)?))?\s*(?:,?\s*d(?:ays?)?)?", re.IGNORECASE)


def mjd_of(
    values: pa.Array, about: Mapping[str, str], form: str, scale: str, zero: float, place: Place
) -> tuple[Floats, Floats]:
    """The numbers of a column, and the times that they are.

    Parameters
    ----------
    about : what the file says of the column: ``unit``, or ``format`` and ``scale`` of a column that it knows as times.
    form, scale, zero : of :data:`FORMATS` and :data:`SCALES`, and days to add before the format is applied.

    Returns
    -------
    (n,) as they are in the file, and (n,) days, MJD UTC; NaN where there is none.

    Raises
    ------
    AlertlabError
        For dates where numbers were declared and the other way round, a unit that is no time, and times in single
        precision that do not tell minutes apart.
    """
    array = plain(values)
    if "format" in about:
        raw = numbers(array, place)
        return raw, _utc(raw, about["format"], about["scale"] if about["scale"] in SCALES else "utc", place)
    dated = is_text(array.type) or pa.types.is_temporal(array.type)
    if form == ISO:
        if not dated and not pa.types.is_null(array.type):
            raise place.error(0, f"is {array.type}, no date; columns.time_format=mjd (or jd) is for numbers")
        days, zoned = _dates(array, place)
        return days, _utc(days + zero if zero else days, "mjd", "utc" if zoned else scale, place)
    if dated and array.null_count < len(array):
        number = int(np.argmax(np.asarray(array.is_valid())))
        shown = str(array[number].as_py())[:40]
        if DATE.search(shown):
            raise place.error(number, f"{shown!r} is {array.type}, not a number; dates need columns.time_format=iso")
    raw = numbers(array, place)
    if form in OF_ASTROPY:
        return raw, _utc(raw + zero if zero else raw, form, scale, place)
    size = _days(about.get("unit"), form, zero, place)
    _check_precision(array.type, raw, size, place)
    shift = zero - ZEROS[form]
    days = raw if size == 1 else raw * size
    return raw, _utc(days + shift if shift else days, "mjd", scale, place)


def what_it_looks_like(raw: Floats, form: str, zero: float) -> str:
    """A remedy for times that are impossible as they were declared."""
    if zero:
        return f"is columns.time_zero={zero:.10g} right, and columns.time_format={form}? Else widen bounds.time"
    middle = float(np.median(raw[np.isfinite(raw)]))
    if form not in ("jd", "hjd", "bjd") and 2.3e6 < middle < 2.6e6:
        return "they look like Julian dates: declare columns.time_format=jd (hjd, bjd)"
    if form in ("jd", "hjd", "bjd") and 10_000 < middle < 100_000:
        return "they look like modified Julian dates: declare columns.time_format=mjd"
    if form in ("jd", "hjd", "bjd") and 0 < middle <= 10_000:
        return "they look like JD less a round number: declare it, such as columns.time_zero=2450000"
    if 1.8e7 < middle < 2.2e7:
        return "they look like dates of eight digits: write them as 2018-07-01 and declare columns.time_format=iso"
    if 1e8 < middle < 5e9:
        return "they look like seconds since 1970: declare columns.time_format=unix"
    if abs(middle) > 1e11:
        return "they look like milliseconds or finer: write days, or seconds and columns.time_format=unix"
    return "declare columns.time_format and columns.time_zero, or widen bounds.time"


def _days(unit: str | None, form: str, zero: float, place: Place) -> float:
    """Days in a unit of a file; without one they are days."""
    if unit is None:
        return 1.0
    text = unit.strip()
    if text.lower() in DAYS:
        return DAYS[text.lower()]
    if found := OWN_ZERO.fullmatch(text):  # of Kepler and TESS: "BJD - 2457000, days"
        kind = (found[1] or "").upper()
        named = "mjd" if kind.endswith("M") else f"{kind.lower()}jd"
        own = float(found[2] or 0)
        if (named == "mjd") != (form == "mjd") or own != zero:
            wanted = f"columns.time_format={named} columns.time_zero={own:.10g}"
            raise AlertlabError(f"{place.where}: the file says {text!r}; declare {wanted}")
        return 1.0
    from astropy import units as u  # here: a fifth of a second of import

    try:
        return float(u.Unit(text).to(u.d))
    except (ValueError, TypeError) as error:
        fault = f"the file's unit {text!r} is no time; mend it there (d, h, min, s, yr)"
        raise AlertlabError(f"{place.where}: {fault}") from error


def _check_precision(kind: pa.DataType, raw: Floats, size: float, place: Place) -> None:
    """Refuse times that went through single precision and lost their minutes, also where they are double again."""
    if not pa.types.is_floating(kind) or (pa.types.is_float64(kind) and not (_single(raw[:64]) and _single(raw))):
        return
    largest = float(np.max(np.abs(raw), initial=0.0, where=np.isfinite(raw)))
    narrow = np.float16 if pa.types.is_float16(kind) else np.float32
    if largest > np.finfo(narrow).max:
        return
    finest = float(np.spacing(narrow(largest)))
    if finest * size <= COARSEST:
        return
    if pa.types.is_float64(kind):
        near = raw[np.isfinite(raw) & (np.abs(raw) >= largest / 2)]  # within a factor 2 all have this spacing or half
        if not np.any(np.mod(near / finest, 2) == 1):  # whole days and halves need no finest digits
            return
    hours = finest * size * 24
    told = f"{hours:.2g} h" if hours >= 1 else f"{hours * 60:.2g} min"
    fault = f"in single precision, which tells {largest:.0f} only to {told}"
    remedy = "write times as double (float64), or less a round number and declare columns.time_zero"
    raise AlertlabError(f"{place.where}: {fault}; {remedy}")


def _single(raw: Floats) -> bool:
    known = raw[np.isfinite(raw)]
    return bool(np.all(known.astype(np.float32) == known))


def _dates(array: pa.Array, place: Place) -> tuple[Floats, bool]:
    """Days, MJD on the clock of the text, of ISO 8601; and whether they have a zone, which makes them UTC."""
    if is_text(array.type):
        array = _parsed(labels(array, place), place)
    elif pa.types.is_date(array.type):
        array = pc.cast(array, pa.timestamp("ms"))
    elif pa.types.is_null(array.type):
        array = pc.cast(array, pa.timestamp("ns"))
    elif not pa.types.is_timestamp(array.type):
        raise place.error(0, f"is {array.type}, no date")
    per_day = A_DAY // {"s": 10**9, "ms": 10**6, "us": 1000, "ns": 1}[array.type.unit]
    whole = pc.fill_null(pc.cast(array, pa.int64()), 0).to_numpy(zero_copy_only=False)
    days, rest = np.divmod(whole, per_day)
    known = np.asarray(array.is_valid().to_numpy(zero_copy_only=False))
    return np.where(known, EPOCH + days + rest / per_day, np.nan), array.type.tz is not None


def _parsed(text: pa.Array, place: Place) -> pa.Array:
    for kind in (pa.timestamp("ns"), pa.timestamp("ns", "UTC")):
        try:
            return pc.cast(text, kind)
        except pa.ArrowInvalid:
            continue
    for number, each in enumerate(text):
        try:
            pc.cast(each, pa.timestamp("ns"))
        except pa.ArrowInvalid as error:
            shown = str(each.as_py())[:40]
            fault = f"{shown!r} is no date like 2018-07-01T12:30:00, or one with a zone among others without"
            raise place.error(number, fault) from error
    raise place.error(0, "some dates have a zone and some have none")


def _utc(days: Floats, form: str, scale: str, place: Place) -> Floats:
    """MJD UTC; by astropy unless it is that already."""
    if form == "mjd" and scale == "utc":
        return days
    known = np.isfinite(days)
    result = np.full(len(days), np.nan)
    if form == "mjd":  # absurd ones stop astropy; what they are, the bounds tell
        absurd = known & (np.abs(days) > LONGEST)
        result[absurd], known = days[absurd], known & ~absurd
    if not known.any():
        return result
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # before 1960 and after the last table UTC is what ERFA takes it for
        from astropy.utils import iers

        # these scales need leap seconds only, which ERFA has; a young enough list is not worth a wait for a server
        with iers.conf.set_temp("auto_download", False):
            from astropy.time import Time

            try:
                result[known] = Time(days[known], format=form, scale=_named(form, scale)).utc.mjd
            except (ValueError, TypeError) as error:
                raise AlertlabError(f"{place.where}: no times of {form} ({error})") from error
    return result


def _named(form: str, scale: str) -> str | None:
    """Formats that count seconds have a scale of their own."""
    return None if form in ("unix", "gps", "cxcsec") else scale


def check_declared(form: str, scale: str) -> None:
    """Refuse a format or scale that there is not.

    Raises
    ------
    AlertlabError
        With the nearest one.
    """
    for key, value, options in (("time_format", form, FORMATS), ("time_scale", scale, SCALES)):
        if value not in options:
            near = get_close_matches(value, options, n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise AlertlabError(f"columns.{key}: {value} is none of {', '.join(options)}.{hint}")
