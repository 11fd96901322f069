"""The columns of a catalogue that a recipe needs, in its units, read some rows at a time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...door.table import ROWS, OpenTable
from ...door.values import Place, labels, names, numbers
from ...runtime.errors import AlertlabError
from ..tables.columns import nearest
from .derived import DEC, RA, Values
from .recipe import KEY, CatalogueRecipe
from .units import converted

UNIT = b"unit"  # in the metadata of a field

Progress = Callable[[Iterable[pa.Table], str, int | None], Iterable[pa.Table]]


def without_bar(rows: Iterable[pa.Table], description: str, total: int | None) -> Iterable[pa.Table]:
    """Rows as they come."""
    return rows


@dataclass(frozen=True)
class CatalogueRows:
    """What was read.

    Attributes
    ----------
    object_id : (n,) names. values : column -> (n,) numbers, float32 but for the positions, with what is derived.
    text : column -> (n,) labels, null where there is none.
    """

    object_id: NDArray[np.str_]
    values: Values
    text: dict[str, pa.ChunkedArray]

    def __len__(self) -> int:
        return len(self.object_id)


def read_catalogue(
    table: OpenTable,
    recipe: CatalogueRecipe,
    further: Sequence[str] = (),
    text: Sequence[str] = (),
    key: str = KEY,
    progress: Progress = without_bar,
) -> CatalogueRows:
    """Read and derive: the inputs of a recipe, and further columns.

    Parameters
    ----------
    table : one row a source. further : columns, derived or not, beside the inputs. text : columns of labels.
    key : of the config that names the columns, for messages. progress : a bar around batches.

    Raises
    ------
    AlertlabError
        For a column that is missing, holds no numbers, or is in a unit that does not become the wanted one; or a
        source that has no name, or is in two rows.
    """
    origin, wanted = str(table.path), [*recipe.columns, *further]
    needed = recipe.needed(wanted)
    in_file = {RA: recipe.ra, DEC: recipe.dec}
    numeric = {name: in_file.get(name, name) for name in sorted(needed)}
    _check(table, [recipe.object_id, *numeric.values(), *text], key)
    units = recipe.all_units() | {RA: "deg", DEC: "deg"}
    given = {name: (table.schema.field(column).metadata or {}).get(UNIT, b"") for name, column in numeric.items()}
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in numeric}
    words: dict[str, list[pa.Array]] = {name: [] for name in (recipe.object_id, *text)}
    columns = list(dict.fromkeys([*words, *numeric.values()]))
    for batch in progress(table.batches(columns, words), "reading the catalogue", _batches(table)):
        for name, column in numeric.items():
            raw = numbers(batch.column(column), Place(origin, column))
            where = f"{origin}: column {column}"
            found = converted(raw, given[name].decode(), units.get(name, ""), where, f"{key}.units.{column}")
            parts[name].append(found if name in in_file else _narrow(found))
        for name, chunks in words.items():
            read = names if name == recipe.object_id else labels
            chunks.append(read(batch.column(name), Place(origin, name)))
    objects = _objects(words[recipe.object_id], origin, recipe.object_id)
    # taken out of ``parts`` one by one, so that no two copies of all lie in memory
    values = {name: np.concatenate(parts.pop(name) or [np.zeros(0, np.float32)]) for name in numeric}
    texts = {name: pa.chunked_array(words[name], pa.string()) for name in text}
    return CatalogueRows(objects, recipe.derive(values, wanted), texts)


def _check(table: OpenTable, columns: Sequence[str], key: str) -> None:
    lacking = [name for name in dict.fromkeys(columns) if name not in table.schema.names]
    if lacking:
        like = nearest(lacking[0], table.names)
        raise AlertlabError(f"{table.path}: has no column {', '.join(lacking)}, which {key} asks for.{like}")


def _narrow(values: NDArray[np.float64]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        found = values.astype(np.float32)
    found[~np.isfinite(found)] = np.nan
    return found


def _batches(table: OpenTable) -> int | None:
    return None if table.rows is None else -(-table.rows // ROWS)


def _objects(chunks: list[pa.Array], origin: str, column: str) -> NDArray[np.str_]:
    array = pa.chunked_array(chunks, pa.string())
    if array.null_count:
        row = int(np.argmax(np.asarray(array.is_null())))
        raise AlertlabError(f"{origin}: row {row} has no name of its source in column {column}")
    counted = array.value_counts() if len(array) else None
    if counted is not None and len(counted) < len(array):
        most = counted[int(np.argmax(np.asarray(counted.field("counts"))))].as_py()
        raise AlertlabError(f"{origin}: source {most['values']} is in {most['counts']} rows; a row is one source")
    return np.array(array.to_pylist(), dtype=np.str_)
