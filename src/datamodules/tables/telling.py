"""Columns of a ready table that are hardly features: those that count its rows, and those that tell the label."""

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...config.typed import listed
from ...core.progress import notice
from ...core.samples import Samples
from ...door.words import in_few_words

INDEX = re.compile(r"index|level_\d+")  # what pandas calls its row numbers as a column
COUNTED, JUDGED = 10, 20  # rows from which on a count of rows, or a label told, is hardly chance
PER_VALUE = 5  # rows
LOOK = 1000  # rows, which show most columns to be neither


def row_counts(table: pa.Table, names: list[str]) -> list[str]:
    """Columns of integers that number the rows: one after the other, or each another under a name that pandas gives."""
    return [name for name in names if _counts_rows(name, table.column(name))]


def _counts_rows(name: str, column: pa.ChunkedArray) -> bool:
    if not pa.types.is_integer(column.type) or column.null_count or len(column) == 0:
        return False
    if INDEX.fullmatch(name):
        return bool(pc.count_distinct(column).as_py() == len(column))
    values = column.to_numpy()
    return len(values) >= COUNTED and values[0] in (0, 1) and bool(np.all(np.diff(values.astype(np.int64)) == 1))


def tell(samples: Samples, origin: str) -> None:
    """One line on features that have no value at all, and one on each that tells the class alone."""
    values, columns = samples.inputs["features"], samples.columns["features"]
    empty = [column.name for number, column in enumerate(columns) if np.isnan(values[:, number]).all()]
    if empty and len(values):
        notice(f"{origin}: no object has a value in {in_few_words(empty, 5)}")
    for number, column in enumerate(columns):
        if tells(values[:, number], samples.target):
            notice(
                f"{origin}: column {column.name} alone tells the class; where it was made from the label, "
                f"leave it out: {listed('datamodule.source.leave_out', [column.name])}"
            )


def tell_joined(samples: Samples, origin: str, joined: Sequence[str]) -> None:
    """One line on each joined column that tells all classes, or one of them from all others."""
    places = {column.name: number for number, column in enumerate(samples.columns["features"])}
    for name in joined:
        values = samples.inputs["features"][:, places[name]]
        classes = [each for number, each in enumerate(samples.classes) if _tells_one(values, samples.target == number)]
        every = tells(values, samples.target)
        if every or classes:
            told = "the class" if every else f"class {', '.join(classes)}"
            rest = [each for each in joined if each != name]
            remedy = listed("datamodule.source.join_columns", rest) if rest else "datamodule.source.join=null"
            notice(
                f"{origin}: joined column {name} alone tells {told}; where it was made from the label, "
                f"leave it out: {remedy}"
            )


def _tells_one(values: NDArray[np.float32], is_one: NDArray[np.bool_]) -> bool:
    return min(is_one.sum(), (~is_one).sum()) >= JUDGED and tells(values, is_one.astype(np.int64))


def tells(values: NDArray[np.float32], target: NDArray[np.int64]) -> bool:
    """Whether a column decides the class: by an interval of its own for each, or by a code that is of one class alone.

    Parameters
    ----------
    values : (n,) NaN where unknown. target : (n,) class.
    """
    known = np.isfinite(values)
    values, target = values[known], target[known]
    if len(values) < max(JUDGED, known.size / 2) or np.sum(np.bincount(target) >= PER_VALUE) < 2:
        return False
    some = slice(None, None, max(1, len(values) // LOOK))  # most columns are done with by these
    return (_by_intervals(values[some], target[some]) and _by_intervals(values, target)) or _by_codes(values, target)


def _by_intervals(values: NDArray[np.float32], target: NDArray[np.int64]) -> bool:
    order = np.argsort(values, kind="stable")
    values, target = values[order], target[order]
    changes = np.flatnonzero(np.diff(target))
    return len(changes) == len(np.unique(target)) - 1 and bool(np.all(values[changes] < values[changes + 1]))


def _by_codes(values: NDArray[np.float32], target: NDArray[np.int64]) -> bool:
    if len(np.unique(values[:LOOK])) * PER_VALUE > min(len(values), LOOK):
        return False
    codes, of = np.unique(values, return_inverse=True)
    pairs = np.unique(of * (int(target.max()) + 1) + target)
    return len(codes) * PER_VALUE <= len(values) and len(pairs) == len(codes)
