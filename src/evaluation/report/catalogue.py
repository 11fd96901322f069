"""What there is to see of a prediction: its stamp, its light curve, its spectrum, its metadata."""

import math
import re
from collections.abc import Mapping

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from ...alerts.alert import BANDS
from ...core.curves import Curve, curve_of
from ...core.flux_columns import wavelengths_of, windows_in
from ...core.samples import Samples
from ...runtime.manifest import Column
from ...runtime.ragged import Ragged
from ..shown import Example
from .light_curve import light_curve_svg
from .spectrum import spectrum_svg
from .stamps import stamp_picture

STAMP, CURVE, FEATURES = "stamp", "light_curve", "features"
ZTF, EXPLORER = re.compile(r"ZTF\d\d[a-z]{7}"), "https://alerce.online/object/"
USUAL = (0.05, 0.95)  # of the rows, between which a pixel of a spectrum usually is
TYPICAL = 64  # pixels of a side, of images of unequal size


Usual = tuple[NDArray[np.float64], NDArray[np.float64]]


class Catalogue:
    """What there is to see of a sample, and where else to look.

    Parameters
    ----------
    samples : of which the input ``stamp`` or ``light_curve``, or a table of the pixels of spectra, where there is one,
        is shown; None for none.
    curves : light curves by object, of samples that hold none themselves.
    usual : (k,) each, between which pixels of spectra usually are; None for what the samples say.
    """

    def __init__(
        self, samples: Samples | None, curves: Mapping[str, Curve] | None = None, usual: Usual | None = None
    ) -> None:
        self.samples, self.curves = samples, curves or {}
        self.wavelength = None if samples is None else wavelengths_of(samples.columns.get(FEATURES, ()))
        self.usual = usual or self._usual()
        self.row = {} if samples is None else {int(number): row for row, number in enumerate(samples.sample_id)}

    @property
    def shows(self) -> bool:
        """Whether there is a picture of anything."""
        return bool(self.pixels or self.sequences or self.curves or self.spectra)

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

    @property
    def spectra(self) -> bool:
        """Whether the samples are spectra."""
        return self.wavelength is not None

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

    def spectrum(self, example: Example) -> Markup | None:
        """The spectrum as an element of the page, with the windows that drive its score; None where there is none."""
        one = self._one(example.sample_id)
        if one is None or self.wavelength is None:
            return None
        flux = np.asarray(one.inputs[FEATURES][0], np.float64)
        return spectrum_svg(self.wavelength, flux, self.usual, windows_in(example.note), example.object_id)

    def link(self, object_id: str) -> str | None:
        """A page of the survey about an object, by its name; it is asked for when somebody follows it."""
        return EXPLORER + object_id if ZTF.fullmatch(object_id) else None

    def metadata(self, sample_id: int) -> list[tuple[Column, str]]:
        """Each column of the table inputs, and its value in words."""
        one = self._one(sample_id)
        if one is None or self.spectra:  # a thousand pixels, which are drawn
            return []
        return [
            (column, _value(float(value), column))
            for name, columns in one.columns.items()
            if len(one.shape(name)) == 2 and not isinstance(one.inputs[name], Ragged)  # a sequence has no single value
            for column, value in zip(columns, one.inputs[name][0], strict=True)
        ]

    def _usual(self) -> Usual:
        if self.samples is None or self.wavelength is None or not len(self.samples):
            return np.zeros(0), np.zeros(0)
        values = np.asarray(self.samples.inputs[FEATURES], np.float64)
        known = np.isfinite(values).any(axis=0)
        low, high = np.full((2, values.shape[1]), np.nan)
        low[known], high[known] = np.nanquantile(values[:, known], USUAL, axis=0)
        return low, high

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
