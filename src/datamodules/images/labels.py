"""What is said of images: a class or values by name, facts and places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...core.feature_table import as_numbers
from ...core.given import listed
from ...door.table import open_table
from ...door.values import Place, labels, names
from ...runtime.errors import AlertlabError, BundleError
from ...runtime.tasks.regression import Quantities, Quantity
from .source import ImageSource

PLACES = ("mjd", "ra", "dec")
KEY = "datamodule"


@dataclass(frozen=True)
class Asked:
    """Columns of the table, as the config names them.

    Attributes
    ----------
    name : of images. object_id : what keeps several of them together; None takes the name.
    label : None where values are asked for. values : their columns, none where a class is. facts : to judge by.
    places : :data:`PLACES` -> column.
    """

    name: str
    object_id: str | None
    label: str | None
    values: tuple[str, ...]
    facts: tuple[str, ...]
    places: Mapping[str, str]

    @property
    def numbers(self) -> list[str]:
        """Columns of numbers."""
        return list(dict.fromkeys([*self.values, *self.facts, *self.places.values()]))

    @property
    def words(self) -> list[str]:
        """Columns of text."""
        return [each for each in (self.object_id, self.label) if each is not None]


@dataclass(frozen=True)
class Told:
    """Rows of a table of labels, by the name of the image.

    Attributes
    ----------
    row : name -> its first row. twice : names of which two rows say different things.
    object_id, label : of each row, None where unknown. numbers : column -> (rows,).
    """

    row: Mapping[str, int]
    twice: frozenset[str]
    object_id: list[str | None]
    label: list[str | None]
    numbers: Mapping[str, NDArray[np.float64]]


def told(path: str | None, source: ImageSource, asked: Asked) -> tuple[Told, str]:
    """What a table says, that of the images' own file where none is named; and its origin.

    Raises
    ------
    AlertlabError
        For a table that is not there, lacks a column, or has text where numbers belong.
    """
    if path is None:
        table, origin = source.columns([*asked.words, *asked.numbers], asked.words), source.origin
        name = source.form.name or table.column_names[0]
    else:
        opened, origin, name = open_table(Path(path)), path, asked.name
        wanted = list(dict.fromkeys([name, *asked.words, *asked.numbers]))
        for column in wanted:
            if column not in opened.schema.names:
                raise AlertlabError(f"{KEY}.labels: {path} has no column {column}; it has {', '.join(opened.names)}")
        table = opened.read(wanted, text=[name, *asked.words])
    return _by_name(table, name, asked, origin), origin


def _by_name(table: pa.Table, name: str, asked: Asked, origin: str) -> Told:
    keys = names(table[name], Place(origin, name)).to_pylist()
    nothing: list[str | None] = [None] * len(keys)
    objects = (
        keys if asked.object_id is None else names(table[asked.object_id], Place(origin, asked.object_id)).to_pylist()
    )
    label = nothing if asked.label is None else labels(table[asked.label], Place(origin, asked.label)).to_pylist()
    numbers = {column: as_numbers(table, column, origin) for column in asked.numbers}
    values = np.stack([numbers[column] for column in asked.values], 1) if asked.values else np.zeros((len(keys), 0))
    row: dict[str, int] = {}
    twice: set[str] = set()
    for place, key in enumerate(keys):
        if key is None:
            continue
        first = row.setdefault(key, place)
        same = label[first] == label[place] and np.array_equal(values[first], values[place], equal_nan=True)
        if not same or objects[first] != objects[place]:
            twice.add(key)
    return Told(row, frozenset(twice), objects, label, numbers)


def quantities_of(given: Any) -> Quantities | None:
    """Named values and their groups, as a config has them; None for none.

    Parameters
    ----------
    given : a list of columns, each a name or ``{name, unit, minimum, maximum}``; or, of votes, a mapping of questions
        to the columns of their answers, shares that sum to one, or ``{of: COLUMN, columns: [...]}``, shares that sum
        to that column, as where a question was asked of those alone who gave that answer.

    Raises
    ------
    AlertlabError
        For what is neither.
    """
    if not given:
        return None
    key = f"{KEY}.values"
    try:
        if isinstance(given, Mapping):
            return Quantities(tuple(each for group, of in given.items() for each in _answers(str(group), of, key)))
        return Quantities(tuple(_quantity(each) for each in listed(given, key)))
    except (BundleError, TypeError) as error:
        raise AlertlabError(f"{key}: {error}") from error


def _answers(group: str, given: Any, key: str) -> list[Quantity]:
    whole = ""
    if isinstance(given, Mapping):
        if set(given) != {"of", "columns"}:
            raise AlertlabError(f"{key}.{group}: {dict(given)}; give {{of: COLUMN, columns: [COLUMN, COLUMN]}}")
        whole, given = str(given["of"]), given["columns"]
    columns: Sequence[Any] = listed(given, f"{key}.{group}")
    return [Quantity(str(name), minimum=0.0, maximum=1.0, group=group, whole=whole) for name in columns]


def _quantity(given: Any) -> Quantity:
    return Quantity(**given) if isinstance(given, Mapping) else Quantity(str(given))
