"""A feature table by column names: from CSV or from Python, in any order of columns."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import AlertlabError, BundleError
from .manifest import InputSpec
from .ragged import Ragged

IDENTITY = ("object_id", "sample_id", "oid", "candid")  # the first of them names the rows of a table
UNKNOWN = frozenset({"", "nan", "null", "none", "na", "n/a", "<na>", "nat", "--"})  # no value, whatever its case
SET_HASH = b"alertlab.features.sha256"  # what a table of features says of itself
COMMENT = "#"  # what a line that is no row begins with
AT_ONCE = 4096  # rows


def inputs_of(specs: Sequence[InputSpec], table: Any, origin: str = "table") -> dict[str, NDArray[np.float32] | Ragged]:
    """Every input of a bundle from a table of columns: numbers for tables, lists for sequences.

    Raises
    ------
    AlertlabError
        For images, which no column gives, or a column of lists that several inputs take; names the columns that are
        missing.
    """
    names = names_of(table, origin)
    lists = [place for spec in specs if spec.kind == "sequence" for place in places_of(spec, names)]
    if shared := [name for name in lists if lists.count(name) > 1]:
        several = " and ".join(f"{spec.name}.{shared[0]}" for spec in specs if shared[0] in places_of(spec, names))
        raise AlertlabError(f"{origin}: several inputs take {shared[0]}; give the columns {several}")
    found: dict[str, NDArray[np.float32] | Ragged] = {}
    for spec in specs:
        if spec.kind == "features":
            found[spec.name] = of_columns(spec, table, origin)
        elif spec.kind == "sequence" and spec.columns and spec.free:
            found[spec.name] = of_lists(spec, table, origin)
        else:
            raise BundleError(f"input {spec.name}: {spec.kind}, and a table of columns cannot give it")
    return found


def of_lists(spec: InputSpec, table: Any, origin: str = "table") -> Ragged:
    """Sequences from columns of lists, a list a row; an absent list has no points.

    Raises
    ------
    AlertlabError
        Names the columns that are missing, or the row whose lists are of unequal length or hold no numbers.
    """
    places = places_of(spec, check_columns(spec, names_of(table, origin), origin))
    lists = [_lists(table[place], f"{origin}: column {place}") for place in places]
    if len({len(each) for each in lists}) != 1:
        raise AlertlabError(f"{origin}: columns of unequal length, {sorted({len(each) for each in lists})}")
    lengths = np.array([[len(row) for row in each] for each in lists], dtype=np.int64).reshape(len(lists), -1)
    if (uneven := (lengths != lengths[0]).any(axis=0)).any():
        row = int(np.argmax(uneven))
        told = ", ".join(f"{place} {count}" for place, count in zip(places, lengths[:, row], strict=True))
        raise AlertlabError(f"{origin}: row {row} has lists of unequal length ({told})")
    flat = [np.concatenate([np.zeros(0), *each]) for each in lists]
    return Ragged(narrow(np.column_stack(flat)), np.concatenate([[0], np.cumsum(lengths[0])]).astype(np.int64))


def _lists(column: Any, place: str) -> list[NDArray[np.float64]]:
    """Numbers of each row."""
    rows = column.to_pylist() if hasattr(column, "to_pylist") else list(column)
    found = []
    for number, row in enumerate(rows):
        absent = not hasattr(row, "__len__") and str(row).lower() in UNKNOWN  # None, or NaN of a data frame
        if not absent and (isinstance(row, str | bytes) or not hasattr(row, "__len__")):
            raise AlertlabError(f"{place}, row {number}: {str(row)[:40]!r} is no list")
        found.append(np.zeros(0) if absent or not len(row) else _numbers(row, f"{place}, row {number}"))
    return found


def of_columns(spec: InputSpec, table: Any, origin: str = "table") -> NDArray[np.float32]:
    """What an input takes, (n, columns), from a table of columns; further columns are left alone.

    Parameters
    ----------
    table : whatever gives a column by its name: a mapping, a data frame, an Arrow or astropy table, a record array.

    Raises
    ------
    AlertlabError
        Names the columns that are missing, or the one that holds no numbers or has another unit.
    """
    places = places_of(spec, check_columns(spec, names_of(table, origin), origin))
    check_said(spec, table, places, origin)
    arrays = [_numbers(table[place], f"{origin}: column {place}") for place in places]
    lengths = {len(values) for values in arrays}
    if len(lengths) != 1:
        raise AlertlabError(f"{origin}: columns of unequal length, {sorted(lengths)}")
    return narrow(np.column_stack(arrays))


def check_said(spec: InputSpec, table: Any, places: Sequence[str], origin: str) -> None:
    """Refuse a table that says itself that it holds another set of features, or a column in another unit."""
    schema = getattr(table, "schema", None)
    held = (getattr(schema, "metadata", None) or {}).get(SET_HASH)
    if held and spec.feature_set and held != spec.feature_set.sha256.encode():
        raise AlertlabError(
            f"{origin}: holds other features than {spec.feature_set.name} {spec.feature_set.version}, which the bundle "
            "was trained on: of another set, other bands or another unit"
        )
    for column, place in zip(spec.columns, places, strict=True):
        if schema is not None and hasattr(schema, "field"):
            said = (schema.field(place).metadata or {}).get(b"unit", b"").decode()
        else:
            said = str(getattr(table[place], "unit", None) or "")
        if said and column.unit and said != column.unit:
            raise AlertlabError(
                f"{origin}: column {place} is in {said}, and the bundle takes {column.unit}; convert it"
            )


def names_of(table: Any, origin: str) -> list[str]:
    """Names of the columns of a table of any kind."""
    if isinstance(table, np.ndarray):
        return list(table.dtype.names or ())
    keys = getattr(table, "keys", None)  # a mapping, a data frame
    names = keys() if callable(keys) else getattr(table, "column_names", getattr(table, "columns", None))
    if names is None:
        raise AlertlabError(f"{origin}: {type(table).__name__} has no columns by name; give a mapping or a data frame")
    return [name for name in names if isinstance(name, str)]


def _numbers(values: Any, place: str) -> NDArray[np.float64]:
    """(n,) float64, NaN where there is no value: None, NA, masked."""
    if isinstance(values, np.ma.MaskedArray) and values.dtype.kind in "fiub":
        values = np.where(np.ma.getmaskarray(values), np.nan, values.data)
    try:
        array = np.asarray(values)
        if array.dtype.kind == "O" and array.ndim == 1:  # Decimal, or gaps between integers
            array = np.array([_number(value) for value in array])
        if array.dtype.kind not in "fiub":
            raise TypeError(array.dtype)
    except (TypeError, ValueError, OverflowError) as error:
        raise AlertlabError(f"{place} holds something else than numbers") from error
    if array.ndim != 1:
        raise AlertlabError(f"{place} has shape {array.shape}, expected one value a row")
    return array.astype(np.float64)


def _number(value: Any) -> float:
    if isinstance(value, str | bytes):
        raise TypeError(value)
    return float("nan") if str(value).lower() in UNKNOWN else float(value)


def read_csv(path: Path, spec: InputSpec) -> tuple[NDArray[np.float32], list[str]]:
    """What an input takes, (n, columns), and a name for each row.

    An empty cell is unknown, NaN. The name is that of the first of ``object_id``,
    ``sample_id``, ``oid`` and ``candid`` that there is, else the number of the row. A line of
    empty cells is no row, nor is a comment: a line that begins with ``#`` and has not as many cells.

    Raises
    ------
    AlertlabError
        For missing columns, a cell that is no number, or a row without its name; names line and column.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets begin with a byte-order mark
            lines = csv.reader(file, strict=True)
            header = [name.strip() for name in next((cells for cells in lines if _is_row(cells, 0)), [])]
            check_columns(spec, header, str(path))
            twice = sorted({name for name in (*_names(spec), *IDENTITY) if header.count(name) > 1})
            if twice:
                raise AlertlabError(f"{path}: column {', '.join(twice)} stands twice")
            places = [header.index(name) for name in places_of(spec, header)]
            named = next((header.index(name) for name in IDENTITY if name in header), None)
            rows: list[list[float]] = []
            parts: list[NDArray[np.float32]] = []
            names: list[str] = []
            for cells in lines:
                if not _is_row(cells, len(header)):
                    continue
                line = lines.line_num
                if len(cells) != len(header):
                    raise AlertlabError(f"{path}: line {line} has {len(cells)} cells, the header {len(header)}")
                rows.append([number(cells[place], path, line, header[place]) for place in places])
                names.append(str(len(names)) if named is None else name_in(cells[named], path, line, header[named]))
                if len(rows) == AT_ONCE:
                    parts.append(narrow(np.array(rows)))
                    rows = []
    except OSError as error:
        raise AlertlabError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise AlertlabError(f"{path}: not a CSV file of text ({error})") from error
    parts.append(narrow(np.array(rows).reshape(-1, len(places))))
    return np.concatenate(parts), names


