"""From light curves to feature columns: each object alone, each kernel once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from ..feature import Kernel
from ..lightcurves import Floats, Integers, LightCurves
from ..maths.periodogram import Found, fold, search
from ..sets import Feature, FeatureSet
from .views import views

PAIR = ("first", "second")  # what a kernel of two bands calls their numbers


@dataclass(frozen=True)
class Step:
    """A kernel at work in one band, on two or on the whole object, and the columns of the table that it fills.

    ``bands`` are numbers, as the view that it works on counts them.
    """

    kernel: Kernel
    bands: tuple[int, ...]
    places: Integers
    columns: Integers

    @property
    def band(self) -> int | None:
        """The one band that it looks at."""
        return self.bands[0] if self.kernel.per == "band" else None


def extract_batch(curves: LightCurves, features: FeatureSet) -> Floats:
    """The features of every object of a batch.

    Returns
    -------
    (objects, features), NaN where a feature is undefined.
    """
    table = np.full((len(curves), len(features.features)), np.nan)
    # one thread for the matrix products: workers are processes, and the sums keep their order
    with threadpool_limits(1), np.errstate(all="ignore"):  # what overflows is NaN in the table, not a warning
        for seen, numbered in views(curves, features):
            _fill(table, seen, steps(numbered))
    table[~np.isfinite(table)] = np.nan
    return table


def _fill(table: Floats, curves: LightCurves, plan: list[Step]) -> None:
    for row, parts in zip(table, objects(curves), strict=True):
        for step in plan:
            arrays = parts.get(step.band)
            if arrays is not None and unmet(step.kernel, arrays) is None:
                values = step.kernel.compute(*[_argument(step, arrays, name) for name in step.kernel.inputs])
                row[step.columns] = values if isinstance(values, float) else values[step.places]


def _argument(step: Step, arrays: "Arrays", name: str) -> Any:
    return float(step.bands[PAIR.index(name)]) if name in PAIR else arrays[name]


def steps(numbered: Sequence[tuple[int, Feature]]) -> list[Step]:
    """What must be computed for the features of one view, each kernel once a band or pair."""
    wanted: dict[tuple[int, tuple[int, ...]], list[tuple[int, int]]] = {}
    kernels = {id(each.kernel): each.kernel for _, each in numbered}
    for column, each in numbered:
        numbers = tuple(each.scope.bands.index(name) + 1 for name in each.bands)
        wanted.setdefault((id(each.kernel), numbers), []).append((each.place, column))
    return [
        Step(kernels[kernel], bands, *np.array(pairs, dtype=np.int64).T) for (kernel, bands), pairs in wanted.items()
    ]


def unmet(kernel: Kernel, arrays: "Arrays") -> str | None:
    """Why a kernel cannot be computed from what is there; None when it can."""
    if arrays.n < kernel.minimum:
        return f"{arrays.n} of {kernel.minimum} detections that it needs"
    missing = [name for name in kernel.inputs if name not in arrays and name not in PAIR]
    return f"needs {' and '.join(missing)}, which the light curve does not have" if missing else None


class Arrays:
    """Inputs of kernels by name, for one band or one object; what is derived is made when first asked for."""

    def __init__(self, known: dict[str, Any], derived: dict[str, Callable[[], Any]]) -> None:
        self.known, self.derived = known, derived
        self.n = len(known["time"])

    def __contains__(self, name: str) -> bool:
        return name in self.known or name in self.derived

    def __getitem__(self, name: str) -> Any:
        if name not in self.known:
            self.known[name] = self.derived[name]()
        return self.known[name]


def objects(curves: LightCurves) -> Iterator[dict[int | None, Arrays]]:
    """Inputs of each object: under None of all bands together, under its number of each band that it has.

    Times are days since its first detection in any band, ``zero``, so that no feature depends on where a survey counts
    from and none loses digits; limits before it are at negative ones.
    """
    if not len(curves):
        return
    curves, zeros = _since_first(curves)
    for number in range(len(curves)):
        start, stop = curves.offsets[number], curves.offsets[number + 1]
        if start == stop:
            yield {}
            continue
        part = slice(start, stop)
        band = curves.band[part]
        known: dict[str, Any] = {name: values[part] for name, values in curves.detections.items()}
        known |= {name: values[number] for name, values in curves.context.items()} | {"zero": zeros[number]}
        whole = Arrays(known | {"band": band}, {})
        whole.derived["found"] = partial(_search, whole)
        parts: dict[int | None, Arrays] = {None: whole}
        edges = [0, *(np.flatnonzero(np.diff(band)) + 1).tolist(), len(band)]
        for first, last in pairwise(edges):
            if last > first:
                parts[int(band[first])] = _band(curves, number, int(start), first, last, whole)
        yield parts


def _search(whole: Arrays) -> Found:
    return search(whole["time"], whole["magnitude"], whole["error"], whole["band"])


def _since_first(curves: LightCurves) -> tuple[LightCurves, Floats]:
    """Light curves with times since the first detection of each object, and (n,) when that was."""
    zeros, some = np.full(len(curves), np.nan), np.diff(curves.offsets) > 0
    zeros[some] = np.minimum.reduceat(curves.detections["time"], curves.offsets[:-1][some])

    def since(time: Floats, offsets: Integers) -> Floats:
        return time - np.repeat(zeros, np.diff(offsets))

    limits = curves.limits
    if limits is not None:
        limits = replace(limits, time=since(limits.time, limits.offsets))
    time = since(curves.detections["time"], curves.offsets)
    return replace(curves, detections={**curves.detections, "time": time}, limits=limits), zeros


def _band(curves: LightCurves, number: int, start: int, first: int, last: int, whole: Arrays) -> Arrays:
    part = slice(start + first, start + last)
    known: dict[str, Any] = {name: values[part] for name, values in curves.detections.items()}
    band, known["zero"] = int(curves.band[start + first]), whole["zero"]
    if curves.limits is not None:
        limits = slice(curves.limits.offsets[number], curves.limits.offsets[number + 1])
        same = curves.limits.band[limits] == band
        known["limit_time"] = curves.limits.time[limits][same]
        known["limit"] = curves.limits.magnitude[limits][same]
    derived = {
        "ordered": lambda: np.sort(known["magnitude"]),
        "period": lambda: whole["found"].period,
        "folded": lambda: fold(known["time"], known["magnitude"], whole["found"].period),
        "band_period": lambda: whole["found"].band_period.get(band, np.nan),
    }
    return Arrays(known, derived)
