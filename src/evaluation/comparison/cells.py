"""Where the confusion matrices of two classifiers differ, cell by cell."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from .difference import Comparison, Pair
from .verdict import names_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
SEED = 0


@dataclass(frozen=True)
class Cells:
    """Two confusion matrices of the same objects, rows true.

    Attributes
    ----------
    classes : their names, in order.
    first, second : (k, k) fractions of the true class, means over repeats; NaN for a class without a sample.
    p : (k, k) p-values, right for all cells together.
    """

    classes: tuple[str, ...]
    first: Floats
    second: Floats
    p: Floats


def cells(comparison: Comparison, pair: Pair, permutations: int) -> Cells | None:
    """Fractions of two runs, and which of them differ; None of what is no classification.

    The two runs change places, object by object; that swaps signs of an object's share in the differences. Of each
    permutation the largest standardised difference of any cell is kept, and a cell's p-value is how often that is as
    large as its own (the single-step maxT of Westfall & Young 1993, ch. 2), so that all cells may be read together.

    Parameters
    ----------
    permutations : how many.
    """
    paired, blocks = comparison.paired, comparison.resampled.blocks
    any_rows = next(iter(paired.repeats.values()))[0]
    if not isinstance(any_rows, ClassPredictions):
        return None
    k, both = len(any_rows.classes), (pair.first, pair.second)
    shares = np.zeros((2, blocks.number, k * k))  # of each block in the mean of the fractions over repeats
    known = np.zeros((k, 1))
    for number, rows in paired.repeats.items():
        target, block = rows[0].target, blocks.of[number]
        counted = np.bincount(target, minlength=k)[:, None]
        known += counted > 0
        for place, run in enumerate(both):
            at = (block * k + target) * k + rows[run].prediction
            found = np.bincount(at, minlength=shares[place].size).reshape(-1, k, k)
            shares[place] += (found / np.maximum(counted, 1)).reshape(-1, k * k)
    shares /= np.repeat(np.maximum(known, 1), k, axis=1).ravel()
    absent = np.repeat(known == 0, k, axis=1)
    first, second = (np.where(absent, np.nan, of.sum(axis=0).reshape(k, k)) for of in shares)
    return Cells(
        any_rows.classes, first, second, np.where(absent, np.nan, _p(shares, blocks.swaps(permutations, SEED)))
    )


def _p(shares: Floats, swaps: NDArray[np.float32]) -> Floats:
    """(k, k) p-values of the (2, blocks, k * k) shares of two runs, adjusted for all cells."""
    difference = shares[0] - shares[1]
    scale = np.sqrt((difference**2).sum(axis=0))  # of the sum under random signs
    scale[scale == 0] = np.inf  # cells in which the runs agree on every object
    drawn = np.abs((1 - 2 * swaps.astype(np.float64)) @ difference / scale).max(axis=1)
    own = np.abs(difference.sum(axis=0)) / scale
    k = int(np.sqrt(len(own)))
    as_large = (drawn[:, None] >= own * (1 - 1e-9)).sum(axis=0)
    p: Floats = ((as_large + 1) / (len(drawn) + 1)).reshape(k, k)
    return p


def cells_figure(found: Cells, comparison: Comparison, pair: Pair) -> "Figure":
    """Colour and upper number: the first run; below it the second; frames where the two differ significantly."""
    from ..figures.matrix import Side, matrix_figure  # here: matplotlib is half a second of import

    first, second = names_of(comparison, pair)
    said = f"upper {first}, lower {second}. Framed: they differ ({100 * comparison.level:.0f} %, all cells together)"
    choices = [
        (
            [
                [_cell(*each, scale) for each in zip(*row, strict=True)]
                for row in zip(found.first, found.second, strict=True)
            ],
            title,
        )
        for scale, title in ((1, f"Fraction of the true class, {said}"), (100, f"Per cent of the true class, {said}"))
    ]
    true, predicted = (Side(f"{name} class", found.classes) for name in ("True", "Predicted"))
    return matrix_figure(found.first, true, predicted, choices, found.p < comparison.level)


def _cell(first: float, second: float, scale: int) -> str:
    if np.isnan(first):
        return "-"
    if first == second == 0:
        return "0"
    return "\n".join(f"{scale * value:.{2 if scale == 1 else 0}f}" for value in (first, second))
