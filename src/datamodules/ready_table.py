"""Tables of features that lie ready in a file."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from ..core.feature_table import as_numbers, columns_of, identity, known_set, matrix, read_table
from ..features.columns import nearest
from ..features.memory import FACTS
from ..runtime.errors import AlertlabError
from .feature_rows import FeatureRows


class ReadyTable:
    """A Parquet or CSV file (``.csv``, ``.csv.gz``) with one row an object.

    Parameters
    ----------
    path : the file.
    object_id, label : its columns of names and labels.
    leave_out : columns that are no features, such as those that the label follows from.
    description : what the data are, in a few words.
    """

    def __init__(self, path: str, object_id: str, label: str, leave_out: Sequence[str], description: str) -> None:
        self.path, self.object_id, self.label = Path(path), object_id, label
        self.leave_out, self.about = tuple(leave_out), description

    @property
    def description(self) -> str:
        """What the data are."""
        return f"{self.about} ({self.path.name})"

    @property
    def origin(self) -> str:
        """The file."""
        return str(self.path)

    def rows(self, max_days: float | None) -> FeatureRows:
        """All rows of the file.

        Raises
        ------
        AlertlabError
            For a file that is missing or damaged, a missing column, one that holds no numbers, an object named
            twice; or for a cut, which needs light curves.
        """
        if max_days is not None:
            raise AlertlabError(f"datamodule.cut_days: {self.path} holds features; only light curves can be cut")
        table = read_table(self.path)
        needed = (self.object_id, self.label, *self.leave_out)
        for key, name in zip(("object_id", "label", *["leave_out"] * len(self.leave_out)), needed, strict=True):
            if name not in table.column_names:
                hint = nearest(name, table.column_names)
                raise AlertlabError(f"datamodule.source.{key}: {self.path} has no column {name}.{hint}")
        features = known_set(table.schema.metadata, str(self.path))
        names = features.names if features else [n for n in table.column_names if n not in (*needed, *FACTS)]
        named = table.column(self.object_id).cast(pa.string())
        _check_names(named, self.path)
        objects = np.array(named.to_pylist(), dtype=np.str_)
        label = table.column(self.label).cast(pa.string()).to_pylist()
        facts = {name: as_numbers(table, name, self.origin) for name in FACTS if name in table.column_names}
        return FeatureRows(
            objects, label, matrix(table, names, self.origin), columns_of(names, features), identity(features), facts
        )


def _check_names(column: pa.ChunkedArray, path: Path) -> None:
    if column.null_count:
        row = column.is_null().to_pylist().index(True)
        raise AlertlabError(f"{path}: row {row} has no name of its object")
    names, counts = np.unique(np.array(column.to_pylist(), dtype=np.str_), return_counts=True)
    if len(names) < len(column):
        raise AlertlabError(f"{path}: object {names[counts > 1][0]} is in {counts.max()} rows; a row is one object")
