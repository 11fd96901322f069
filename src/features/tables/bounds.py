"""What is possible of a magnitude, a time, a position, a score; what is not is counted by its own reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import AlertlabError
from ..lightcurves import Floats
from .columns import CONTEXT

Mask = NDArray[np.bool_]
Range = tuple[float | None, float | None]

# quantity -> what it is; the keys of conf/bounds
KINDS = {
    **dict.fromkeys(("magnitude", "difference", "corrected_magnitude", "limit", *CONTEXT), "magnitude"),
    **dict.fromkeys(("error", "difference_error", "corrected_error"), "error"),
    **{name: name for name in ("time", "rb", "ra", "dec", "sgscore1")},
}
SAME = 1e-6  # relative: 99.99 in single precision is 99.98999786

SENTINELS = {
    "magnitude": (-9999.0, -999.0, -99.0, 50.0, 88.0, 98.0, 99.0, 99.9, 99.99, 99.999, 100.0, 999.0, 9999.0),
    "error": (-9999.0, -999.0, -99.0, 99.0, 99.9, 99.99, 99.999, 100.0, 999.0, 9999.0),
    "time": (-9999.0, -999.0),
    "rb": (-9999.0, -999.0, -99.0, 99.0, 999.0),
    "ra": (-9999.0, -999.0, -99.0, 999.0, 9999.0),
    "dec": (-9999.0, -999.0, -99.0, 99.0, 999.0, 9999.0),
    "sgscore1": (-9999.0, -99.0, 99.0, 999.0),
}


@dataclass(frozen=True)
class Bounds:
    """What is possible; the defaults are those of ``conf/bounds/default.yaml``, which has the reasons.

    Attributes
    ----------
    magnitude, error, time, rb, ra, dec, sgscore1 : lowest and highest value, None for no end.
    sentinels : kind -> numbers that programs write for no value.
    """

    magnitude: Range = (-5.0, 40.0)
    error: Range = (None, 10.0)
    time: Range = (-100_000.0, 100_000.0)
    rb: Range = (0.0, 1.0)
    ra: Range = (-180.0, 360.0)
    dec: Range = (-90.0, 90.0)
    sgscore1: Range = (-999.0, 1.0)
    sentinels: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: dict(SENTINELS))

    @staticmethod
    def of(config: Mapping[str, Any]) -> "Bounds":
        """From a config.

        Raises
        ------
        AlertlabError
            For a key that there is not, or a range that is none.
        """
        kinds = sorted(set(KINDS.values()))
        given: dict[str, Any] = {}
        for name, value in config.items():
            if name not in (*kinds, "sentinels"):
                raise AlertlabError(f"bounds.{name}: no such bound; there are {', '.join(kinds)} and sentinels")
            if name == "sentinels":
                given[name] = {kind: _sentinels(kind, each, kinds) for kind, each in dict(value or {}).items()}
            else:
                given[name] = _range(name, value)
        return Bounds(**given)

    def faults(self, name: str, values: Floats, raw: Floats | None) -> tuple[dict[str, Mask], Mask]:
        """Reason -> where a quantity is a sentinel or impossible; and where it is outside and no sentinel.

        Parameters
        ----------
        raw : the numbers as the file has them, among which sentinels are looked for; None where there can be none.
        """
        kind = KINDS[name]
        low, high = getattr(self, kind)
        nowhere = np.zeros(len(values), dtype=bool)
        least, most = (np.min(values), np.max(values)) if len(values) else (np.nan, np.nan)
        sentinels = self.sentinels.get(kind, ()) if raw is not None else ()
        if raw is values:
            near = ((each, SAME * abs(each)) for each in sentinels)
            sentinels = tuple(each for each, off in near if not (each + off < least or each - off > most))
        if not sentinels and (low is None or least >= low) and (high is None or most <= high):
            return {}, nowhere  # most columns, most of the time; never where one is NaN
        outside = nowhere
        if low is not None:
            outside = outside | (values < low)
        if high is not None:
            outside = outside | (values > high)
        found: dict[str, Mask] = {}
        for sentinel in sentinels:
            assert raw is not None
            there = np.abs(raw - sentinel) <= SAME * abs(sentinel)
            if there.any():
                found[f"{name} is a sentinel ({sentinel:g})"] = there
                outside = outside & ~there
        if outside.any():
            outside = outside & np.isfinite(values)  # infinity is told by the cleaning
            if outside.any():
                found[f"{name} {in_words((low, high))}"] = outside
        return found, outside


def in_words(ends: Range) -> str:
    """Where a value lies that is not within these ends."""
    low, high = ends
    if low is None:
        return f"above {high:g}"
    return f"below {low:g}" if high is None else f"outside {low:g} to {high:g}"


def _range(name: str, value: Any) -> Range:
    try:
        low, high = (None if each is None else float(each) for each in value)
    except (TypeError, ValueError) as error:
        raise AlertlabError(f"bounds.{name}: {value} is no pair of numbers, such as [-5, 40]") from error
    if any(each is not None and np.isnan(each) for each in (low, high)):
        raise AlertlabError(f"bounds.{name}: nan is no bound; null is for none")
    if low is not None and high is not None and low >= high:
        raise AlertlabError(f"bounds.{name}: {low:g} is not below {high:g}")
    return low, high


def _sentinels(kind: str, value: Any, kinds: list[str]) -> tuple[float, ...]:
    if kind not in kinds:
        raise AlertlabError(f"bounds.sentinels.{kind}: no such quantity; there are {', '.join(kinds)}")
    try:
        return tuple(float(each) for each in value or ())
    except (TypeError, ValueError) as error:
        raise AlertlabError(f"bounds.sentinels.{kind}: {value} is no list of numbers") from error
