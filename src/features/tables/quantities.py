"""The values of a table as quantities: converted to one unit, and held against what is possible.

Everything here is counted by reason, or refused with the key that mends it: a
value that no star, clock or sky can give would become a feature without a word.
"""

from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from ...door.values import Place, numbers
from ...runtime.errors import AlertlabError
from ..brightness import MAGNITUDE, MICROJANSKY, POGSON, SIGNAL, Scale, scale_of, to_errors, to_magnitudes
from ..lightcurves import Floats
from . import times
from .bounds import KINDS, Bounds, Mask, in_words
from .columns import CONTEXT, Columns
from .values import signs

ERROR_OF = {"error": "magnitude", "difference_error": "difference", "corrected_error": "corrected_magnitude"}
FLUX_OF = {"magnitude": "flux", "difference": "difference_flux"}
NAMED_UNIT = {**dict.fromkeys(ERROR_OF, "error_unit"), "limit": "limit_unit"}  # others have columns.unit
# those without which the cleaning keeps no detection; of all others an impossible value is an unknown one
NEEDED = ("time", "magnitude", "error", "limit", "difference", "difference_error", "rb", "ra", "dec")
UNIT, ZERO_POINT = b"alertlab.unit", b"alertlab.zero_point"  # metadata of a table of measurements
NOT_POSITIVE = "flux not above 0, which has no magnitude"
JUDGED = 6  # known values below which a column is not judged: of a folder of small files one must not stop the run
DIFFERENT = 0.5  # share of unequal ones among impossible values, above which they are measured, not a word for none


def measured(
    arrays: Mapping[str, pa.Array],
    about: Mapping[str, Mapping[str, str]],
    columns: Columns,
    place: Callable[[str], Place],
    bounds: Bounds,
    judge: bool,
) -> tuple[dict[str, Floats], dict[str, Mask]]:
    """Quantities of a table: time in MJD UTC, brightness in magnitudes, positions in ICRS degrees.

    Of fluxes there are also ``flux`` and ``flux_error`` (``difference_flux``, ...) in microjansky, and magnitudes where
    a flux has one, see :mod:`..brightness`.

    Parameters
    ----------
    arrays : quantity -> (n,) column. about : quantity -> what the file says of it, such as ``unit``.
    place : from a quantity to where it stands.
    judge : whether to refuse a column most of whose values are impossible: it is something else than was declared.

    Returns
    -------
    quantity -> (n,) values, NaN where there is none; and reason -> rows of that fault.

    Raises
    ------
    AlertlabError
        For columns that are not what they were declared to be, see :mod:`.fluxes` and :mod:`.times`.
    """
    found: dict[str, Floats] = {}
    raw: dict[str, Floats | None] = {}
    scales: dict[str, Scale] = {}
    faults: dict[str, Mask] = {}
    for name, array in arrays.items():
        if name in ("positive", "corrected"):
            found[name] = signs(array, place(name))
        elif name == "time":
            told = columns.time_format, columns.time_scale, columns.time_zero
            raw[name], found[name] = times.mjd_of(array, about.get(name, {}), *told, place(name))
        else:
            raw[name] = found[name] = numbers(array, place(name))
    for name in sorted(
        (each for each in found if KINDS.get(each) == "magnitude"), key=lambda each: each != "magnitude"
    ):
        scales[name] = _scale(name, columns, about, scales, place)
    for name in [each for each in found if each in ERROR_OF]:
        of = ERROR_OF[name]
        scales[name] = _scale_of_error(name, columns, about, scales, place)
        if scales[of].flux:
            _keep_fluxes(found, name, scales)
        found[name] = to_errors(found[name], scales[name], found[of], scales[of])
    for name in (each for each in scales if each not in ERROR_OF):
        if scales[name].flux:
            if name == "limit":
                _count(faults, name, NOT_POSITIVE, found[name] <= 0, found)
            raw[name] = None  # 99 is a flux like any other
        found[name] = to_magnitudes(found[name], scales[name])
    for name in [each for each in FLUX_OF if FLUX_OF[each] in found]:
        _keep_clear(found, name)
    for name in ("ra", "dec"):
        if name in found:
            found[name] = raw[name] = _degrees(found[name], about.get(name, {}).get("unit"), place(name))
    for name in (each for each in found if each in KINDS):
        own = None if name in ERROR_OF and scales[name].flux else raw[name]
        reasons, outside = bounds.faults(name, found[name], own)
        if judge and outside.any():
            _judge(name, found[name], raw[name], outside, reasons, bounds, columns, place(name))
        if FLUX_OF.get(ERROR_OF.get(name, name)) in found:  # its flux is data all the same
            found[name] = np.where(outside, np.nan, found[name])
            continue
        for reason, rows in reasons.items():
            _count(faults, name, reason, rows, found)
    _to_icrs(found, columns.frame, place)
    return found, faults


