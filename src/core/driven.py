"""Which columns of a table make a row strange: one at a time is made usual, and the score asked for again.

Of a spectrum neighbouring pixels say the same, so that a window of them at a time is.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..runtime.manifest import Column
from ..runtime.tasks.detection import Range
from .flux_columns import wavelengths_of, window_words
from .predictions.detection import ScorePredictions

ScoreOf = Callable[[NDArray[np.float32]], NDArray[np.floating]]
MOST = 3  # columns named of a row
NONE = "no column alone"
WINDOWS = 50  # of a spectrum, of as many pixels each
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
    wavelength = wavelengths_of(columns)
    pixels = None if wavelength is None else windows(len(wavelength))
    fall = falls(values[top], usual, score_of, pixels)
    for row, value, down in zip(top.tolist(), values[top], fall, strict=True):
        if wavelength is None or pixels is None:
            told = [_told(columns[place], float(value[place]), usual[place]) for place in _largest(down)]
        else:
            told = [_window(wavelength, value, usual, pixels[place]) for place in _largest(down)]
        words[row] = "; ".join(told) or NONE
    return replace(rows, driven_by=words.astype(np.str_))


def windows(pixels: int) -> list[NDArray[np.int64]]:
    """Places of the pixels of each window, one beside the other."""
    return np.array_split(np.arange(pixels), min(WINDOWS, pixels))


def falls(
    values: NDArray[np.float32],
    usual: Sequence[Range | None],
    score_of: ScoreOf,
    together: Sequence[NDArray[np.int64]] | None = None,
) -> NDArray[np.float64]:
    """(n, columns) how much the score of each row falls where a column alone has its usual value.

    Occlusion (Zeiler & Fergus 2014, ECCV, 818) by the median of the training part. Of columns that say the same, none
    alone may make a difference.

    Parameters
    ----------
    values : (n, columns) raw. usual : of each column, None for one without any value, which is left as it is.
    score_of : scores of raw rows.
    together : groups of columns that are made usual at once, (n, groups) then; None for each alone.
    """
    middle = np.array([np.nan if each is None else each[1] for each in usual], np.float32)
    groups = [np.array([place]) for place in range(len(middle))] if together is None else together
    known = [each[np.isfinite(middle[each])] for each in groups]
    asked = [place for place, each in enumerate(known) if len(each)]
    fall = np.zeros((len(values), len(groups)))
    for start in range(0, len(values), ROWS):
        some = values[start : start + ROWS]
        changed = np.repeat(some[:, None], len(asked), axis=1)
        for number, place in enumerate(asked):
            changed[:, number, known[place]] = middle[known[place]]
        score = np.asarray(score_of(np.concatenate([some, changed.reshape(-1, values.shape[1])])), np.float64)
        fall[start : start + ROWS, asked] = score[: len(some), None] - score[len(some) :].reshape(len(some), -1)
    return fall


def _largest(fall: NDArray[np.float64]) -> list[int]:
    """Places of the largest falls, the largest first."""
    least = 0.01 * fall.max(initial=0.0)  # less is rounding
    return [place for place in np.argsort(-fall, kind="stable")[:MOST].tolist() if fall[place] > least]


def _window(
    wavelength: NDArray[np.float64],
    values: NDArray[np.float32],
    usual: Sequence[Range | None],
    pixels: NDArray[np.int64],
) -> str:
    """``6530 to 6620 A: 2.3 (usually 0.9 to 1.4)``: means over the pixels of a window."""
    known = [each for each in (usual[place] for place in pixels.tolist()) if each is not None]
    low, _, high = np.mean(known, axis=0)
    own = values[pixels]
    told = f"{own[np.isfinite(own)].mean():.4g}" if np.isfinite(own).any() else "unknown"
    where = window_words(wavelength[pixels[0]], wavelength[pixels[-1]])
    return f"{where}: {told} (usually {low:.4g} to {high:.4g})"


def _told(column: Column, value: float, usual: Range | None) -> str:
    unknown = not np.isfinite(value) or value == column.missing
    told = "unknown" if unknown else f"{value:.4g} {column.unit}".rstrip()
    low, _, high = usual or (np.nan,) * 3
    return f"{column.name} {told} (usually {low:.4g} to {high:.4g})"
