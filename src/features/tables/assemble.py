"""From flat tables of measurements to clean light curves, and the list of what was left out."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..lightcurves import OPTIONAL, Floats, Integers, LightCurves, light_curves
from ..repeats import repeats
from .clean import ANY, Asked, Mask, Rules, chosen, clean
from .columns import CONTEXT
from .values import NOTHING

SEEN = "seen"  # column of packets: which image a row is from, since packets of an object repeat their history
ONLY_LIMITS = "no detections, only limits"
LimitArrays = tuple[NDArray[np.str_], Floats, Integers, Floats]
LIMIT_FAULT = "limit without band, time or magnitude"
LIMIT_AGAIN = "another limit at the same time"
FAR = 10_000  # days, 27 years; less than any zero that times are counted from
TOO_LATE = "later than max_days after the first detection"


@dataclass(frozen=True)
class Join:
    """How the objects of limits and detections meet; of parts of a table the sum is that of the whole.

    Attributes
    ----------
    met : objects that are in both.
    limited, detected : one that has limits alone, and one of the detections; None without any.
    apart : days between the limit and the clean detections of one object that lie nearest to each other.
    """

    met: int = 0
    limited: str | None = None
    detected: str | None = None
    apart: float = np.inf

    def __add__(self, other: "Join") -> "Join":
        apart = min(self.apart, other.apart)
        return Join(self.met + other.met, self.limited or other.limited, self.detected or other.detected, apart)

    @property
    def fault(self) -> str | None:
        """What to say where both have objects and none is in both, or where their times cannot be of one survey."""
        if FAR < self.apart < np.inf:
            return (
                f"every limit lies {self.apart:.0f} days or more from the detections of its object: count the times "
                "of both tables from one zero, in one format"
            )
        if self.met or self.limited is None or self.detected is None:
            return None
        return (
            f"no limit is of any object that has detections: limits are of {self.limited}, detections of "
            f"{self.detected}; spell the names alike in both tables"
        )


@dataclass(frozen=True)
class Assembled:
    """Clean light curves.

    Attributes
    ----------
    read : detections before the cleaning.
    reasons : detections and limits that were dropped, by reason.
    left_out : object -> reason, in the order of names.
    join : of the objects that have limits with those that have detections.
    """

    curves: LightCurves
    read: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, str] = field(default_factory=dict)
    join: Join = field(default_factory=Join)


def assemble(detections: pa.Table, limits: pa.Table | None, rules: Rules, asked: Asked = ANY) -> Assembled:
    """Light curves of objects that have enough clean detections.

    Parameters
    ----------
    detections, limits : as :func:`~.tables.flat` gives them, rows in any order; None where there are no limits at all.
        A row whose band is :data:`~.values.NOTHING` names an object that may have no other.
    asked : bands, and whether fluxes are taken as they are.
    """
    detections = _once(detections)
    names, code = _coded(detections.column("object_id"))
    rows, band = _floats(detections), detections.column("band").to_numpy()
    measured: Mask = band != NOTHING
    if not measured.all():
        rows, band, code = {name: each[measured] for name, each in rows.items()}, band[measured], code[measured]
    rows = chosen(rows, code)
    kept, reasons = clean(rows, band, code, rules, asked)
    span = _spans(rows["time"], code, kept, len(names))
    end = np.full(len(names), np.inf) if rules.max_days is None else span[0] + rules.max_days
    late = kept & (rows["time"] > end[code])
    kept, reasons = kept & ~late, reasons + Counter({TOO_LATE: int(late.sum())})
    counts = np.bincount(code[kept], minlength=len(names))
    enough = counts >= max(rules.min_detections, 1)
    too_few = f"fewer than {rules.min_detections} clean detections"
    left_out = {str(name): too_few for name in names[~enough]}
    use = kept & enough[code]
    arrays = {name: values[use] for name, values in rows.items()}
    fluxes = asked.fluxes and "flux" in arrays
    optional = (*OPTIONAL, "difference_flux", "difference_flux_error") if fluxes else OPTIONAL
    given, join = None, Join()
    if limits is not None:
        given, faults, others, join = _limits(_once(limits), names, span, end, asked)
        reasons += faults
        left_out |= {name: ONLY_LIMITS if limited else too_few for name, limited in others.items()}
    curves = light_curves(
        names[code[use]] if len(names) else np.array([], dtype=np.str_),
        arrays["time"],
        arrays["magnitude"],
        arrays["error"],
        band[use],
        optional={name: arrays[name] for name in optional if name in arrays},
        limits=given,
        context={name: _first(arrays[name], arrays["time"], names[code[use]]) for name in CONTEXT if name in arrays},
        bands=asked.bands,
        flux=(arrays["flux"], arrays["flux_error"]) if fluxes else None,
    )
    return Assembled(curves, len(code), +reasons, dict(sorted(left_out.items())), join)


def _floats(table: pa.Table) -> dict[str, Floats]:
    """Columns of numbers; NaN where a file of several had no such column."""
    return {
        name: np.asarray(pc.fill_null(column, np.nan).to_numpy(), dtype=np.float64)
        for name, column in zip(table.column_names, table.columns, strict=True)
        if name not in ("object_id", "band", SEEN)
    }


def _coded(ids: pa.ChunkedArray) -> tuple[NDArray[np.str_], Integers]:
    """Names in order, and the place of each row's name among them."""
    encoded = pc.dictionary_encode(ids.combine_chunks())
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    found = np.array(encoded.dictionary.to_pylist(), dtype=np.str_)
    order = np.argsort(found)
    place = np.empty(len(found), dtype=np.int64)
    place[order] = np.arange(len(found))
    return found[order], place[encoded.indices.to_numpy(zero_copy_only=False)]