def unit_of(
    about: Mapping[str, Mapping[str, str]], columns: Columns, place: Callable[[str], Place]
) -> dict[bytes, bytes]:
    """Unit and zero point of the light curves, as metadata of a schema."""
    scale = _scale("magnitude", columns, about, {}, place)
    return {UNIT: scale.said.encode(), ZERO_POINT: b"" if scale.zero_point is None else repr(scale.zero_point).encode()}


def bounded(table: pa.Table, bounds: Bounds) -> tuple[dict[str, Floats], dict[str, Mask]]:
    """As :func:`measured`, of columns that are quantities already, such as those of packets."""
    found = {
        name: np.asarray(table.column(name).to_numpy(), dtype=np.float64)
        for name in table.column_names
        if name in KINDS or name in ("positive", "corrected")
    }
    faults: dict[str, Mask] = {}
    for name in (each for each in found if each in KINDS):
        reasons, _ = bounds.faults(name, found[name], found[name])
        for reason, rows in reasons.items():
            _count(faults, name, reason, rows, found)
    return found, faults


def split_faults(faults: Mapping[str, Mask], n: int) -> tuple[Mask, Counter[str]]:
    """Which of n rows are dropped, and the counts of all faults; of several of a row the first counts."""
    dropped = np.zeros(n, dtype=bool)
    counts: Counter[str] = Counter()
    for reason, rows in faults.items():
        new = rows & ~dropped
        counts[reason] += int(new.sum())
        if not reason.endswith(UNKNOWN):
            dropped |= rows
    return dropped, +counts


UNKNOWN = ", taken as unknown"


def _keep_fluxes(found: dict[str, Floats], name: str, scales: Mapping[str, Scale]) -> None:
    """Fluxes and errors in microjansky, before they become magnitudes; ``name`` is that of the error."""
    of = ERROR_OF[name]
    flux = FLUX_OF.get(of)
    if flux is None:  # corrected magnitudes are magnitudes
        return
    error, value = scales[name], scales[of]
    assert value.zero_point is not None
    size = 10 ** (0.4 * (MICROJANSKY - value.zero_point))
    found[flux] = found[of] * size
    if error.zero_point is None:  # an error in magnitudes beside a flux
        found[f"{flux}_error"] = np.abs(found[flux]) * found[name] * error.size / POGSON
    else:
        found[f"{flux}_error"] = found[name] * 10 ** (0.4 * (MICROJANSKY - error.zero_point))


def _keep_clear(found: dict[str, Floats], name: str) -> None:
    """Fluxes below three standard deviations have no magnitude."""
    with np.errstate(invalid="ignore"):
        clear = found[FLUX_OF[name]] >= SIGNAL * found[f"{FLUX_OF[name]}_error"]
    for each in (name, f"{name}_error" if name != "magnitude" else "error"):
        found[each] = np.where(clear, found[each], np.nan)


def _count(faults: dict[str, Mask], name: str, reason: str, rows: Mask, found: dict[str, Floats]) -> None:
    """Note a fault; without a value that is not needed the detection is used."""
    if not rows.any():
        return
    if name not in NEEDED:
        found[name] = np.where(rows, np.nan, found[name])
        reason += UNKNOWN
    faults[reason] = faults[reason] | rows if reason in faults else rows


def _scale(
    name: str,
    columns: Columns,
    about: Mapping[str, Mapping[str, str]],
    known: Mapping[str, Scale],
    place: Callable[[str], Place],
) -> Scale:
    """What a magnitude, or what may be one, is in."""
    own = about.get(name, {}).get("unit")
    if name in CONTEXT:
        context = scale_of(None, own, None, f"columns.{name}", place(name)) or MAGNITUDE
        if context.flux:
            raise AlertlabError(f"{place(name).where} is in {own}; {name} is a magnitude")
        return context
    key = "limit_unit" if name == "limit" and columns.limit_unit is not None else "unit"
    told = scale_of(getattr(columns, key), own, columns.zero_point, f"columns.{key}", place(name))
    column, where = place(name).column, place(name).where
    if name == "magnitude" and told is not None and columns.zero_point is not None and not told.flux:
        raise AlertlabError(f"{where}: is in {told.unit}; columns.zero_point is for counts, leave it null")
    if told is None and "flux" in column.lower():  # small fluxes have the values of magnitudes
        raise AlertlabError(
            f"{where}: a flux of which unit? Declare columns.{key}=nJy, uJy, mJy, Jy, ... (mag if it is none)"
        )
    if name == "limit" and key == "unit" and own is None and told is not None and told.flux and "mag" in column.lower():
        raise AlertlabError(f"{where}: in {told.unit}, as columns.unit says? Declare columns.limit_unit (mag, or that)")
    return told or known.get("magnitude", MAGNITUDE)


