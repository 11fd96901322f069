"""Rows of arrays, read when they are asked for: what lies in a file stays there until then."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import AlertlabError

Array = NDArray[np.float32]


class Rows:
    """Some rows of an array in memory or of a memory-mapped file.

    Parameters
    ----------
    array : (all, ...); a memory map covers its whole .npy file.
    rows : row numbers, None for all.
    """

    def __init__(self, array: Array, rows: NDArray[np.int64] | None = None) -> None:
        self.array, self.rows = array, rows

    def __len__(self) -> int:
        return len(self.array if self.rows is None else self.rows)

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, ...), without reading anything."""
        return (len(self), *self.array.shape[1:])

    def read(self) -> Array:
        """The rows: a copy, or the array itself where it is all of it."""
        return self.array if self.rows is None else self.array[self.rows]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Rows":
        """These of the rows; nothing is read."""
        numbers: NDArray[np.int64] = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows.astype(np.int64)
        return Rows(self.array, numbers if self.rows is None else self.rows[numbers])

    def __getstate__(self) -> tuple[Any, ...]:
        """For worker processes: a file by its path, where pickle would copy all of it; of an array the rows."""
        if isinstance(self.array, np.memmap):
            return Path(str(self.array.filename)), self.rows
        return self.read(), None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        array, self.rows = state
        try:
            self.array = np.load(array, mmap_mode="r", allow_pickle=False) if isinstance(array, Path) else array
        except FileNotFoundError as error:
            raise AlertlabError(f"{array}: removed while a training started its workers; start it again") from error


class Inputs(Mapping[str, Array]):
    """Named inputs of the same rows; ``inputs[name]`` reads them.

    Parameters
    ----------
    inputs : name -> array or rows of one.
    """

    def __init__(self, inputs: Mapping[str, Array | Rows]) -> None:
        self.rows = {name: each if isinstance(each, Rows) else Rows(each) for name, each in inputs.items()}

    @classmethod
    def of(cls, inputs: Mapping[str, Array]) -> "Inputs":
        """Any mapping of arrays as Inputs; Inputs as they are."""
        return inputs if isinstance(inputs, Inputs) else cls(inputs)

    def __getitem__(self, name: str) -> Array:
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
