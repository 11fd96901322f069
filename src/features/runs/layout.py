"""Segments of a batch of light curves: whole objects, and their bands."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ..lightcurves import Floats, Integers, LightCurves
from ..maths.periodogram import NOTHING, Found, fold, search
from .segments import Input, Ragged, Segments


class Layout(NamedTuple):
    """A batch as segments.

    Attributes
    ----------
    whole : a segment for each object, its detections in order of band and time.
    bands : a segment for each band of each object, in order of object and band.
    owner : (bands,) number of the object.
    band : (bands,) number of the band.
    """

    whole: Segments
    bands: Segments
    owner: Integers
    band: Integers


def layout(curves: LightCurves, wanted: Collection[int]) -> Layout:
    """Inputs of the kernels for each object, and for those of its bands that are wanted.

    Times are days since its first detection in any band, ``zero``, so that no feature depends on where a survey counts
    from and none loses digits; limits before it are at negative ones.
    """
    zero, some = np.full(len(curves), np.nan), np.diff(curves.offsets) > 0
    if some.any():
        zero[some] = np.minimum.reduceat(curves.detections["time"], curves.offsets[:-1][some])
    points: dict[str, Any] = dict(curves.detections)
    points["time"] = points["time"] - np.repeat(zero, np.diff(curves.offsets))
    points["band"] = curves.band
    whole = Segments(curves.offsets, points, {**curves.context, "zero": zero}, {"found": searched})

    number = np.repeat(np.arange(len(curves)), np.diff(curves.offsets))
    begins = np.flatnonzero(np.diff(number, prepend=-1) | np.diff(curves.band, prepend=-1))
    lengths = np.diff(begins, append=len(number))
    kept = np.isin(curves.band[begins], list(wanted))
    rows = slice(None) if kept.all() else np.repeat(kept, lengths)
    points = {name: values[rows] for name, values in points.items() if name != "band"}
    owner, band = number[begins[kept]], curves.band[begins[kept]]
    more: dict[str, Input] = {"zero": zero[owner]}
    if curves.limits is not None:
        more |= limits(curves, zero, owner, band)
    derived: dict[str, Callable[[Segments], Input]] = {
        "ordered": ordered,
        "period": partial(period, whole, owner),
        "band_period": partial(band_period, whole, owner, band),
        "folded": folded,
    }
    return Layout(whole, Segments(_offsets(lengths[kept]), points, more, derived), owner, band)


def limits(curves: LightCurves, zero: Floats, owner: Integers, band: Integers) -> dict[str, Ragged]:
    """Non-detections of bands of objects, by the names of the inputs; those of other bands are left out."""
    assert curves.limits is not None
    number = np.repeat(np.arange(len(curves)), np.diff(curves.limits.offsets))
    most = 1 + max(band.max(initial=0), curves.limits.band.max(initial=0))
    codes, code = owner * most + band, number * most + curves.limits.band
    place = np.searchsorted(codes, code)
    there = np.flatnonzero(codes[np.minimum(place, len(codes) - 1)] == code) if len(codes) else np.empty(0, int)
    offsets = _offsets(np.bincount(place[there], minlength=len(codes)))
    time = curves.limits.time - zero[number]
    return {"limit_time": Ragged(offsets, time[there]), "limit": Ragged(offsets, curves.limits.magnitude[there])}


def searched(whole: Segments) -> list[Found]:
    """The period search of each object."""
    arrays = [whole[name] for name in ("time", "magnitude", "error", "band")]
    pieces = ([each[segment] for each in arrays] for segment in range(len(whole)))
    return [search(*piece) if piece[0].size else NOTHING for piece in pieces]


def period(whole: Any, owner: Integers, _: Segments) -> Floats:
    """The period of the object to which each band belongs."""
    return np.array([found.period for found in whole["found"]], dtype=np.float64)[owner]


def band_period(whole: Any, owner: Integers, band: Integers, _: Segments) -> Floats:
    """The period of each band by itself."""
    pairs = zip(owner.tolist(), band.tolist(), strict=True)
    return np.array([whole["found"][each].band_period.get(name, np.nan) for each, name in pairs], dtype=np.float64)


def ordered(bands: Segments) -> Ragged:
    """Magnitudes of each band, ascending."""
    segment = np.repeat(np.arange(len(bands)), bands.counts)
    magnitude = bands.points["magnitude"]
    return Ragged(bands.offsets, magnitude[np.lexsort((magnitude, segment))])


def folded(bands: Segments) -> Ragged:
    """Magnitudes of each band in order of the phase of twice the period."""
    time, magnitude, days = (bands[name] for name in ("time", "magnitude", "period"))
    pieces = [fold(time[segment], magnitude[segment], float(days[segment])) for segment in range(len(bands))]
    return Ragged(bands.offsets, np.concatenate(pieces) if pieces else np.empty(0))


def _offsets(lengths: Integers) -> Integers:
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
