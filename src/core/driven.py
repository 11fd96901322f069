"""Which columns of a table make a row strange: one at a time is made usual, and the score asked for again."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..runtime.manifest import Column
from ..runtime.tasks.detection import Range
from .predictions.detection import ScorePredictions

ScoreOf = Callable[[NDArray[np.float32]], NDArray[np.floating]]
MOST = 3  # columns named of a row
NONE = "no column alone"
ROWS = 16  # at a time: rows x columns of them are asked about at once


def explained(
    rows: ScorePredictions,
    values: NDArray[np.float32],
    columns: Sequence[Column],
    usual: Sequence[Range | None],
    score_of: ScoreOf,
    most: int,
) -> ScorePredictions:
    """The rows, of which the ``most`` of highest score say what drives it."""
    words = np.full(len(rows), "", object)
    top = np.lexsort((rows.sample_id, -rows.score))[:most]
    fall = falls(values[top], usual, score_of)
    for row, value, down in zip(top.tolist(), values[top], fall, strict=True):
        words[row] = _words(value, down, columns, usual)
    return replace(rows, driven_by=words.astype(np.str_))


def falls(values: NDArray[np.float32], usual: Sequence[Range | None], score_of: ScoreOf) -> NDArray[np.float64]:
    """(n, columns) how much the score of each row falls where a column alone has its usual value.

    Occlusion (Zeiler & Fergus 2014, ECCV, 818) by the median of the training part. Of columns that say the same, none
    alone may make a difference.

    Parameters
    ----------
    values : (n, columns) raw. usual : of each column, None for one without any value, which is left as it is.
    score_of : scores of raw rows.
    """
    middle = np.array([np.nan if each is None else each[1] for each in usual], np.float32)
    known = np.flatnonzero(np.isfinite(middle))
    fall = np.zeros(values.shape)
    for start in range(0, len(values), ROWS):
        some = values[start : start + ROWS]
        changed = np.repeat(some[:, None], len(known), axis=1)
        changed[:, np.arange(len(known)), known] = middle[known]
        asked = np.concatenate([some, changed.reshape(-1, values.shape[1])])
        score = np.asarray(score_of(asked), np.float64)
        fall[start : start + ROWS, known] = score[: len(some), None] - score[len(some) :].reshape(len(some), -1)
    return fall


def _words(
    values: NDArray[np.float32], fall: NDArray[np.float64], columns: Sequence[Column], usual: Sequence[Range | None]
) -> str:
    """``period 0.53 d (usually 12 to 310); ...``, the largest fall first."""
    least = 0.01 * fall.max(initial=0.0)  # less is rounding
    first = [place for place in np.argsort(-fall, kind="stable")[:MOST].tolist() if fall[place] > least]
    return "; ".join(_told(columns[place], float(values[place]), usual[place]) for place in first) or NONE


def _told(column: Column, value: float, usual: Range | None) -> str:
    unknown = not np.isfinite(value) or value == column.missing
    told = "unknown" if unknown else f"{value:.4g} {column.unit}".rstrip()
    low, _, high = usual or (np.nan,) * 3
    return f"{column.name} {told} (usually {low:.4g} to {high:.4g})"
