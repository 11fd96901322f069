"""Small checks that compose into the schema of ``manifest.json``.

A check takes a JSON value and the key where it stands, and returns the value;
its error names that key and what was expected.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from .errors import BundleError

Check = Callable[[Any, str], Any]
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")  # no folder, no drive, no hidden file


def refuse(where: str, expected: str, value: Any) -> NoReturn:
    """Raise the error of a value that is not what was expected."""
    got = json.dumps(value)
    key = f"{where}: " if where else ""
    raise BundleError(f"manifest.json: {key}expected {expected}, got {got if len(got) < 60 else got[:57] + '...'}")


def text(value: Any, where: str) -> str:
    """Text without control characters: it reaches terminals."""
    if not isinstance(value, str) or not all(letter.isprintable() or letter in "\n\t" for letter in value):
        refuse(where, "printable text", value)
    return value


def word(value: Any, where: str) -> str:
    """Text that may not be empty."""
    return text(value, where) or refuse(where, "text that is not empty", value)


def plain_name(value: Any, where: str) -> str:
    """The name of a file in the folder itself."""
    if not isinstance(value, str) or not PLAIN_NAME.fullmatch(value):
        refuse(where, "a plain file name", value)
    return value


def number(value: Any, where: str) -> float:
    """A finite number (the JSON reader refuses others); true and false are none."""
    if type(value) not in (int, float):
        refuse(where, "a number", value)
    return float(value)


def count(value: Any, where: str) -> int:
    """A whole number from 0 up."""
    if type(value) is not int or value < 0:
        refuse(where, "a whole number from 0 up", value)
    return value


def size(value: Any, where: str) -> int:
    """A whole number from 1 up."""
    return count(value, where) or refuse(where, "a whole number from 1 up", value)


def sha256(value: Any, where: str) -> str:
    """64 lower-case hexadecimal digits."""
    if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value):
        refuse(where, "64 hexadecimal digits", value)
    return value


def anything(value: Any, where: str) -> Any:
    """Whatever JSON holds."""
    return value


def one_of(*allowed: str | int) -> Check:
    """One of these values, and of their type."""

    def check(value: Any, where: str) -> Any:
        if not any(type(value) is type(each) and value == each for each in allowed):
            refuse(where, " or ".join(json.dumps(each) for each in allowed), value)
        return value

    return check


def optional(inner: Check) -> Check:
    """Null or what ``inner`` takes."""
    return lambda value, where: None if value is None else inner(value, where)


def array(inner: Check) -> Check:
    """A list, as a tuple of what ``inner`` takes."""

    def check(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            refuse(where, "a list", value)
        return tuple(inner(each, f"{where}[{index}]") for index, each in enumerate(value))

    return check


def mapping(key: Check, inner: Check) -> Check:
    """An object with free keys that pass ``key``."""

    def check(value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            refuse(where, "an object", value)
        return {key(name, where): inner(each, f"{where}.{name}") for name, each in value.items()}

    return check


def record(build: Callable[..., Any], later: Mapping[str, Any] | None = None, **fields: Check) -> Check:
    """An object with exactly these keys, handed to ``build``; of keys in ``later`` the default where one is absent."""
    absent = dict(later or {})

    def check(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            refuse(where, "an object", value)
        value = absent | value
        prefix = f"{where}." if where else ""
        for name in fields:
            if name not in value:
                raise BundleError(f"manifest.json: {prefix}{name}: missing")
        for name in value:
            if name not in fields:
                raise BundleError(f"manifest.json: {prefix}{name}: unknown key, known: {', '.join(fields)}")
        return build(**{name: inner(value[name], prefix + name) for name, inner in fields.items()})

    return check
