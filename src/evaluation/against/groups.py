"""Rows in groups along something."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import Predictions
from ...runtime.errors import AlertlabError

Rows = TypeVar("Rows", bound=Predictions)
FEWEST = 10  # objects of a bin
CUT = re.compile(r"_(\d+(?:\.\d+)?)d")  # the end of a part of cut light curves, such as test_16d


@dataclass(frozen=True)
class Group(Generic[Rows]):
    """Samples that share a range of the quantity.

    Attributes
    ----------
    label : as the axis has it, ``8-15``.
    place : on the axis.
    rows : their labelled predictions, of any repeats; there may be none.
    """

    label: str
    place: float
    rows: Rows


def groups_by_fact(
    rows: Rows, values: NDArray[np.float64], edges: NDArray[np.float64] | None = None
) -> list[Group[Rows]]:
    """Rows in bins of a fact, each at a whole place; rows that lack it come last.

    Bins end at powers of two (6-7, 8-15, 16-31, ...), where the values are 0 or more,
    and at their octiles where some are negative. Empty ones at the ends are left out, and neighbours of
    fewer than ten objects (mean over repeats) are joined: scores of so few say nothing.

    Parameters
    ----------
    values : (n,) the fact, NaN where unknown.
    edges : other ends of the bins, in order; values outside them are in none.
    """
    finite = np.isfinite(values)
    groups: list[Group[Rows]] = []
    if finite.any():
        given, edges = edges is not None, _edges(values[finite]) if edges is None else edges
        edges = joined(edges, values, rows)
        whole = bool((values[finite] == np.round(values[finite])).all()) and bool((edges >= 0).all())
        number = np.digitize(values, edges) - 1
        least = values[finite].min()
        for index, (low, high) in enumerate(pairwise(edges)):
            label = range_label(low if given else max(low, least), high, whole)
            groups.append(Group(label, index, rows.take(finite & (number == index))))
    if not finite.all():
        groups.append(Group("unknown", len(groups), rows.take(~finite)))
    return groups


def joined(edges: NDArray[np.float64], values: NDArray[np.float64], rows: Predictions) -> NDArray[np.float64]:
    """Those ends of bins between which ten objects lie, a mean over repeats, or none; of fewer the outermost alone.

    An end at 0 stays, between what is before and after.
    """
    _, owner = np.unique(rows.object_id, return_inverse=True)
    repeats, repeat = np.unique(rows.repeat, return_inverse=True)
    owner, enough = owner * len(repeats) + repeat, FEWEST * len(repeats)

    def objects(low: float, high: float) -> int:
        return len(np.unique(owner[(values >= low) & (values < high)]))

    kept: list[float] = []
    for ends in (edges[edges <= 0], edges[edges >= 0]):
        occupied = [place for place, bounds in enumerate(pairwise(ends)) if objects(*bounds)]
        if not occupied:
            continue
        first, *others = ends[occupied[0] : occupied[-1] + 2].tolist()
        own = [first]
        for high in others:
            if not 0 < objects(own[-1], high) < enough:
                own.append(high)
        if own[-1] < others[-1]:  # what is left joins the last
            while len(own) > 1 and objects(own[-1], others[-1]) < enough:
                own.pop()
            own.append(others[-1])
        kept += own[1:] if kept and kept[-1] == own[0] else own
    return np.array(kept)


def quantile_edges(values: NDArray[np.float64], bins: int) -> NDArray[np.float64]:
    """Ends of so many bins of equal numbers of values, fewer where values repeat; the last lies above all of them."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)))
    return np.append(edges[:-1] if len(edges) > 1 else edges, np.nextafter(edges[-1], np.inf))


def _edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ends of the bins; the last lies above all values."""
    if values.min() < 0:
        return quantile_edges(values, 8)
    # frexp is exact where a logarithm of a power of two may fall short of a whole number
    first, last = (int(np.frexp(max(value, 0.5))[1]) - 1 for value in (values.min(), values.max()))
    powers = np.ldexp(1.0, np.arange(first, last + 2)).astype(np.float64)
    return np.append(0.0, powers[powers > 0.5]) if first < 0 else powers


def range_label(low: float, high: float, whole: bool) -> str:
    """``8-15`` of whole numbers, else ``0.2 to 1``; without an end ``below 8`` and ``from 8``."""
    if not np.isfinite(low):
        return f"below {high:.3g}"
    if not np.isfinite(high):
        return f"from {low:.3g}"
    if whole:
        return f"{low:.0f}" if high - low <= 1 else f"{low:.0f}-{high - 1:.0f}"
    return f"{low:.3g} to {high:.3g}"


def days_of_parts(predictions: Predictions, part: str) -> dict[str, float]:
    """Parts of cut light curves that hold a labelled row (``test_16d``) -> their days, shortest first.

    Raises
    ------
    AlertlabError
        For a cut of 0 days, which has no place on a logarithmic axis.
    """
    days = {}
    for name in np.unique(predictions.part).tolist():
        cut = CUT.fullmatch(name.removeprefix(part)) if name.startswith(part) else None
        if cut and predictions.labelled[predictions.part == name].any():
            days[name] = float(cut[1])
    if days and min(days.values()) == 0:
        name = min(days, key=lambda name: days[name])
        raise AlertlabError(f"predictions: part {name} was cut 0 days after the first detection; cut at more than 0")
    return dict(sorted(days.items(), key=lambda each: each[1]))


def groups_by_days(predictions: Rows, part: str, labelled: Callable[[Rows, str], Rows]) -> list[Group[Rows]]:
    """The parts of light curves that were cut (``test_16d``), shortest first, then the part itself, uncut.

    Places are days after the first detection; the uncut part stands at twice the longest cut.
    Empty where the predictions hold no such part with a labelled row.

    Parameters
    ----------
    labelled : the rows of a part that can be judged.
    """
    days = days_of_parts(predictions, part)
    groups = [Group(f"{cut:g}", cut, labelled(predictions, name)) for name, cut in days.items()]
    return [*groups, Group("all", 2 * max(days.values()), labelled(predictions, part))] if groups else []


def occupied(groups: Sequence[Group[Rows]]) -> list[Group[Rows]]:
    """Those that hold rows."""
    return [group for group in groups if len(group.rows)]
