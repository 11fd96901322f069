"""What a stranger's packet or table says, as plain numbers and short printable text."""

import re
from decimal import Decimal
from typing import Any

import numpy as np

from ..door.words import LARGEST_WHOLE, text_of

INT64 = range(-(1 << 63), 1 << 63)
LARGEST_FLOAT32 = 3.4028234663852886e38
NUMBERS = float | int | np.floating | np.integer | np.bool_ | Decimal
DIGITS = re.compile(r"[+-]?[0-9]{1,19}")
EXPONENT = re.compile(r"[0-9]+(\.[0-9]+)?[eE]\+?[0-9]{1,2}")
BRIGHTER, FAINTER = ("t", "true", "1", "+1", "1.0"), ("f", "false", "0", "-1", "0.0", "-1.0")
SIGNS = dict.fromkeys(BRIGHTER, 1.0) | dict.fromkeys(FAINTER, -1.0)
LONGEST_NAME = 64  # characters; ZTF's object names have 12


def number(value: Any) -> float:
    """A float that is finite in float32 too, or NaN for whatever is no such number.

    Python's, numpy's and decimal numbers are read. Text is no number, not even
    "12.5": a survey that changed a field's type may have changed its meaning
    too. Neither is infinity: no quantity of a candidate can be infinite, and
    one such value turns a prediction into NaN.
    """
    if not isinstance(value, NUMBERS):
        return float("nan")
    try:
        wide = float(value)
    except (OverflowError, ValueError):  # an integer beyond float64; Decimal's signalling NaN
        return float("nan")
    return wide if abs(wide) <= LARGEST_FLOAT32 else float("nan")


def native(value: Any) -> Any:
    """A number of Decimal or numpy as Python's, anything else as text: what JSON can hold."""
    if not isinstance(value, np.number | np.bool_ | Decimal):
        return text_of(value)
    exact = whole(value)
    return number(value) if exact is None else exact


def brighter(value: Any) -> float:
    """The sign of a difference (``isdiffpos``): 1 brighter than the template, -1 fainter, NaN unknown.

    ZTF has t and f, or 1 and 0; tables have booleans and numbers of any type.
    """
    return SIGNS.get((text_of(value) or "").lower(), float("nan"))


def whole(value: Any) -> int | None:
    """The value where it is a whole number of which no digit is lost; text of digits is one, a boolean is none."""
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        real = float(value)
        return int(real) if abs(real) < LARGEST_WHOLE and real.is_integer() else None
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and abs(value) < INT64.stop and value == int(value) else None
    digits = DIGITS.fullmatch(text_of(value) or "") if isinstance(value, str | bytes) else None
    return int(digits[0]) if digits else None


def known_candid(value: Any) -> int | None:
    """The value where it is a 64-bit integer, as the tables have it; see :func:`whole`."""
    number = whole(value)
    return number if number is not None and number in INT64 else None


def candid_fault(value: Any) -> str:
    """Why a value is no candid."""
    if isinstance(value, str) and EXPONENT.fullmatch(value.strip()):  # as spreadsheets write it
        value = float(value)
    if isinstance(value, float | np.floating) and LARGEST_WHOLE <= abs(float(value)) < INT64.stop:
        return "its candid is a floating-point number, which has lost digits; write it as an integer or text"
    return "no candid that is a 64-bit integer"


def known_object_id(value: Any) -> str | None:
    """The value as text where it names an object: short, printable; blank text and null (``text_of``) name none."""
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError:
            return None
    if not isinstance(value, str) and known_candid(value) is None:
        return None
    name = text_of(value)
    return name if name is not None and len(name) <= LONGEST_NAME and name.isprintable() else None
