"""Values of a file as numbers: refused with their place where they are none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..runtime.errors import AlertlabError
from .lightcurves import Floats, Integers

NO_BAND, LEFT_OUT = -1, 0  # beside the numbers of bands: no value, and a value that is mapped to none
NOTHING = -2  # of the one row of an object that has no measurement at all
NUMBERS = (pa.types.is_floating, pa.types.is_integer, pa.types.is_boolean, pa.types.is_decimal, pa.types.is_null)
BRIGHTER = {"t": 1.0, "true": 1.0, "1": 1.0, "+1": 1.0, "f": -1.0, "false": -1.0, "0": -1.0, "-1": -1.0}


@dataclass(frozen=True)
class Place:
    """Where values stand, for messages.

    Attributes
    ----------
    row : from the number of a value to the words for its row.
    """

    origin: str
    column: str
    row: Callable[[int], str]

    def error(self, number: int, fault: str) -> AlertlabError:
        """An error about one value."""
        return AlertlabError(f"{self.origin}: column {self.column}, {self.row(number)}: {fault}")


def numbers(values: pa.Array, place: Place) -> Floats:
    """Values as float64; NaN where there is none.

    Raises
    ------
    AlertlabError
        For text, dates, or anything else that is no number.
    """
    kind = values.type
    if not any(is_number(kind) for is_number in NUMBERS):
        number = int(np.argmax(np.asarray(values.is_valid()))) if len(values) else 0
        raise place.error(number, f"{str(values[number].as_py())[:40]!r} is {kind}, not a number; convert the column")
    array = pc.cast(values, pa.float64(), safe=False)
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.float64)


def signs(values: pa.Array, place: Place) -> Floats:
    """+1 brighter than the template, -1 fainter, NaN unknown; from numbers, true/false, or ZTF's t, f, 1, 0.

    Raises
    ------
    AlertlabError
        For another text.
    """
    if not _is_text(values.type):
        array = numbers(values, place)
        return np.where(np.isnan(array), np.nan, np.where(array > 0, 1.0, -1.0))
    return _mapped(values, BRIGHTER, np.nan, place, "a sign is t or f, 1 or 0, 1 or -1")


def bands(values: pa.Array, mapping: Mapping[str, int | None], place: Place) -> Integers:
    """Numbers of bands, :data:`NO_BAND` and :data:`LEFT_OUT`.

    Raises
    ------
    AlertlabError
        For a value that ``mapping`` does not name.
    """
    codes = {text: float(LEFT_OUT if band is None else band) for text, band in mapping.items()}
    remedy = f"columns.bands knows {', '.join(mapping)}; say which band it is (1, 2, or null to leave it out)"
    return _mapped(values, codes, float(NO_BAND), place, remedy).astype(np.int64)


def names(values: pa.Array, place: Place) -> pa.Array:
    """Names of objects as text, null where there is none.

    Raises
    ------
    AlertlabError
        For names that are neither text nor whole numbers: as real numbers, long ones have lost digits.
    """
    kind = values.type
    if not (_is_text(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind)):
        raise AlertlabError(f"{place.origin}: column {place.column} is {kind}; names of objects are text or integers")
    try:
        return pc.cast(values, pa.string())
    except pa.ArrowInvalid as error:
        raise AlertlabError(f"{place.origin}: column {place.column} holds bytes that are not UTF-8") from error


def _mapped(values: pa.Array, codes: Mapping[str, float], missing: float, place: Place, remedy: str) -> Floats:
    """Each different value once: tables have few bands and many rows."""
    encoded = values if pa.types.is_dictionary(values.type) else pc.dictionary_encode(values)
    index = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    found = [_text(each) for each in encoded.dictionary.to_pylist()]
    # NaN stands for no value, in columns of numbers as pandas makes them
    table = np.array([missing if text == "nan" else codes.get(text, np.inf) for text in found] + [missing])
    result = table[index]
    if np.isinf(result).any():
        number = int(np.argmax(np.isinf(result)))
        raise place.error(number, f"{found[index[number]]!r} is unknown; {remedy}")
    return np.asarray(result, dtype=np.float64)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    text = str(value).strip()
    return text.lower() if text.lower() in ("true", "false", "nan") else text


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )
