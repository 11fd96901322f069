"""Conditions on columns, as a config writes them: ``{parallax_over_error: {below: -4.5}, ruwe: {above: 1.4}}``."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import AlertlabError

KINDS = {"below": np.less, "above": np.greater, "equals": np.equal}
Conditions = Mapping[str, Mapping[str, float]]


def conditions_of(content: Any, key: str) -> dict[str, dict[str, float]]:
    """Column -> ``below``, ``above`` or ``equals`` -> number, all of which must hold.

    Raises
    ------
    AlertlabError
        For anything else, with its key.
    """
    if not isinstance(content, Mapping) or not content:
        raise AlertlabError(f"{key}: {content!r} is no condition; write {{COLUMN: {{below: NUMBER}}}}")
    found: dict[str, dict[str, float]] = {}
    for column, limits in content.items():
        if not isinstance(limits, Mapping) or not limits or not set(limits) <= set(KINDS):
            raise AlertlabError(f"{key}.{column}: {limits!r} is no condition; write {{{', '.join(KINDS)}: NUMBER}}")
        for kind, value in limits.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise AlertlabError(f"{key}.{column}.{kind}: {value!r} is no number")
        found[str(column)] = {str(kind): float(value) for kind, value in limits.items()}
    return found


def holds(conditions: Conditions, values: Mapping[str, NDArray[Any]], rows: int) -> NDArray[np.bool_]:
    """(rows,) whether all conditions hold; of an unknown value none does."""
    found = np.ones(rows, bool)
    for column, limits in conditions.items():
        for kind, limit in limits.items():
            found &= KINDS[kind](values[column], limit)
    return found
