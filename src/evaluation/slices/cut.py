"""Cutting rows by facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import Predictions
from ...runtime.errors import AlertlabError
from ..against.groups import quantile_edges, range_label

KEY = "evaluation.slices"
FEW = 8  # values of a fact that are a slice each, such as seasons
BINS = 5  # of equal numbers of rows, of other facts
WIDE = 16  # times the smallest of whole numbers, above which bins double, as of detections
Asked = Mapping[str, Sequence[float] | None] | Sequence[str]


@dataclass(frozen=True)
class Slice:
    """Rows in one range of a fact.

    Attributes
    ----------
    fact : its name. label : the range, ``18 to 19``. rows : (n,) whether each is in it.
    """

    fact: str
    label: str
    rows: NDArray[np.bool_]


def asked_slices(asked: Asked) -> dict[str, tuple[float, ...] | None]:
    """Fact -> edges of its slices, None for those that follow from its values.

    Raises
    ------
    AlertlabError
        For edges that do not rise.
    """
    named = dict.fromkeys(asked) if not isinstance(asked, Mapping) else dict(asked)
    found: dict[str, tuple[float, ...] | None] = {}
    for fact, edges in named.items():
        if edges is None:
            found[str(fact)] = None
            continue
        numbers = isinstance(edges, list | tuple) and all(
            isinstance(each, int | float) and not isinstance(each, bool) for each in edges
        )
        if not numbers or not edges or any(high <= low for low, high in pairwise(edges)):
            raise AlertlabError(f"{KEY}.{fact}: {edges!r} are not rising numbers, the edges of slices, or null")
        found[str(fact)] = tuple(map(float, edges))
    return found


def cut(rows: Predictions, asked: Mapping[str, tuple[float, ...] | None]) -> list[Slice]:
    """All slices that hold rows, of each fact in order; below the first edge and from the last one there is one too.

    Rows without the fact are a slice of their own, ``unknown``, where others have it.

    Raises
    ------
    AlertlabError
        For a fact that the rows lack, or that none of them knows.
    """
    found = []
    for fact, edges in asked.items():
        values = rows.facts.get(fact, np.full(len(rows), np.nan))
        known = np.isfinite(values)
        if not known.any():
            there = ", ".join(name for name, each in rows.facts.items() if np.isfinite(each).any())
            raise AlertlabError(
                f"{KEY}: no row has the fact {fact}; there are {there or 'none'} (columns fact_<name> of a predictions "
                "table)"
            )
        found += [Slice(fact, label, inside) for label, inside in _ranges(values, known, edges) if inside.any()]
        if not known.all():
            found.append(Slice(fact, "unknown", ~known))
    return found


def _ranges(
    values: NDArray[np.float64], known: NDArray[np.bool_], edges: tuple[float, ...] | None
) -> list[tuple[str, NDArray[np.bool_]]]:
    distinct = np.unique(values[known])
    whole = bool((distinct == np.round(distinct)).all())
    if edges is None and len(distinct) <= FEW:
        return [(f"{value:g}", values == value) for value in distinct.tolist()]
    ends: NDArray[np.float64]
    if edges is not None:
        ends = np.array([-np.inf, *edges, np.inf])
    elif whole and distinct[0] >= 0 and distinct[-1] >= WIDE * max(distinct[0], 1):
        powers = 2.0 ** np.arange(np.floor(np.log2(max(distinct[0], 1))), np.ceil(np.log2(distinct[-1] + 1)) + 1)
        ends = np.append(0.0, powers[powers > 1]) if distinct[0] < 1 else powers
    else:
        ends = quantile_edges(values[known], BINS)
    place = np.digitize(values, ends) - 1
    labels = [
        range_label(low, high, whole and bool(np.isfinite([low, high]).all())) for low, high in pairwise(ends.tolist())
    ]
    return [(label, known & (place == number)) for number, label in enumerate(labels)]
