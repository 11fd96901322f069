"""What is wrong with a config, in one line."""

from typing import Any

from ..runtime.errors import AlertlabError
from .secrets import masked

LONGEST = 1000  # characters of a message, whatever was typed


class ConfigError(AlertlabError):
    """A config that cannot be composed or built; the message is one line, names the key and holds no password."""

    def __init__(self, message: str) -> None:
        line = masked(" ".join(message.split()))
        super().__init__(line if len(line) <= LONGEST else f"{line[:LONGEST]}...")


def first_line(error: BaseException) -> str:
    """What another library says first; what it was caused by, or its name, where it says nothing."""
    if isinstance(error, RecursionError):
        return "refers to itself, or is nested too deeply"
    lines = str(error).strip().splitlines()
    if not lines:
        return first_line(error.__cause__) if error.__cause__ else type(error).__name__
    return f"{lines[0]} {lines[1]}" if lines[0].endswith(":") and len(lines) > 1 else lines[0]


def shown(value: Any) -> str:
    """A value as YAML has it."""
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or value is True or value is False
        else repr(value)
    )
