"""Columns of a table as names, labels and numbers: refused with their place where they are none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..runtime.errors import AlertlabError
from ..runtime.table import UNKNOWN, real
from .words import LARGEST_WHOLE, TRUTH, WHOLE, text_of

NUMBERS = (pa.types.is_floating, pa.types.is_integer, pa.types.is_boolean, pa.types.is_decimal, pa.types.is_null)
TEXT = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_binary)
SCALARS = (*NUMBERS, *TEXT, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
Floats = NDArray[np.float64]


def row_number(number: int) -> str:
    """The words for a row of a table with one value a row."""
    return f"row {number}"


@dataclass(frozen=True)
class Place:
    """Where values stand, for messages.

    Attributes
    ----------
    row : from the number of a value to the words for its row.
    remedy : what else could be done about a column that is no such thing; begins with "; " or is empty.
    """

    origin: str
    column: str
    row: Callable[[int], str] = row_number
    remedy: str = ""

    @property
    def where(self) -> str:
        """The column, in words."""
        return f"{self.origin}: column {self.column}"

    def error(self, number: int, fault: str) -> AlertlabError:
        """An error about one value."""
        return AlertlabError(f"{self.where}, {self.row(number)}: {fault}{self.remedy}")


def numbers(values: pa.Array | pa.ChunkedArray, place: Place) -> Floats:
    """(n,) float64; NaN where there is none.

    Raises
    ------
    AlertlabError
        For text, dates, or anything else that is no number.
    """
    array = plain(values)
    if not is_number(array.type):
        number = first_bad(array)
        shown = f"{str(array[number].as_py())[:40]!r} is" if len(array) else "it is"
        raise place.error(number, f"{shown} {array.type}, not a number; convert the column")
    floats = pc.cast(array, pa.float64(), safe=False)
    return np.asarray(floats.to_numpy(zero_copy_only=False), dtype=np.float64)


def first_bad(array: pa.Array) -> int:
    """Number of the first value that is no number; of text that could be read as numbers, the first."""
    valid = np.flatnonzero(np.asarray(array.is_valid()))
    if is_text(array.type):
        for number in valid:
            try:
                real(str(array[int(number)].as_py()).strip())
            except ValueError:
                return int(number)
    return int(valid[0]) if len(valid) else 0


def names(values: pa.Array | pa.ChunkedArray, place: Place) -> pa.Array:
    """Names of objects as text, stripped, null where there is none.

    Raises
    ------
    AlertlabError
        For names that are neither text nor whole numbers: as real numbers, long ones have lost digits.
    """
    array = plain(values)
    if pa.types.is_floating(array.type):
        floats = numbers(array, place)
        bad = np.isfinite(floats) & ((floats != np.floor(floats)) | (np.abs(floats) >= LARGEST_WHOLE))
        if bad.any():
            number = int(np.argmax(bad))
            fault = f"{float(floats[number])!r} is a real number, which loses digits of long names; write names as text"
            raise place.error(number, fault)
    return labels(array, place)


def labels(values: pa.Array | pa.ChunkedArray, place: Place) -> pa.Array:
    """Labels and classes as text, as :func:`~.words.text_of` has it; null where there is none.

    Raises
    ------
    AlertlabError
        For lists, dates and the like, or bytes that are not UTF-8.
    """
    array = plain(values)
    if not any(is_scalar(array.type) for is_scalar in SCALARS):
        raise AlertlabError(f"{place.where} holds {array.type}; text or whole numbers are needed{place.remedy}")
    if is_text(array.type):
        return _texts(array, place)
    different = pc.dictionary_encode(array)
    words = pa.array([text_of(each) for each in different.dictionary.to_pylist()], pa.string())
    return words.take(different.indices)


def _texts(array: pa.Array, place: Place) -> pa.Array:
    """Text without blanks around it, null for the words for none."""
    try:
        text = pc.cast(array, pa.string())
        if _is_clean(text):
            return text
        text = pc.replace_substring_regex(pc.utf8_trim_whitespace(text), WHOLE.pattern, r"\1")
    except pa.ArrowInvalid as error:
        raise AlertlabError(f"{place.where} holds bytes that are not UTF-8{place.remedy}") from error
    lower = pc.utf8_lower(text)
    unknown = pc.is_in(lower, value_set=pa.array(sorted(UNKNOWN)))
    text = pc.if_else(pc.is_in(lower, value_set=pa.array(TRUTH)), pc.utf8_capitalize(text), text)
    return pc.if_else(unknown, pa.scalar(None, pa.string()), text)


def _is_clean(text: pa.Array) -> bool:
    """Whether no value has blanks around it, is as short as a word for none or ends like 7.0: quick, for most names."""
    values = text.drop_null() if text.null_count else text
    if not len(values):
        return True
    _, offsets, data = values.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[values.offset : values.offset + len(values) + 1]
    if int(np.diff(ends).min()) <= max(map(len, (*UNKNOWN, *TRUTH))):
        return False
    letters = np.frombuffer(data, dtype=np.uint8)
    last = letters[ends[1:] - 1]
    if np.any(letters[ends[0] : ends[-1]] == ord(".")) and np.any(last == ord("0")):
        return False
    edges = np.concatenate([letters[ends[:-1]], last])
    return bool(np.all((edges > ord(" ")) & (edges < 127)))  # beyond ASCII there are blanks, too


def is_number(kind: pa.DataType) -> bool:
    """Whether values are numbers, of any type, or null throughout; of a dictionary those that it holds."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return any(is_kind(kind) for is_kind in NUMBERS)


def is_text(kind: pa.DataType) -> bool:
    """Whether values are text, or bytes that may be."""
    binary = pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    return binary or any(is_kind(kind) for is_kind in TEXT)


def plain(values: Any) -> pa.Array:
    """One array, of the values themselves where they are stored by a dictionary of them."""
    array = values
    if isinstance(values, pa.ChunkedArray):  # one chunk is not copied
        array = values.chunk(0) if values.num_chunks == 1 else values.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # of no chunks, or too long for one
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if isinstance(array.type, pa.BaseExtensionType):
        array = array.storage
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
