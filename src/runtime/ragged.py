"""Rows of unequal size: sequences and images, as one flat array and where each row begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Ragged:
    """Rows of unequal size, flat as Arrow keeps lists.

    What lies before the first offset and behind the last is left out: offsets then begin at 0 and end at the total.

    Attributes
    ----------
    values : all rows one after the other: (total, columns) of sequences, or (total,) of one column and of images.
    offsets : (n + 1,) int64; row i is ``values[offsets[i]:offsets[i + 1]]``.
    shapes : (n, axes) int64, of images the shape of each; None for sequences.

    Raises
    ------
    ValueError
        For offsets that do not part the values.
    """

    values: NDArray[Any]
    offsets: NDArray[np.int64]
    shapes: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        values, offsets = np.asanyarray(self.values), np.asarray(self.offsets)
        if offsets.ndim != 1 or not len(offsets) or offsets.dtype.kind not in "iu":
            raise ValueError("offsets are no whole numbers, one more than there are rows")
        offsets = offsets.astype(np.int64)
        if values.ndim == 0 or offsets[0] < 0 or offsets[-1] > len(values):
            raise ValueError(f"offsets {offsets[0]} to {offsets[-1]} do not part values of shape {values.shape}")
        if np.any(np.diff(offsets) < 0):
            raise ValueError("offsets are not in rising order")
        if self.shapes is not None:
            object.__setattr__(self, "shapes", _shapes(self.shapes, values, np.diff(offsets)))
        if len(values) > offsets[-1] - offsets[0]:  # else as it is: a view of a memory map is no longer its file
            values = values[offsets[0] : offsets[-1]]
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "offsets", offsets - offsets[0])

    @classmethod
    def of(cls, rows: Sequence[NDArray[Any]], images: bool = False) -> "Ragged":
        """Rows given one by one: sequences (length, columns) or (length,); or ``images`` (channels, y, x)."""
        flat = [np.ravel(row) if images else np.asarray(row) for row in rows]
        offsets = np.cumsum([0, *map(len, flat)], dtype=np.int64)
        values = np.concatenate(flat) if flat else np.zeros(0, np.float32)
        shapes = np.array([np.shape(row) for row in rows] or np.zeros((0, 3)), np.int64) if images else None
        return cls(values, offsets, shapes)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> NDArray[Any]:
        values = self.values[self.offsets[:-1][row] : self.offsets[1:][row]]
        return values if self.shapes is None else values.reshape(self.shapes[row])

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(n,) values of each row along the first axis."""
        return np.diff(self.offsets)

    @property
    def owner(self) -> NDArray[np.int64]:
        """(total,) the row of each value."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Ragged":
        """These rows, in this order, copied."""
        numbers = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        lengths = self.lengths[numbers]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        if self.shapes is not None:  # images are large: stretches are copied, without a place for each value
            starts = self.offsets[:-1][numbers]
            parts = [self.values[start:stop] for start, stop in zip(starts, starts + lengths, strict=True)]
            return Ragged(np.concatenate([self.values[:0], *parts]), offsets, self.shapes[numbers])
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[:-1][numbers] - offsets[:-1], lengths)
        return Ragged(self.values[places], offsets)

    def first(self, lengths: NDArray[np.int64]) -> "Ragged":
        """Of each sequence as many rows from its beginning, (n,), or all where there are fewer."""
        kept = np.minimum(lengths, self.lengths)
        offsets = np.concatenate([[0], np.cumsum(kept)]).astype(np.int64)
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[:-1] - offsets[:-1], kept)
        return Ragged(self.values[places], offsets)

    def padded(self) -> NDArray[Any]:
        """Sequences as one array (n, longest, columns) or (n, longest), NaN beyond the end of each; 1 long at least."""
        longest = max(1, int(self.lengths.max(initial=0)))
        full = np.full((len(self), longest, *self.values.shape[1:]), np.nan, self.values.dtype)
        full[np.arange(longest) < self.lengths[:, None]] = self.values
        return full

    def cut(self, padded: NDArray[Any]) -> "Ragged":
        """Rows of an array (n, longest, ...) as long as those of this one."""
        kept = np.arange(padded.shape[1]) < self.lengths[:, None]
        return Ragged(padded[kept], self.offsets)


def _shapes(shapes: Any, values: NDArray[Any], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n, axes) int64, held to how many values each row has."""
    found = np.asarray(shapes)
    if found.ndim != 2 or len(found) != len(lengths) or found.dtype.kind not in "iu" or np.any(found < 0):
        raise ValueError("shapes are no whole numbers, as many for each row as it has axes")
    if values.ndim != 1 or np.any(found.prod(axis=1, dtype=np.float64) != lengths):  # in int64 a product may wrap
        raise ValueError("shapes do not hold as many values as the offsets give each row")
    return found.astype(np.int64)


def joined(parts: Sequence[Ragged]) -> Ragged:
    """The rows of all, one after the other; ``parts`` is not empty."""
    starts = np.cumsum([0, *(len(part.values) for part in parts)])
    offsets = [part.offsets[:-1] + start for part, start in zip(parts, starts[:-1], strict=True)]
    shapes = [part.shapes for part in parts if part.shapes is not None]
    return Ragged(
        np.concatenate([part.values for part in parts]),
        np.concatenate([*offsets, starts[-1:]]),
        np.concatenate(shapes) if shapes else None,
    )
