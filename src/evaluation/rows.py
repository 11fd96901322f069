"""Labelled rows of a part as every task judges them: repeat by repeat, over resamples, an object once."""

import functools
import math
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..core.predictions import Predictions
from .evaluation import Repeat
from .metrics.intervals import bootstrap

Rows = TypeVar("Rows", bound=Predictions)
Made = TypeVar("Made")
Asked = ParamSpec("Asked")
Weight = NDArray[np.int64] | NDArray[np.float64] | None  # how often each row counts, or its share of another mix
Scores = Callable[[Rows, Weight], dict[str, float]]


def by_repeat(rows: Rows) -> dict[int, Rows]:
    """Number of each repeat -> its rows."""
    return {int(number): rows.take(rows.repeat == number) for number in np.unique(rows.repeat)}


def judge(
    repeats: Mapping[int, Rows],
    scores: Scores[Rows],
    counts: Callable[[Rows], dict[str, float]],
    resamples: int,
    confidence: float,
) -> tuple[tuple[Repeat, ...], dict[str, tuple[float, float]]]:
    """Metrics of each repeat; of a single one the bootstrap intervals of its scores.

    Parameters
    ----------
    repeats : see `by_repeat`.
    scores : of rows and how often each counts. counts : metrics that no resample changes, such as support.
    resamples, confidence : see `bootstrap`.
    """
    judged = tuple(
        Repeat(
            number,
            len(np.unique(rows.sample_id)),
            len(np.unique(rows.object_id)),
            {**scores(rows, None), **counts(rows)},
        )
        for number, rows in repeats.items()
    )
    if len(repeats) > 1:
        return judged, {}
    (rows,) = repeats.values()
    return judged, bootstrap(functools.partial(scores, rows), rows.object_id, resamples, confidence)


def defined(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Those that are a number: what is undefined is left out."""
    return {name: float(value) for name, value in metrics.items() if math.isfinite(value)}


def one_an_object(object_id: NDArray[np.str_], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first row of each object, in this order."""
    _, first = np.unique(object_id[order], return_index=True)
    return order[np.sort(first)]


def once(function: Callable[Concatenate[Rows, Asked], Made]) -> Callable[Concatenate[Rows, Asked], Made]:
    """Remember what a function makes of rows as long as they live: a bootstrap asks a thousand times.

    Further arguments are positional and hashable. Rows are never written to.
    """
    made: dict[Any, Made] = {}

    def remembered(rows: Rows, /, *args: Asked.args, **kwargs: Asked.kwargs) -> Made:
        key = (id(rows), *args)
        if key not in made:
            made[key] = function(rows, *args, **kwargs)
            weakref.finalize(rows, made.pop, key, None)
        return made[key]

    return remembered