def _once(table: pa.Table) -> pa.Table:
    """Rows of packets once each: by object and image, of equal ones the first in the order of their values."""
    if SEEN not in table.column_names or not table.num_rows:
        return table
    keys = ["object_id", SEEN, *(name for name in table.column_names if name not in ("object_id", SEEN))]
    table = table.take(pc.sort_indices(table, sort_keys=[(name, "ascending") for name in keys]))
    same = np.ones(table.num_rows - 1, dtype=bool)
    for name in ("object_id", SEEN):
        values = table.column(name)
        same &= pc.equal(values.slice(1), values.slice(0, len(values) - 1)).to_numpy()
    return table.filter(pa.array(np.concatenate([[True], ~same])))


def _spans(time: Floats, code: Integers, kept: Mask, objects: int) -> tuple[Floats, Floats]:
    """First and last time of each object's clean detections, (objects,) each; infinite where it has none."""
    first, last = np.full(objects, np.inf), np.full(objects, -np.inf)
    np.minimum.at(first, code[kept], time[kept])
    np.maximum.at(last, code[kept], time[kept])
    return first, last


def _limits(
    table: pa.Table, known: NDArray[np.str_], span: tuple[Floats, Floats], end: Floats, asked: Asked
) -> tuple[LimitArrays, Counter[str], dict[str, bool], Join]:
    """Limits as :func:`light_curves` takes them; those not used by reason; of other objects, whether they have any.

    Of limits of one exposure the deepest stays: the object was in none of its images. One at the time of a detection is
    kept, as in the published features.
    """
    names, code = _coded(table.column("object_id"))
    time, limit = (np.asarray(table.column(name).to_numpy(), dtype=np.float64) for name in ("time", "limit"))
    band = table.column("band").to_numpy()
    measured: Mask = band != NOTHING
    good: Mask = np.isfinite(time) & np.isfinite(limit) & np.isin(band, asked.numbers)
    until = np.full(len(names), np.inf)  # of objects without detections nothing is used anyway
    _, here, there = np.intersect1d(names, known, assume_unique=True, return_indices=True)
    until[here] = end[there]
    first, last = np.full((2, len(names)), np.nan)
    first[here], last[here] = span[0][there], span[1][there]
    gaps = np.fmax(first[code] - time, time - last[code])[good]
    late = good & (time > until[code])
    places = np.flatnonzero(good & ~late)
    again = repeats(time[places], band[places], code[places], [-limit[places]])
    use = np.delete(places, again)
    ids = names[code[use]] if len(names) else np.array([], dtype=np.str_)
    limited = np.bincount(code[measured], minlength=len(names)) > 0
    others = dict(zip(names.tolist(), limited.tolist(), strict=True))
    for name in names[here].tolist():
        del others[name]
    faults = Counter({LIMIT_FAULT: int((measured & ~good).sum()), TOO_LATE: int(late.sum()), LIMIT_AGAIN: len(again)})
    apart = float(np.min(np.maximum(gaps, 0), initial=np.inf, where=np.isfinite(gaps)))
    limited_alone = next((name for name in others if others[name]), None)
    join = Join(len(here), limited_alone, next(iter(known.tolist()), None), apart)
    return (ids, time[use], band[use], limit[use]), faults, others, join


def _first(values: Floats, time: Floats, names: NDArray[np.str_]) -> dict[str, float]:
    """The earliest finite value of each object."""
    known = np.flatnonzero(np.isfinite(values))
    known = known[np.lexsort((values[known], time[known]))]
    objects, first = np.unique(names[known], return_index=True)
    return dict(zip(objects.tolist(), values[known][first].tolist(), strict=True))
