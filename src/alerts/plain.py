"""What a stranger's packet says, as plain numbers and short printable text."""

from typing import Any

INT64 = range(-(1 << 63), 1 << 63)
LARGEST_FLOAT32 = 3.4028234663852886e38
LONGEST_NAME = 64  # characters; ZTF's object names have 12


def number(value: Any) -> float:
    """A float that is finite in float32 too, or NaN for whatever is no such number.

    Text is no number, not even "12.5": a survey that changed a field's type
    may have changed its meaning too. Neither is infinity: no quantity of a
    candidate can be infinite, and one such value turns a prediction into NaN.
    """
    if not isinstance(value, int | float):
        return float("nan")
    try:
        wide = float(value)
    except OverflowError:  # an integer beyond float64
        return float("nan")
    return wide if abs(wide) <= LARGEST_FLOAT32 else float("nan")


def known_candid(value: Any) -> int | None:
    """The value where it is a 64-bit integer, as the tables have it."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value in INT64 else None


def known_object_id(value: Any) -> str | None:
    """The value where it names an object: short printable text, or an integer."""
    if isinstance(value, int) and known_candid(value) is not None:
        return str(value)
    named = isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable()
    return value if named else None
