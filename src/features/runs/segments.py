"""Pieces of many light curves in one layout: what a kernel takes, of all pieces at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..feature import Kernel
from ..lightcurves import Floats, Integers


@dataclass(frozen=True)
class Ragged:
    """Arrays of n segments, one after the other.

    Attributes
    ----------
    offsets : (n + 1,) where the values of each segment begin, and where the last end.
    values : (m,).
    """

    offsets: Integers
    values: NDArray[Any]

    def __getitem__(self, segment: int) -> NDArray[Any]:
        return self.values[self.offsets[segment] : self.offsets[segment + 1]]


Input = Ragged | Floats | Sequence[Any]  # arrays, a number or anything else of each segment


@dataclass(frozen=True)
class Segments:
    """n pieces of light curves: bands of objects, or whole objects. What they are pieces of is not known here.

    Attributes
    ----------
    offsets : (n + 1,) where the detections of each segment begin, and where the last end.
    points : name -> (m,) of detections, in order of time within a band.
    more : name -> what else is known of each segment: arrays of another length, numbers.
    derived : name -> function of these segments that gives an input, called once, when a kernel first asks for it.
    """

    offsets: Integers
    points: Mapping[str, NDArray[Any]]
    more: Mapping[str, Input] = field(default_factory=dict)
    derived: Mapping[str, Callable[["Segments"], Input]] = field(default_factory=dict)
    _made: dict[str, Input] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __contains__(self, name: str) -> bool:
        return name in self.points or name in self.more or name in self.derived

    def __getitem__(self, name: str) -> Input:
        if name not in self._made:
            if name in self.points:
                self._made[name] = Ragged(self.offsets, self.points[name])
            else:
                self._made[name] = self.more[name] if name in self.more else self.derived[name](self)
        return self._made[name]

    @property
    def counts(self) -> Integers:
        """(n,) detections of each segment."""
        return np.diff(self.offsets)

    def arguments(self, kernel: Kernel, segment: int) -> list[Any]:
        """What a kernel takes of one segment."""
        return [self[name][segment] for name in kernel.inputs]


def unmet(kernel: Kernel, segments: Segments, segment: int) -> str | None:
    """Why a kernel cannot be computed of a segment; None when it can."""
    count = int(segments.counts[segment])
    if count < kernel.minimum:
        return f"{count} of {kernel.minimum} detections that it needs"
    missing = [name for name in kernel.inputs if name not in segments]
    return f"needs {' and '.join(missing)}, which the light curve does not have" if missing else None
