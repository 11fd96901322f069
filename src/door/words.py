"""Names, labels and classes as text: one rule wherever they are read, and what goes onto a terminal."""

import re
from collections.abc import Sequence
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

from ..runtime.table import UNKNOWN

WHOLE = re.compile(r"^(-?[1-9][0-9]{0,14}|0)\.0$")  # text of a program that made integers real numbers
TRUTH = ("true", "false")
LARGEST_WHOLE = 2**53  # beyond it a real number no longer tells neighbouring integers apart


def text_of(value: Any) -> str | None:
    """The text of a name, a label or a class that a file, YAML or pandas may have made something else.

    ``1``, ``1.0``, ``"1"`` and ``"1.0"`` are one label; so are ``True`` and the texts ``true`` and ``TRUE`` of other
    programs, as ``"True"``. None for null, NaN, blank text and :data:`UNKNOWN` words.
    """
    if value is None:
        return None
    if isinstance(value, bytes):
        value = value.decode("utf-8", "backslashreplace")
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return str(int(value))  # all its digits
    if isinstance(value, Decimal | Real) and not isinstance(value, Integral):  # NumPy registers its own as these
        number = float(value)
        if number != number:
            return None
        if abs(number) < LARGEST_WHOLE and number == int(number):
            return str(int(number))
    text = WHOLE.sub(r"\1", str(value).strip())
    lower = text.lower()
    return None if lower in UNKNOWN else lower.capitalize() if lower in TRUTH else text


def printable(text: object) -> str:
    """Text without control characters and broken Unicode, which would not go into a table or onto a terminal."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in str(text))


def in_few_words(names: Sequence[str], most: int = 6) -> str:
    """Some names of a list, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def in_brief(text: object, longest: int = 80) -> str:
    """One short printable line."""
    line = printable(" ".join(str(text).split()))
    return line if len(line) <= longest else f"{line[: longest - 3]}..."
