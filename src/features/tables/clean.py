"""The cleaning of Sánchez-Sáez et al. (2021), as ALeRCE's ``preprocess_ztf`` does it: what is dropped is counted."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import AlertlabError
from ..brightness import SIGNAL
from ..lightcurves import GR, Floats, Integers
from ..repeats import SECOND, repeats
from .values import NO_BAND

DUPLICATE = "another detection at the same time"
FINITE = ("time", "magnitude", "error", "difference", "difference_error", "ra", "dec")
FINITE_FLUX = ("time", "flux", "flux_error", "difference_flux", "difference_flux_error", "ra", "dec")
FAINT = f"flux below {SIGNAL:g} standard deviations, which has no magnitude"
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Rules:
    """What a detection and an object must have.

    Attributes
    ----------
    min_rb : real-bogus score, where the survey gives one.
    max_error : magnitudes; the error must be below it, and above 0.
    min_detections : of an object, in all bands together, after the cleaning. The paper asks for six in one band; the
        code that gave its numbers, and this one, for six in total.
    max_days : detections and limits later than this after an object's first clean detection are not used, as if it
        were classified then; None uses all.
    """

    min_rb: float = 0.55
    max_error: float = 1.0
    min_detections: int = 6
    max_days: float | None = None

    def __post_init__(self) -> None:
        if not (self.max_days is None or self.max_days > 0):
            raise AlertlabError(f"max_days: {self.max_days} is no number of days above 0; null uses all")
        for name in ("min_rb", "max_error"):
            if np.isnan(getattr(self, name)):
                raise AlertlabError(f"{name}: nan is no number")


@dataclass(frozen=True)
class Asked:
    """What features ask of light curves.

    Attributes
    ----------
    bands : names of the bands 1, 2, ...
    used : those of them that any feature looks at; None for all.
    fluxes : whether fluxes are taken as they are, negative ones too; else their magnitudes are, where they have one.
    """

    bands: tuple[str, ...] = GR
    used: tuple[str, ...] | None = None
    fluxes: bool = False

    @property
    def numbers(self) -> list[int]:
        """Of the bands that are used."""
        return [number for number, name in enumerate(self.bands, 1) if self.used is None or name in self.used]


ANY = Asked()


def chosen(rows: Mapping[str, Floats], code: Integers) -> dict[str, Floats]:
    """Corrected magnitudes for objects whose first detection is corrected, as they are for all others.

    Corrected are those of the sum of template and difference, which suit variable stars; the magnitudes of the
    difference image alone suit transients. An object has one kind: a mixture would look variable.

    Parameters
    ----------
    rows : (n,) values; without ``corrected`` they are returned as they are.
    code : (n,) number of the object of each row.
    """
    result = dict(rows)
    if "corrected" not in rows:
        return result
    known = np.flatnonzero(np.isfinite(rows["time"]))
    first = np.full(int(code.max(initial=-1)) + 1, np.inf)
    np.minimum.at(first, code[known], rows["time"][known])
    corrected = np.zeros(len(first), dtype=bool)
    corrected[code[(rows["time"] <= first[code] + SECOND) & (rows["corrected"] > 0)]] = True
    for name in ("magnitude", "error"):
        result[name] = np.where(corrected[code], rows[f"corrected_{name}"], rows[name])
        del result[f"corrected_{name}"]
    del result["corrected"]
    return result


def faults(rows: Mapping[str, Floats], band: Integers, rules: Rules, asked: Asked) -> Iterator[tuple[str, Mask]]:
    """Reasons to drop a detection, each with where it holds; the first that holds is the one that counts."""
    yield "no band", band == NO_BAND
    yield "band left out", ~np.isin(band, asked.numbers)
    if "rb" in rows:
        yield f"rb not {rules.min_rb:g} or more", ~(rows["rb"] >= rules.min_rb)
    as_fluxes = asked.fluxes and "flux" in rows
    if "flux" in rows and not as_fluxes:
        yield FAINT, rows["flux"] < SIGNAL * rows["flux_error"]
    for name in FINITE_FLUX if as_fluxes else FINITE:
        if name in rows:
            yield f"{name} not finite", ~np.isfinite(rows[name])
    if as_fluxes:
        yield "flux_error not above 0", ~(rows["flux_error"] > 0)
        return
    yield "error not above 0", ~(rows["error"] > 0)
    yield f"error not below {rules.max_error:g} mag", ~(rows["error"] < rules.max_error)


def clean(
    rows: Mapping[str, Floats], band: Integers, code: Integers, rules: Rules, asked: Asked = ANY
) -> tuple[Mask, Counter[str]]:
    """Which detections are kept, and how many are not, by reason.

    Parameters
    ----------
    rows, band, code : (n,) values, band and number of the object of each detection, in any order.
    """
    kept = np.ones(len(code), dtype=bool)
    reasons: Counter[str] = Counter()
    for reason, bad in faults(rows, band, rules, asked):
        reasons[reason] += int((kept & bad).sum())
        kept &= ~bad
    places = np.flatnonzero(kept)
    good = {name: values[places] for name, values in rows.items()}
    worse = places[repeats(good["time"], band[places], code[places], _better(good))]
    kept[worse] = False
    reasons[DUPLICATE] += len(worse)
    return kept, +reasons


def _better(rows: Mapping[str, Floats]) -> list[Floats]:
    """What makes the better one of two detections of a source in one image: lower values, the most important first.

    A higher ``rb`` is ALeRCE's rule; then comes the smaller error, and for what is equal in both the other values, so
    that the order of rows decides nothing.
    """
    score = [-rows["rb"]] if "rb" in rows else []
    error = rows.get("flux_error", rows["error"])
    return [*score, error, *(rows[name] for name in sorted(rows) if name not in ("time", "rb", "error"))]
