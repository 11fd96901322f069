"""The objects of a hunt: a table of features or embeddings, a row an object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...core.feature_table import columns_of, identity, known_set, matrix
from ...core.predictions.columns import texts
from ...core.predictions.table import EMBEDDING, FACT, vectors
from ...core.progress import notice
from ...core.samples import Samples, number_of
from ...datamodules.tables.telling import row_counts
from ...door.table import OpenTable, open_table
from ...door.values import Place, is_number
from ...door.words import in_few_words, text_of
from ...features.memory import FACTS
from ...features.sets import FeatureSet
from ...features.tables.columns import nearest
from ...models.graphs.graph_file import NAME
from ...runtime.errors import AlertlabError
from ...runtime.manifest import Column

NO_FEATURES = ("sample_id", "part", "repeat", "target", "outlier", "score", "percentile")  # of a predictions table


@dataclass(frozen=True)
class Candidates:
    """What is hunted in.

    Attributes
    ----------
    samples : features, raw, and names of the objects. path : of the table.
    shown : column -> text of each object, to show and to fill links with; nothing learns from them.
    """

    samples: Samples
    path: Path
    shown: Mapping[str, Sequence[str]] = field(default_factory=dict)


def read_candidates(
    path: Path, object_id: str, leave_out: Sequence[str], shown: Sequence[str], link: str = ""
) -> Candidates:
    """The objects of a table.

    The forest learns from its ``embedding``, if it has one; else from a set of features that it names, or from all
    columns of numbers that are neither named here nor facts nor numbers of rows.

    Parameters
    ----------
    object_id : column of names. leave_out : columns that are no features.
    shown : columns that a person sees beside each object; those that ``link`` names are added.

    Raises
    ------
    AlertlabError
        For a table that cannot be read, a column that is not there, an object in two rows, or nothing to learn from.
    """
    table = open_table(path)
    wanted = list(dict.fromkeys([*shown, *(name for name in placeholders(link) if name != "object_id")]))
    for key, names in (("object_id", [object_id]), ("leave_out", leave_out), ("shown", wanted)):
        for name in names:
            if name not in table.schema.names:
                raise AlertlabError(f"{key}: {path} has no column {name}.{nearest(name, table.names)}")
    facts = [name for name in table.names if (name in FACTS or name.startswith(FACT)) and name not in wanted]
    features = known_set(table.metadata, str(path))
    apart = {object_id, *leave_out, *wanted, *facts}
    offered: Sequence[str] = table.names
    if features is not None and apart & set(features.names):  # the rest of a set is that set no more
        offered, features = features.names, None
    embedded = features is None and EMBEDDING in offered
    if features is not None:
        chosen = list(features.names)
    elif embedded:
        chosen = [EMBEDDING]
    else:
        apart |= set(NO_FEATURES if "sample_id" in table.names else ())
        chosen = [name for name in offered if name not in apart]
    read = [name for name in (object_id, *chosen, *wanted, *facts) if name in table.schema.names]
    rows = table.read(list(dict.fromkeys(read)), text=(object_id, *wanted))
    if features is None and not embedded:
        chosen = _numbers(rows, chosen, path)
    objects = _names(rows, object_id, path)
    values: NDArray[np.float32]
    columns: tuple[Column, ...]
    if embedded:
        values = vectors(rows[EMBEDDING], str(path))
        columns = tuple(Column(f"{EMBEDDING}_{place}") for place in range(values.shape[1]))
    else:
        values, columns = matrix(rows, chosen, str(path)), columns_of(chosen, features)
    known: list[bool] = [bool(np.isfinite(column).any()) for column in values.T]
    if not all(known) and features is None and len(values):
        gone = [column.name for column, there in zip(columns, known, strict=True) if not there]
        notice(f"{path}: {in_few_words(gone)} unknown for every object, so not learnt from")
        values, columns = values[:, known], tuple(c for c, there in zip(columns, known, strict=True) if there)
    if not columns:
        raise AlertlabError(f"{path}: no column is left that the forest could learn from")
    _tell_unknown(values, path)
    said = {name: [text_of(value) or "" for value in rows[name].to_pylist()] for name in (*wanted, *facts)}
    return Candidates(_samples(values, objects, columns, table, features), path, said)


def of_columns(path: Path, columns: Sequence[str], rows: NDArray[np.int64]) -> NDArray[np.float32] | None:
    """(m, columns) raw features of these rows of another table; None where it lacks any of the columns."""
    table = open_table(path)
    if not set(columns) <= set(table.names):
        return None
    return matrix(table.read(list(columns)).take(rows), list(columns), str(path))


def placeholders(link: str) -> list[str]:
    """Columns that a pattern such as ``https://alerce.online/object/{object_id}`` names.

    Raises
    ------
    AlertlabError
        For a pattern that is none.
    """
    try:
        found = [name for _, name, _, _ in Formatter().parse(link) if name is not None]
    except ValueError as error:
        raise AlertlabError(f"--link: {link!r} is no pattern ({error}); write {{object_id}} for the name") from error
    if odd := [name for name in found if not name or any(letter in name for letter in ".[]")]:
        raise AlertlabError(f"--link: {{{odd[0]}}} is no column; write {{object_id}} for the name")
    return found


def name_column(table: OpenTable, object_id: str) -> str:
    """The column of names: that of the candidates, ``object_id``, or ``oid`` as ALeRCE writes it.

    Raises
    ------
    AlertlabError
        Where there is neither.
    """
    found = next((name for name in (object_id, "object_id", "oid") if name in table.schema.names), None)
    if found is None:
        raise AlertlabError(f"{table.path}: no column {object_id} of names.{nearest(object_id, table.names)}")
    return found


def _samples(
    values: NDArray[np.float32],
    names: NDArray[np.str_],
    columns: tuple[Column, ...],
    table: OpenTable,
    features: FeatureSet | None,
) -> Samples:
    numbers = np.array([number_of(name) for name in names.tolist()], np.int64)
    of = identity(features, table.metadata)
    return Samples({NAME: values}, None, numbers, names, None, {NAME: columns}, of)


def _numbers(rows: pa.Table, chosen: Sequence[str], path: Path) -> list[str]:
    """Those columns that hold numbers, without those that number the rows; what is left out is told."""
    numeric = [name for name in chosen if is_number(rows.schema.field(name).type)]
    counts = row_counts(rows, numeric)
    for names, why in (([name for name in chosen if name not in numeric], "no numbers"), (counts, "the rows' numbers")):
        if names:
            notice(f"{path}: {in_few_words(list(names))}: {why}, so not learnt from")
    return [name for name in numeric if name not in counts]


def _names(rows: pa.Table, column: str, path: Path) -> NDArray[np.str_]:
    names = texts(rows[column], Place(str(path), column))
    different, counts = np.unique(names, return_counts=True)
    if len(different) < len(names):
        twice = different[counts > 1][0]
        raise AlertlabError(f"{path}: object {twice} is in {counts.max()} rows; a candidate is one row")
    return names


def _tell_unknown(values: NDArray[np.float32], path: Path) -> None:
    unknown = np.isnan(values)
    if unknown.any():
        columns = int(unknown.any(axis=0).sum())
        told = f"{int(unknown.sum())} of {values.size} values, in {columns} of {values.shape[1]} columns, are unknown"
        notice(f"{path}: {told}; each is taken for the median of its column")
