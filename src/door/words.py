"""Labels and names as text: one spelling for each value, whatever type a program gave it."""

import re
from decimal import Decimal

import numpy as np

NULLS = {"", "nan", "none", "null", "na", "n/a", "--", "<na>", "nat"}  # the last two are pandas' own
POINT_ZERO = re.compile(r"(-?(?:0|[1-9][0-9]{0,14}))\.0")  # few enough digits that none is lost
EXACT = 1 << 53  # beyond it not every integer is a float64
LONGEST_WHOLE = 10**40  # beyond it a Decimal's digits are its exponent's


def text_of(value: object) -> str | None:
    """The text of a label or a name; None where there is none.

    Null is null in every spelling (:data:`NULLS`, in any case), blank text too; 0 and false are values. Whole numbers
    have no point: 1, 1.0, "1" and "1.0" are one name, since a null makes integers of a table real numbers. Leading
    zeros stay. Text is stripped, bytes are UTF-8.
    """
    if isinstance(value, np.floating):
        value = float(str(value))  # the digits it was written with: 0.1 of float32 is not 0.10000000149
    elif isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bytes):
        value = value.decode(errors="backslashreplace")
    elif isinstance(value, float) and value.is_integer() and abs(value) <= EXACT:
        value = int(value)
    elif isinstance(value, Decimal) and value.is_finite():
        whole = abs(value) < LONGEST_WHOLE and value == value.to_integral_value()
        value = int(value) if whole else value.normalize()
    elif isinstance(value, Decimal) and value.is_nan():
        return None
    text = str(value).strip()
    if text.endswith(".0") and (pointed := POINT_ZERO.fullmatch(text)):
        return "0" if pointed[1] == "-0" else pointed[1]
    return None if text.lower() in NULLS else text