def _scale_of_error(
    name: str,
    columns: Columns,
    about: Mapping[str, Mapping[str, str]],
    known: Mapping[str, Scale],
    place: Callable[[str], Place],
) -> Scale:
    """What an error is in: its own unit, or that of what it belongs to."""
    of = known[ERROR_OF[name]]
    own = about.get(name, {}).get("unit")
    zero_point = columns.zero_point if of.flux else None
    told = scale_of(columns.error_unit, own, zero_point, "columns.error_unit", place(name)) or of
    if told.flux and not of.flux:
        fault = f"errors in {told.unit} beside magnitudes in {of.unit}; columns.unit is for both"
        raise AlertlabError(f"{place(name).where}: {fault}")
    return told


def _degrees(values: Floats, unit: str | None, place: Place) -> Floats:
    if unit is None or unit.lower() in ("deg", "degree", "degrees", "d"):
        return values
    from astropy import units as u  # here: a fifth of a second of import

    text = {"h": "hourangle", "hr": "hourangle", "hour": "hourangle", "hours": "hourangle"}.get(unit.lower(), unit)
    try:
        return values * float(u.Unit(text).to(u.deg))
    except (ValueError, TypeError) as error:
        fault = f"the file's unit {unit!r} is no angle; mend it there (deg, rad, hourangle)"
        raise AlertlabError(f"{place.where}: {fault}") from error


def _to_icrs(found: dict[str, Floats], frame: str, place: Callable[[str], Place]) -> None:
    """Longitude and latitude of any frame of the sky, in place."""
    if frame == "icrs":
        if "ra" in found and (found["ra"] < 0).any():
            found["ra"] = np.where(found["ra"] < 0, found["ra"] + 360, found["ra"])
        return
    if "ra" not in found or "dec" not in found:
        if "ra" in found or "dec" in found:
            there = place("ra" if "ra" in found else "dec")
            raise AlertlabError(f"{there.origin}: columns.frame={frame} needs both columns.ra and columns.dec")
        return
    from astropy.coordinates import SkyCoord  # here: half a second of import

    known = np.isfinite(found["ra"]) & (np.abs(found["dec"]) <= 90)
    for name in ("ra", "dec"):
        found[name] = np.where(known, found[name], np.nan)
    try:
        sky = SkyCoord(found["ra"][known], found["dec"][known], frame=frame, unit="deg").icrs
        found["ra"][known], found["dec"][known] = sky.ra.deg, sky.dec.deg
    except Exception as error:  # astropy has a class of its own for each thing that a frame may lack
        such = "icrs, fk5, fk4, galactic, barycentricmeanecliptic, ..."
        raise AlertlabError(f"columns.frame: {frame} is no frame that two angles tell; such are {such}") from error


def _judge(
    name: str,
    values: Floats,
    raw: Floats | None,
    outside: Mask,
    reasons: Mapping[str, Mask],
    bounds: Bounds,
    columns: Columns,
    place: Place,
) -> None:
    """Refuse a column that is something else: most of it is impossible, or its magnitudes are negative like fluxes."""
    sentinel = np.zeros(len(values), dtype=bool)
    for reason, rows in reasons.items():
        if "sentinel" in reason:
            sentinel |= rows
    known = int((np.isfinite(values) & ~sentinel).sum())
    few = 2 * int(outside.sum()) <= known
    low, _ = getattr(bounds, KINDS[name])
    if few and KINDS[name] == "magnitude" and low is not None:
        below = values[outside & (values < low)]
        few = not (100 * below.size > known and len(np.unique(below)) > max(DIFFERENT * below.size, 1))
    if few or known < JUDGED:
        return
    own = values if raw is None else raw
    example = float(own[np.flatnonzero(outside)[0]])
    fault = (
        f"{int(outside.sum())} of {known} values are {in_words(getattr(bounds, KINDS[name]))}, such as {example:.10g}"
    )
    raise AlertlabError(f"{place.where}: {fault}; {_remedy(name, own[outside], columns)}")


def _remedy(name: str, raw: Floats, columns: Columns) -> str:
    if name == "time":
        return times.what_it_looks_like(raw, columns.time_format, columns.time_zero)
    kind = KINDS[name]
    if name in CONTEXT or kind not in ("magnitude", "error"):
        return f"name another column, columns.{name}=null, or widen bounds.{kind}"
    if name in ERROR_OF:  # of magnitudes, which were judged before
        return f"they are no magnitudes: declare columns.error_unit=mmag where they are, or widen bounds.{kind}"
    key = NAMED_UNIT.get(name, "unit")
    if getattr(columns, key) is None and columns.unit is None and columns.zero_point is None:
        also = " (counts: columns.zero_point)"
        return f"they look like fluxes: declare columns.unit=nJy, uJy, mJy, Jy{also} or mmag, or widen bounds.{kind}"
    return f"is columns.{key} right? Else widen bounds.{kind}"
