"""A feature table by column names: from CSV or from Python, in any order of columns."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import AlertlabError
from .manifest import InputSpec

IDENTITY = ("object_id", "sample_id", "oid", "candid")  # the first of them names the rows of a table
UNKNOWN = ("", "nan", "null", "none", "na")  # what an unknown value looks like, whatever its case
AT_ONCE = 4096  # rows


def of_columns(spec: InputSpec, table: Mapping[str, ArrayLike], origin: str = "table") -> NDArray[np.float32]:
    """What an input takes, (n, columns), from a table of columns such as a data frame; further columns are left alone.

    Raises
    ------
    AlertlabError
        Names the columns that are missing, or the one that holds no numbers.
    """
    check_columns(spec, table, origin)
    arrays = []
    for column in spec.columns:
        try:
            values = np.asarray(table[column.name], np.float64)
        except (TypeError, ValueError) as error:
            raise AlertlabError(f"{origin}: column {column.name} holds something else than numbers") from error
        if values.ndim != 1:
            raise AlertlabError(f"{origin}: column {column.name} has shape {values.shape}, expected one value a row")
        arrays.append(values)
    lengths = {len(values) for values in arrays}
    if len(lengths) != 1:
        raise AlertlabError(f"{origin}: columns of unequal length, {sorted(lengths)}")
    return narrow(np.column_stack(arrays))


def read_csv(path: Path, spec: InputSpec) -> tuple[NDArray[np.float32], list[str]]:
    """What an input takes, (n, columns), and a name for each row.

    An empty cell is unknown, NaN. The name is that of the first of ``object_id``,
    ``sample_id``, ``oid`` and ``candid`` that there is, else the number of the row.

    Raises
    ------
    AlertlabError
        For missing columns, or a cell that is no number; names line and column.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets begin with a byte-order mark
            lines = csv.reader(file, strict=True)
            header = [name.strip() for name in next(lines, [])]
            check_columns(spec, header, str(path))
            twice = sorted({column.name for column in spec.columns if header.count(column.name) > 1})
            if twice:
                raise AlertlabError(f"{path}: column {', '.join(twice)} stands twice")
            places = [header.index(column.name) for column in spec.columns]
            named = next((header.index(name) for name in IDENTITY if name in header), None)
            rows: list[list[float]] = []
            parts: list[NDArray[np.float32]] = []
            names: list[str] = []
            for cells in lines:
                if not cells:
                    continue  # an empty line, at the end of many files
                if len(cells) != len(header):
                    raise AlertlabError(
                        f"{path}: line {lines.line_num} has {len(cells)} cells, the header {len(header)}"
                    )
                rows.append([number(cells[place], path, lines.line_num, header[place]) for place in places])
                names.append(str(len(names)) if named is None else cells[named])
                if len(rows) == AT_ONCE:
                    parts.append(narrow(np.array(rows)))
                    rows = []
    except (UnicodeDecodeError, csv.Error) as error:
        raise AlertlabError(f"{path}: not a CSV file of text ({error})") from error
    parts.append(narrow(np.array(rows).reshape(-1, len(places))))
    return np.concatenate(parts), names


def check_columns(spec: InputSpec, names: Iterable[str], origin: str) -> None:
    """Refuse a table that lacks a column of an input."""
    found = set(names)
    missing = [column.name for column in spec.columns if column.name not in found]
    if missing:
        shown = ", ".join(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
        raise AlertlabError(f"{origin}: no column {shown}, of the {len(spec.columns)} that input {spec.name} takes")


def number(cell: str, path: Path, line: int, column: str) -> float:
    """A cell as a number, NaN where it is empty."""
    text = cell.strip()
    if text.lower() in UNKNOWN:
        return float("nan")
    try:
        return float(text)
    except ValueError as error:
        raise AlertlabError(f"{path}: line {line}, column {column}: {text[:40]!r} is no number") from error


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
