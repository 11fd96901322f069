"""Predictions of strangeness: scores, and whether a row is an outlier indeed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...door.table import OpenTable
from ...door.values import Place, labels, numbers
from ...runtime.errors import AlertlabError
from ...runtime.ragged import Ragged
from ...runtime.tasks.detection import (
    BY_CLASS,
    SCORE,
    USUAL,
    Range,
    flagged,
    nearest,
    percentile,
    reference_of,
    threshold_of,
)
from ..samples import UNLABELLED, Samples
from .table import Identity, Predictions, Told, read_identity

UNKNOWN = -1  # whether a row is an outlier
PREFIX, OUTLIER, PERCENTILE, NEAREST = f"{SCORE}_", "outlier", "percentile", "nearest"
FLAGGED, DRIVEN_BY = "flagged", "driven_by"


@dataclass(frozen=True)
class ScorePredictions(Predictions):
    """What a detector said of each sample.

    Attributes
    ----------
    score : (n,) higher is stranger.
    percentile : (n,) 0 to 100 among the scores of the training part; NaN where unknown.
    kind : (n,) true class, "" where unknown.
    outlier : (n,) 1 for a class that training did not see, 0 for one that it did, -1 where unknown.
    by_class : (n, known) score against each known class; of no columns without.
    known : names of the classes that training saw, as far as the model tells them apart.
    flagged : (n,) whether the score is above the threshold that the validation part set; None without one.
    driven_by : (n,) which columns make it strange, in words, see :mod:`~..driven`; "" where that was not asked.
    """

    task: ClassVar[str] = "detection"

    score: NDArray[np.float64]
    percentile: NDArray[np.float64]
    kind: NDArray[np.str_]
    outlier: NDArray[np.int64]
    by_class: NDArray[np.float64]
    known: tuple[str, ...] = ()
    flagged: NDArray[np.bool_] | None = field(default=None, kw_only=True)
    driven_by: NDArray[np.str_] | None = field(default=None, kw_only=True)

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """(n,) whether it is known which are outliers."""
        known: NDArray[np.bool_] = self.outlier != UNKNOWN
        return known

    @property
    def nearest(self) -> NDArray[np.str_]:
        """(n,) the known class of least score, "" without any."""
        if not self.known:
            return np.full(len(self), "")
        return np.array(self.known, np.str_)[nearest(self.by_class)]

    def own_columns(self) -> dict[str, Any]:
        """Null where a class, or whether a row is an outlier, is unknown."""
        columns = {
            "target": pa.array([name or None for name in self.kind.tolist()], pa.string()),
            OUTLIER: pa.array([None if each == UNKNOWN else bool(each) for each in self.outlier.tolist()], pa.bool_()),
            SCORE: self.score,
            PERCENTILE: self.percentile,
        }
        if self.flagged is not None:
            columns[FLAGGED] = self.flagged
        if self.known:
            columns[NEAREST] = pa.array(self.nearest.tolist(), pa.string())
        if self.driven_by is not None:
            columns[DRIVEN_BY] = pa.array([words or None for words in self.driven_by.tolist()], pa.string())
        return columns | {PREFIX + name: self.by_class[:, place] for place, name in enumerate(self.known)}

    def check(self, origin: str) -> None:
        """Refuse scores that are not finite."""
        if (bad := ~np.isfinite(self.score)).any():
            raise AlertlabError(f"{origin}: row {int(np.argmax(bad))} holds a score that is not finite")

    def __str__(self) -> str:
        return f"scores against {', '.join(self.known)}" if self.known else "scores"


def told_of(train: Samples, answers: Mapping[str, Any]) -> Told:
    """The classes that training saw, how strange it found what it saw, and what is usual there."""
    seen = np.unique(train.strata[train.labelled]).tolist() if train.classes else []
    reference = replace(reference_of(np.asarray(answers[SCORE])), usual=_usual(train))
    return Told(tuple(train.classes[index] for index in seen), {}, reference)


def held_out(told: Told, answers: Mapping[str, Any], rate: float) -> Told:
    """With the threshold that so large a share of the validation part is above."""
    return replace(told, answers=replace(told.answers, threshold=threshold_of(np.asarray(answers[SCORE]), rate)))


def _usual(train: Samples) -> tuple[Range | None, ...]:
    """Of samples that are one table, where each column is; six digits, for people read them."""
    if len(train.inputs) != 1 or len(train.columns) != 1:
        return ()
    ((name, columns),) = train.columns.items()
    values = train.inputs[name]
    if isinstance(values, Ragged) or values.ndim != 2:
        return ()
    found: list[Range | None] = []
    for column in values[:, : len(columns)].T:
        known = column[np.isfinite(column)].astype(np.float64)
        low, middle, high = (float(f"{each:.6g}") for each in (np.quantile(known, USUAL) if len(known) else USUAL))
        found.append((low, middle, high) if len(known) else None)
    return tuple(found)


def predictions(
    identity: Identity, answers: Mapping[str, Any], told: Told, inputs: Mapping[str, Any], samples: Samples | None
) -> ScorePredictions:
    """What a detector said of these rows; a row of a class that training did not see is an outlier.

    What it answers beside, one number a row, such as the chi-squared of a reconstruction, stands among the facts.
    """
    n = len(identity)
    beside = {name: np.asarray(values, np.float64) for name, values in answers.items() if name != SCORE}
    identity = replace(
        identity, facts={**identity.facts, **{name: each for name, each in beside.items() if each.shape == (n,)}}
    )
    index = np.full(n, UNLABELLED, np.int64) if samples is None else samples.strata
    classes = () if samples is None else samples.classes
    kind = np.array([*classes, ""], np.str_)[index]  # index -1 is none
    seen = np.isin(kind, told.classes)
    score = np.asarray(answers[SCORE], np.float64)
    by_class = np.asarray(answers.get(BY_CLASS, np.zeros((n, 0))), np.float64)
    return ScorePredictions(
        **vars(identity),
        score=score,
        percentile=percentile(score, told.answers),
        kind=kind,
        outlier=np.where(index == UNLABELLED, UNKNOWN, ~seen).astype(np.int64),
        by_class=by_class,
        known=told.classes if by_class.shape[1] else (),
        flagged=flagged(score, told.answers),
    )


def recognises(names: Sequence[str]) -> bool:
    """Whether a table of such columns holds scores of strangeness."""
    return SCORE in names


def read(opened: OpenTable) -> ScorePredictions:
    """Scores of strangeness from any program; ``outlier`` and ``flagged`` are true, false, 1, 0 or empty."""
    origin = str(opened.path)
    known = {name.removeprefix(PREFIX): name for name in opened.names if name.startswith(PREFIX) and name != PREFIX}
    wanted = [SCORE, PERCENTILE, FLAGGED, "target", OUTLIER, DRIVEN_BY, *known.values()]
    identity, table = read_identity(opened, wanted, ["target", DRIVEN_BY])
    n, there = len(identity), table.column_names
    unknown = np.full(n, np.nan)
    outlier = _true_or_false(table[OUTLIER], Place(origin, OUTLIER)) if OUTLIER in there else unknown
    above = _true_or_false(table[FLAGGED], Place(origin, FLAGGED)) if FLAGGED in there else unknown
    words = labels(table[DRIVEN_BY], Place(origin, DRIVEN_BY)) if DRIVEN_BY in there else None
    columns = [numbers(table[name], Place(origin, name)) for name in known.values()]
    kind = labels(table["target"], Place(origin, "target")) if "target" in there else pa.nulls(n, pa.string())
    return ScorePredictions(
        **vars(identity),
        score=numbers(table[SCORE], Place(origin, SCORE)),
        percentile=numbers(table[PERCENTILE], Place(origin, PERCENTILE)) if PERCENTILE in there else unknown,
        kind=np.array(pc.fill_null(kind, "").to_pylist(), dtype=np.str_),
        outlier=np.where(np.isfinite(outlier), outlier, UNKNOWN).astype(np.int64),
        by_class=np.column_stack([np.zeros((n, 0)), *columns]),
        known=tuple(known),
        flagged=above == 1 if np.isfinite(above).all() and FLAGGED in there else None,
        driven_by=None if words is None else np.array(pc.fill_null(words, "").to_pylist(), dtype=np.str_),
    )


def _true_or_false(column: pa.ChunkedArray, place: Place) -> NDArray[np.float64]:
    """(n,) 1, 0 or, where a row does not say, NaN."""
    found: NDArray[np.float64] = numbers(column, place)
    if (bad := np.isfinite(found) & ~np.isin(found, (0, 1))).any():
        raise place.error(int(np.argmax(bad)), "is neither true nor false")
    return found
