"""Columns of a predictions table from any program, as numbers and text; a fault is told with its column and row."""

from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...door.values import Place, labels, names, numbers, plain
from ...door.words import LARGEST_WHOLE
from ...runtime.errors import AlertlabError
from ..samples import number_of

LARGEST = 2**63 - 1
WHOLE = r"^[+-]?[0-9]+$"
SUM_FROM, SUM_TO = 0.95, 1.05  # of probabilities that a table has rounded, for many classes to two digits
Column: TypeAlias = pa.Array | pa.ChunkedArray


def sample_ids(column: Column, place: Place) -> NDArray[np.int64]:
    """(n,) int64: whole numbers as they are, also as text; names as the numbers that :func:`number_of` makes of them.

    Raises
    ------
    AlertlabError
        For a row without one, numbers beyond 64 bits or between whole ones, or a column of both numbers and names.
    """
    array = plain(column)
    if pa.types.is_signed_integer(array.type):
        return np.asarray(complete(array, place).to_numpy(zero_copy_only=False), dtype=np.int64)
    text = complete(names(array, place), place)
    whole = np.asarray(pc.match_substring_regex(text, WHOLE).to_numpy(zero_copy_only=False), dtype=bool)
    words: list[str] = text.to_pylist()
    if not whole.any():
        return np.array([number_of(word) for word in words], dtype=np.int64)
    if not whole.all():
        row = int(np.argmax(whole != whole[0]))
        raise place.error(
            row, f"{words[row][:40]!r} after {words[0][:40]!r}; write numbers throughout, or a name with letters each"
        )
    ids = [int(word) for word in words]
    if beyond := [row for row, number in enumerate(ids) if not -LARGEST <= number <= LARGEST]:
        raise place.error(beyond[0], f"{ids[beyond[0]]} is beyond 64 bits")
    return np.array(ids, dtype=np.int64)


def texts(column: Column, place: Place) -> NDArray[np.str_]:
    """(n,) names, none of them absent."""
    return np.array(complete(names(column, place), place).to_pylist(), dtype=np.str_)


def whole_numbers(column: Column, place: Place) -> NDArray[np.int64]:
    """(n,) int64, none of them absent."""
    values = numbers(column, place)
    bad = ~(np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < LARGEST_WHOLE))
    if bad.any():
        row = int(np.argmax(bad))
        raise place.error(row, f"{plain(column)[row].as_py()} is no whole number below 2**53")
    return values.astype(np.int64)


def targets(column: Column, classes: tuple[str, ...], place: Place) -> NDArray[np.int64]:
    """(n,) number of the class of each label, -1 where there is none.

    Raises
    ------
    AlertlabError
        For labels that are no class.
    """
    found = labels(column, place)
    index = pc.index_in(found, value_set=pa.array(classes, pa.string()))
    unknown = pc.unique(found.filter(pc.and_(pc.is_valid(found), pc.is_null(index)))).to_pylist()
    if unknown:
        raise AlertlabError(
            f"{place.origin}: {place.column} {', '.join(sorted(unknown)[:10])} has no probability_<class> column"
        )
    return np.asarray(pc.fill_null(index, -1).to_numpy(zero_copy_only=False), dtype=np.int64)


def check_probability(probability: NDArray[np.float64], origin: str) -> None:
    """Refuse rows that are no probabilities: negative, not finite, or of another sum than one beyond rounding."""
    bad = ~np.isfinite(probability).all(axis=1) | (probability < 0).any(axis=1)
    if bad.any():
        raise AlertlabError(f"{origin}: row {int(np.argmax(bad))} holds a probability that is negative or not finite")
    total = probability.sum(axis=1)
    bad = (total < SUM_FROM) | (total > SUM_TO)
    if bad.any():
        row = int(np.argmax(bad))
        raise AlertlabError(
            f"{origin}: the probabilities of row {row} sum to {total[row]:.4g}, not to 1; divide each by that sum"
        )


def check_once(
    sample_id: NDArray[np.int64],
    object_id: NDArray[np.str_],
    part: NDArray[np.str_],
    repeat: NDArray[np.int64],
    key: NDArray[np.int64],
    origin: str,
) -> None:
    """Refuse a sample that stands twice in one part and repeat: it would count twice; ``key`` parts its rows."""
    _, parts = np.unique(part, return_inverse=True)
    order = np.lexsort((key, parts, repeat, sample_id))
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for values in (sample_id, parts, repeat, key):
        same &= values[order][1:] == values[order][:-1]
    if same.any():
        row = int(order[1:][same].min())
        raise AlertlabError(
            f"{origin}: sample {sample_id[row]} of object {object_id[row]} stands twice in part {part[row]} of repeat "
            f"{repeat[row]}, again in row {row}; keep one row of it"
        )


def complete(column: pa.Array, place: Place) -> pa.Array:
    """The column, which lacks no value."""
    if column.null_count:
        raise place.error(int(np.argmax(np.asarray(column.is_null()))), "holds no value")
    return column
