"""A table of one's own beside the features: redshifts, catalogue periods, mean magnitudes, by object."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...door.table import open_table
from ...door.values import Place, is_number, names, numbers
from ...runtime.errors import AlertlabError
from ..lightcurves import Floats
from .columns import nearest


@dataclass(frozen=True)
class Joined:
    """Columns by object.

    Attributes
    ----------
    columns : (name, unit) of each.
    """

    columns: tuple[tuple[str, str], ...]
    _place: dict[str, int]
    _values: Floats

    def values(self, objects: Sequence[str]) -> Floats:
        """(objects, columns), NaN where unknown, as for an object that is not in the table."""
        places = np.array([self._place.get(name, -1) for name in objects], dtype=np.int64)
        found = np.full((len(places), len(self.columns)), np.nan)
        found[places >= 0] = self._values[places[places >= 0]]
        return found

    def met(self, objects: NDArray[np.str_]) -> int:
        """How many of these objects are in the table."""
        return sum(name in self._place for name in objects.tolist())


NOTHING = Joined((), {}, np.zeros((0, 0)))


def read_join(path: Path, wanted: Sequence[str] | None, object_id: str) -> Joined:
    """Columns of a table with one row an object: numbers, null and infinite ones as unknown.

    Parameters
    ----------
    wanted : columns to take; None takes all that hold numbers.
    object_id : column of the objects' names; where there is none of that name ``object_id`` is looked for.

    Raises
    ------
    AlertlabError
        For a missing column, one that holds no numbers, or an object that is named twice.
    """
    table = open_table(path)
    key = next((name for name in (object_id, "object_id") if name in table.schema.names), None)
    if key is None:
        near = nearest(object_id, table.names)
        raise AlertlabError(f"join: {path} has no column {object_id}.{near} Name that of the objects so, or object_id")
    if wanted is not None and (absent := [name for name in wanted if name not in table.schema.names]):
        raise AlertlabError(f"join_columns: {path} has no column {absent[0]}.{nearest(absent[0], table.names)}")
    some = table.names if wanted is None else wanted
    rows = table.read([key, *(name for name in dict.fromkeys(some) if name != key)], text=(key,))
    chosen = [name for name in rows.column_names if name != key and (wanted or _holds_numbers(rows[name].type))]
    if not chosen:
        raise AlertlabError(f"join: {path} has no column of numbers beside {key}")
    ids = names(rows[key], Place(str(path), key))
    if ids.null_count:
        raise AlertlabError(f"join: {path} has a row without the name of its object in column {key}")
    place = {name: number for number, name in enumerate(ids.to_pylist())}
    if len(place) < len(ids):
        twice = next(name for number, name in enumerate(ids.to_pylist()) if place[name] != number)
        raise AlertlabError(f"join: {path} has object {twice} in two rows; a row is one object")
    values = np.column_stack([numbers(rows[name], Place(str(path), name)) for name in chosen])
    units = [(table.schema.field(name).metadata or {}).get(b"unit", b"").decode() for name in chosen]
    return Joined(tuple(zip(chosen, units, strict=True)), place, np.where(np.isfinite(values), values, np.nan))


def _holds_numbers(kind: pa.DataType) -> bool:
    return is_number(kind) and not pa.types.is_null(kind)
