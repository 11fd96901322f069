"""What there is to see of a prediction: its stamp, its light curve, its metadata."""

import math
import re
from collections.abc import Mapping

import numpy as np
from markupsafe import Markup

from ...alerts.alert import BANDS
from ...core.curves import Curve, curve_of
from ...core.samples import Samples
from ...runtime.manifest import Column
from ...runtime.ragged import Ragged
from ..shown import Example
from .light_curve import light_curve_svg
from .stamps import stamp_picture

STAMP, CURVE = "stamp", "light_curve"
ZTF, EXPLORER = re.compile(r"ZTF\d\d[a-z]{7}"), "https://alerce.online/object/"
TYPICAL = 64  # pixels of a side, of images of unequal size


class Catalogue:
    """What there is to see of a sample, and where else to look.

    Parameters
    ----------
    samples : of which the input ``stamp`` or ``light_curve``, where there is one, is shown; None for none.
    curves : light curves by object, of samples that hold none themselves.
    """

    def __init__(self, samples: Samples | None, curves: Mapping[str, Curve] | None = None) -> None:
        self.samples, self.curves = samples, curves or {}
        self.row = {} if samples is None else {int(number): row for row, number in enumerate(samples.sample_id)}

    @property
    def shows(self) -> bool:
        """Whether there is a picture of anything."""
        return bool(self.pixels or self.sequences or self.curves)

    @property
    def draws(self) -> bool:
        """Whether there are light curves."""
        return bool(self.sequences or self.curves)

    @property
    def pixels(self) -> int:
        """Pixels of one stamp, all channels; 0 where the samples have none."""
        shape = self._shape(STAMP)[1:]
        return math.prod(side or TYPICAL for side in shape) if len(shape) == 3 else 0

    @property
    def bands(self) -> tuple[str, ...]:
        """What the channels of a stamp are; none where they are not a survey's three."""
        return BANDS if self.pixels and self._shape(STAMP)[1] == len(BANDS) else ()

    @property
    def sequences(self) -> bool:
        """Whether the samples are light curves themselves."""
        return len(self._shape(CURVE)) == 3

    def picture(self, sample_id: int) -> str | None:
        """The stamp as the ``data:`` URI of a picture; None where there is none."""
        one = self._one(sample_id) if self.pixels else None
        return None if one is None else stamp_picture(one.inputs[STAMP][0])

    def curve(self, example: Example) -> Markup | None:
        """The light curve as an element of the page; None where there is none."""
        found = self.curves.get(example.object_id)
        if self.sequences and (one := self._one(example.sample_id)) is not None:
            found = curve_of(np.asarray(one.inputs[CURVE][0], np.float32), one.columns.get(CURVE, ()))
        return None if found is None else light_curve_svg(found, example.object_id)

    def link(self, object_id: str) -> str | None:
        """A page of the survey about an object, by its name; it is asked for when somebody follows it."""
        return EXPLORER + object_id if ZTF.fullmatch(object_id) else None

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

    def _shape(self, name: str) -> tuple[int, ...]:
        """Of an input; empty where there is none."""
        return self.samples.shape(name) if self.samples is not None and name in self.samples.inputs else ()

    def _one(self, sample_id: int) -> Samples | None:
        """The sample alone, so that no other is read; None where it is not here."""
        row = self.row.get(sample_id)
        return None if row is None or self.samples is None else self.samples.take(np.array([row]))


def _value(value: float, column: Column) -> str:
    if math.isnan(value) or value == column.missing:
        return "unknown"
    return f"{value:.6g} {column.unit}".rstrip()
