"""What the samples show of a prediction: its stamp and its metadata."""

import math

import numpy as np

from ...core.samples import Samples
from ...runtime.manifest import Column
from ...runtime.ragged import Ragged
from .stamps import stamp_picture

STAMP = "stamp"
TYPICAL = 64  # pixels of a side, of images of unequal size


class Catalogue:
    """Samples by their id.

    Parameters
    ----------
    samples : of which the input ``stamp``, where there is one, is shown.
    """

    def __init__(self, samples: Samples) -> None:
        self.samples = samples
        self.row = {int(number): row for row, number in enumerate(samples.sample_id)}

    @property
    def pixels(self) -> int:
        """Pixels of one stamp, all channels; 0 where the samples have none."""
        shape = self.samples.shape(STAMP)[1:] if STAMP in self.samples.inputs else (0,)
        return math.prod(side or TYPICAL for side in shape) if len(shape) == 3 else 0

    @property
    def channels(self) -> int:
        """Channels of a stamp."""
        return self.samples.shape(STAMP)[1]

    def picture(self, sample_id: int) -> str | None:
        """The stamp as the ``data:`` URI of a picture; None for a sample that is not here."""
        one = self._one(sample_id)
        return None if one is None else stamp_picture(one.inputs[STAMP][0])

    def metadata(self, sample_id: int) -> list[tuple[Column, str]]:
        """Each column of the table inputs, and its value in words."""
        one = self._one(sample_id)
        if one is None:
            return []
        return [
            (column, _value(float(value), column))
            for name, columns in one.columns.items()
            if len(one.shape(name)) == 2 and not isinstance(one.inputs[name], Ragged)  # a sequence has no single value
            for column, value in zip(columns, one.inputs[name][0], strict=True)
        ]

    def _one(self, sample_id: int) -> Samples | None:
        """The sample alone, so that no other is read; None where it is not here."""
        row = self.row.get(sample_id)
        return None if row is None else self.samples.take(np.array([row]))


def _value(value: float, column: Column) -> str:
    if math.isnan(value) or value == column.missing:
        return "unknown"
    return f"{value:.6g} {column.unit}".rstrip()
