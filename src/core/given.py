"""What a config gives to a class, held to what belongs there."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..runtime.errors import AlertlabError


def listed(given: Any, key: str) -> Sequence[Any]:
    """A list as it is; a text would fall into its letters.

    Raises
    ------
    AlertlabError
        For anything else, with the key of the config.
    """
    if isinstance(given, str | Mapping) or not isinstance(given, Sequence):
        raise AlertlabError(f"{key}: {given!r} is not a list; write [{given}]")
    return given


def place_columns(given: Mapping[str, Any] | None, known: Sequence[str], key: str) -> dict[str, str]:
    """Time or place -> column.

    Raises
    ------
    AlertlabError
        For one that is none, with the key of the config.
    """
    found = {str(name): str(column) for name, column in (given or {}).items()}
    if unknown := [name for name in found if name not in known]:
        raise AlertlabError(f"{key}: {unknown[0]} is no time or place; known: {', '.join(known)}")
    return found
