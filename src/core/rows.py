"""Rows of arrays, read as float32 when they are asked for: what lies in a file stays there until then."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import AlertlabError
from ..runtime.ragged import Ragged

Array = NDArray[np.float32]


class Rows:
    """Some rows of an array, or of what is Ragged, in memory or in a memory-mapped file.

    Parameters
    ----------
    array : (all, ...), or Ragged; images may be bytes, a quarter of the room until they are read.
    rows : row numbers, None for all.
    """

    def __init__(self, array: Array | NDArray[np.uint8] | Ragged, rows: NDArray[np.int64] | None = None) -> None:
        self.array, self.rows = array, rows

    def __len__(self) -> int:
        return len(self.array if self.rows is None else self.rows)

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, ...), without reading anything; 0 for an axis of any length."""
        if isinstance(self.array, Ragged):
            shapes = self.array.shapes
            inner = (0, *self.array.values.shape[1:]) if shapes is None else (*shapes[:1, 0].tolist(), 0, 0)
            return (len(self), *inner)
        return (len(self), *self.array.shape[1:])

    @property
    def is_sequence(self) -> bool:
        """Whether rows are sequences of unequal length."""
        return isinstance(self.array, Ragged) and self.array.shapes is None

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(n,) of sequences how long each is."""
        whole = np.diff(self.array.offsets) if isinstance(self.array, Ragged) else np.ones(len(self.array), np.int64)
        return whole if self.rows is None else whole[self.rows]

    def read(self) -> Any:
        """The rows: a copy, or the array itself where it is all of it."""
        return _widened(self.array if self.rows is None else _taken(self.array, self.rows))

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Rows":
        """These of the rows; nothing is read."""
        numbers: NDArray[np.int64] = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows.astype(np.int64)
        return Rows(self.array, numbers if self.rows is None else self.rows[numbers])

    def __getstate__(self) -> tuple[Any, ...]:
        """For worker processes: a file by its path, where pickle would copy all of it; of an array the rows."""
        if isinstance(self.array, Ragged) and _is_file(self.array.values):
            return _path(self.array.values), self.rows, self.array.offsets, self.array.shapes
        if _is_file(self.array):
            return _path(self.array), self.rows
        return self.array if self.rows is None else _taken(self.array, self.rows), None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        array, self.rows, *ragged = state
        try:
            values = np.load(array, mmap_mode="r", allow_pickle=False) if isinstance(array, Path) else array
        except FileNotFoundError as error:
            raise AlertlabError(f"{array}: removed while a training started its workers; start it again") from error
        self.array = Ragged(values, *ragged) if ragged else values


def _taken(array: Any, rows: NDArray[np.int64]) -> Any:
    """These rows of an array, or of what is Ragged."""
    return array.take(rows) if isinstance(array, Ragged) else array[rows]


def _widened(array: Any) -> Any:
    """Bytes as float32, anything else as it is."""
    if isinstance(array, Ragged):
        return replace(array, values=_widened(array.values)) if array.values.dtype == np.uint8 else array
    return array.astype(np.float32) if array.dtype == np.uint8 else array


def _is_file(array: Any) -> bool:
    """Whether an array is all of a memory-mapped .npy file, and no view of some."""
    return isinstance(array, np.memmap) and isinstance(array.base, mmap)


def _path(array: Any) -> Path:
    return Path(str(array.filename))


class Inputs(Mapping[str, Any]):
    """Named inputs of the same rows; ``inputs[name]`` reads them.

    Parameters
    ----------
    inputs : name -> array or rows of one.
    """

    def __init__(self, inputs: Mapping[str, Array | Ragged | Rows]) -> None:
        self.rows = {name: each if isinstance(each, Rows) else Rows(each) for name, each in inputs.items()}

    @classmethod
    def of(cls, inputs: Mapping[str, Any]) -> "Inputs":
        """Any mapping of arrays as Inputs; Inputs as they are."""
        return inputs if isinstance(inputs, Inputs) else cls(inputs)

    def __getitem__(self, name: str) -> Any:
        return self.rows[name].read()

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, name: object) -> bool:  # Mapping's own would read the rows
        return name in self.rows

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Inputs":
        """The inputs of these rows; nothing is read."""
        return Inputs({name: each.take(rows) for name, each in self.rows.items()})
