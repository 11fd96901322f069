"""What a spectrum is as a row of a table: a column a pixel, named by its wavelength."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..runtime.manifest import Column

NAME = re.compile(r"flux_(\d+\.\d\d)")
WINDOW = re.compile(r"(\d+) to (\d+) A\b")
PIXELS = 3  # of a table from which on it is a spectrum


def flux_columns(wavelength: NDArray[np.float64]) -> tuple[Column, ...]:
    """A column for each of these wavelengths [Angstrom], to 0.01."""
    return tuple(Column(f"flux_{each:.2f}", description=f"flux at {each:.2f} Angstrom") for each in wavelength)


def wavelengths_of(columns: Sequence[Column]) -> NDArray[np.float64] | None:
    """(k,) [Angstrom] of columns that are the pixels of a spectrum; None where they are not."""
    found = [NAME.fullmatch(column.name) for column in columns]
    if len(found) < PIXELS or not all(found):
        return None
    return np.array([float(each.group(1)) for each in found if each])


def window_words(low: float, high: float) -> str:
    """How a stretch of wavelengths [Angstrom] is named."""
    return f"{low:.0f} to {high:.0f} A"


def windows_in(words: str) -> list[tuple[float, float]]:
    """The stretches that are named somewhere in a text."""
    return [(float(low), float(high)) for low, high in WINDOW.findall(words)]
