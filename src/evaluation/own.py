"""Metrics of one's own: functions of a predictions table, named in ``evaluation.metrics``."""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, TypeVar

import numpy as np

from ..core.predictions import Predictions
from ..runtime.errors import AlertlabError
from .evaluation import Evaluation
from .metrics.intervals import bootstrap
from .rows import Weight, defined

KEY = "evaluation.metrics"
WEIGHT = "weight"  # the parameter by which a function says that it takes weights
Judged = TypeVar("Judged", bound=Evaluation)


@dataclass(frozen=True)
class OwnMetric:
    """One function.

    Attributes
    ----------
    path : its name in full, ``mylab.scores.yield_of_tde``.
    function : takes labelled rows of one part and repeat, perhaps ``weight``, (n,) how often each counts;
        returns a number, or several by name. NaN is undefined.
    weighted : whether it has that parameter. Else it is given resampled rows.
    """

    path: str
    function: Callable[..., Any]
    weighted: bool

    @property
    def name(self) -> str:
        """Of its results: the last word of its path."""
        return self.path.rpartition(".")[2]

    def scores(self, rows: Predictions, weight: Weight = None) -> dict[str, float]:
        """``name``, or ``name/key`` of several; of weights that are not whole none, unless it takes them.

        Raises
        ------
        AlertlabError
            Where it raises, or returns no number.
        """
        given: dict[str, Any] = {}
        if weight is not None and self.weighted:
            given[WEIGHT] = weight
        elif weight is not None:
            if weight.dtype.kind == "f":
                return {}
            rows = rows.take(np.repeat(np.arange(len(rows)), weight.astype(np.int64)))
        try:
            found = self.function(rows, **given)
        except Exception as error:  # whatever the user's own code raises
            what = "rows" if weight is None else "resampled rows"
            raise AlertlabError(
                f"{KEY}: {self.path} raised {type(error).__name__}: {error} on {len(rows)} {what}; "
                "return nan where it is undefined"
            ) from error
        several = found.items() if isinstance(found, Mapping) else [("", found)]
        return defined({f"{self.name}/{key}" if key else self.name: self._number(value) for key, value in several})

    def _number(self, value: Any) -> float:
        number = value.item() if isinstance(value, np.generic | np.ndarray) and np.ndim(value) == 0 else value
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise AlertlabError(f"{KEY}: {self.path} returned {value!r:.60}, not a number or numbers by name")
        return float(number)


def own_metrics(paths: Sequence[str]) -> tuple[OwnMetric, ...]:
    """The functions of these names; a config was held to ``--allow`` before.

    Raises
    ------
    AlertlabError
        For what is no function, or two that share the last word of their names.
    """
    found = tuple(_metric(path) for path in paths)
    names = [each.name for each in found]
    if twice := next((each.path for each in found if names.count(each.name) > 1), None):
        raise AlertlabError(f"{KEY}: two functions are called {twice.rpartition('.')[2]}; rename one")
    return found


def _metric(path: str) -> OwnMetric:
    where, _, name = path.rpartition(".")
    try:
        function = getattr(import_module(where), name)
    except Exception as error:  # whatever the user's own code raises
        raise AlertlabError(
            f"{KEY}: {path} cannot be imported ({type(error).__name__}: {error}); write package.function"
        ) from error
    if not callable(function):
        raise AlertlabError(f"{KEY}: {path} is no function")
    try:
        weighted = WEIGHT in inspect.signature(function).parameters
    except ValueError:  # compiled functions may not tell
        weighted = False
    return OwnMetric(path, function, weighted)


def own_scores(own: Sequence[OwnMetric], rows: Predictions, weight: Weight = None) -> dict[str, float]:
    """Of all functions."""
    return {name: value for each in own for name, value in each.scores(rows, weight).items()}


def with_own(
    evaluation: Judged,
    own: Sequence[OwnMetric],
    repeats: Mapping[int, Predictions],
    resamples: int,
    confidence: float,
) -> Judged:
    """The evaluation with these metrics beside its own, in each repeat and with intervals of a single one.

    Parameters
    ----------
    repeats : number -> the rows that the evaluation judged. resamples, confidence : see `bootstrap`.

    Raises
    ------
    AlertlabError
        For a metric by the name of one that is there already.
    """
    found = {number: own_scores(own, rows) for number, rows in repeats.items()}
    for each in own:
        if any(each.name in repeat.metrics for repeat in evaluation.repeats):
            raise AlertlabError(f"{KEY}: {each.path} has the name of a metric of alertlab's; rename it")
    intervals = dict(evaluation.intervals)
    if len(repeats) == 1:
        (rows,) = repeats.values()
        intervals |= bootstrap(functools.partial(own_scores, own, rows), rows.object_id, resamples, confidence)
    names = dict.fromkeys(name for each in found.values() for name in each)
    return replace(
        evaluation,
        repeats=tuple(replace(each, metrics=each.metrics | found.get(each.number, {})) for each in evaluation.repeats),
        intervals=intervals,
        shown=(*evaluation.shown, *names),
    )
