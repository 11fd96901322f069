"""What a light curve is as a sequence: the columns of its points, and its beginnings."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..runtime.manifest import Column
from ..runtime.ragged import Ragged

CURVE = "light_curve"  # name of the input
TIME, BAND, VALUE, ERROR = range(4)  # places of its columns
NIGHT = 0.5  # d: points that are closer are of one visit, which forecasts take for one and no cut parts


def curve_columns(bands: Sequence[str], quantity: str, unit: str) -> tuple[Column, ...]:
    """The columns of light curves in these bands, which are counted from 1; values are of ``quantity`` in ``unit``."""
    numbered = ", ".join(f"{number} {name}" for number, name in enumerate(bands, 1))
    return (
        Column("time", "d", description="since the first point"),
        Column("band", "", minimum=1, maximum=len(bands), description=numbered),
        Column(quantity, unit),
        Column("error", unit, description="standard deviation"),
    )


def count_bands(columns: Sequence[Column]) -> int:
    """How many bands points may be of."""
    return int(columns[BAND].maximum or 1)


def beginnings(curves: Ragged, share: float, shortest: int, generator: np.random.Generator) -> Ragged:
    """A ``share`` of the curves cut behind a random point, the others as they are.

    Parameters
    ----------
    shortest : points that are left at least; every number from it to the whole is as likely.
    """
    lengths = curves.lengths
    cut: NDArray[np.int64] = generator.integers(np.minimum(shortest, lengths), lengths, endpoint=True)
    return curves.first(np.where(generator.random(len(lengths)) < share, cut, lengths))