def _is_row(cells: Sequence[str], width: int) -> bool:
    """Whether a line is more than empty cells or a comment."""
    return any(map(str.strip, cells)) and (len(cells) == width or not cells[0].startswith(COMMENT))


def _names(spec: InputSpec) -> list[str]:
    return [column.name for column in spec.columns]


def places_of(spec: InputSpec, names: Iterable[str]) -> list[str]:
    """Columns of a table that an input takes: ``query.band`` before ``band``, which several inputs may have."""
    there = set(names)
    return [full if (full := f"{spec.name}.{name}") in there else name for name in _names(spec)]


def check_columns(spec: InputSpec, names: Iterable[str], origin: str) -> set[str]:
    """The columns of a table; AlertlabError where it lacks one of an input."""
    found = set(names)
    missing = [name for name in places_of(spec, found) if name not in found]
    if missing:
        shown = ", ".join(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
        raise AlertlabError(f"{origin}: no column {shown}, of the {len(spec.columns)} that input {spec.name} takes")
    return found


def number(cell: str, path: Path, line: int, column: str) -> float:
    """A cell as a number, NaN where it is empty."""
    text = cell.strip()
    if text.lower() in UNKNOWN:
        return float("nan")
    try:
        return real(text)
    except ValueError as error:
        raise AlertlabError(f"{path}: line {line}, column {column}: {text[:40]!r} is no number") from error


def real(text: str) -> float:
    """The number that a text is, by what all programs write: Python's 1_000 is none; ValueError."""
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return float(text)


def name_in(cell: str, path: Path, line: int, column: str) -> str:
    """A cell as the name of its row."""
    text = cell.strip()
    if text.lower() in UNKNOWN or not text.isprintable():
        raise AlertlabError(f"{path}: line {line}, column {column}: {text[:40]!r} names no row")
    return text


def narrow(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Float32, in which features are learnt from: what is beyond its range is infinite, which preprocessing treats."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32)


def only_table(specs: Sequence[InputSpec], path: Path) -> InputSpec:
    """The one input of a bundle, where it is a table of named columns.

    Raises
    ------
    AlertlabError
        For a bundle that takes something else or more.
    """
    if len(specs) != 1 or specs[0].kind != "features":
        names = ", ".join(spec.name for spec in specs)
        raise AlertlabError(
            f"{path}: a CSV file holds one table of features, and the bundle takes {names}: give an .npz"
        )
    return specs[0]
