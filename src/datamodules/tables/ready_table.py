"""Tables of features that lie ready in a file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...core.feature_table import as_numbers, columns_of, identity, known_set, matrix
from ...core.given import listed, place_columns
from ...core.progress import notice
from ...door.table import open_table
from ...door.values import Place, labels, names
from ...features.memory import FACTS
from ...features.tables.columns import nearest
from ...runtime.errors import AlertlabError
from .feature_rows import FeatureRows
from .telling import row_counts

KEY = "datamodule.source"  # of the config
PLACES = ("mjd", "mjd_last", "ra", "dec")


class ReadyTable:
    """A file with one row an object: Parquet, CSV, FITS, VOTable or ECSV.

    All columns that are not named here are features, but for those that a writing program added, and integers that
    number the rows.

    Parameters
    ----------
    path : the file.
    object_id, label : its columns of names and labels.
    leave_out : columns that are no features, such as those that the label follows from.
    description : what the data are, in a few words.
    places : :data:`PLACES` -> column, for splits by time or sky; those columns are no features.

    Raises
    ------
    AlertlabError
        For ``leave_out`` that is no list, or ``places`` that are none.
    """

    def __init__(
        self,
        path: str,
        object_id: str,
        label: str,
        leave_out: Sequence[str],
        description: str,
        places: Mapping[str, str] | None = None,
    ) -> None:
        self.path, self.object_id, self.label = Path(path), object_id, label
        self.leave_out, self.about = tuple(map(str, listed(leave_out, f"{KEY}.leave_out"))), description
        self.places = place_columns(places, PLACES, f"{KEY}.places")

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
        table = open_table(self.path)
        keyed = [
            ("object_id", self.object_id),
            ("label", self.label),
            *(("leave_out", each) for each in self.leave_out),
        ]
        keyed += [(f"places.{name}", column) for name, column in self.places.items()]
        needed = [name for _, name in keyed]
        for key, name in keyed:
            if name not in table.schema.names:
                raise AlertlabError(f"{KEY}.{key}: {self.path} has no column {name}.{nearest(name, table.names)}")
        features = known_set(table.metadata, self.origin)
        chosen = features.names if features else [name for name in table.names if name not in (*needed, *FACTS)]
        facts = [name for name in FACTS if name in table.names and name not in needed]
        read = [self.object_id, self.label, *(name for name in chosen if name in table.schema.names), *facts]
        read = list(dict.fromkeys([*read, *self.places.values()]))
        rows = table.read(read, text=(self.object_id, self.label))
        if not features:
            chosen = self._without_counts(rows, chosen)
        if not chosen:
            raise AlertlabError(f"{self.path}: no column is left that could be a feature")
        values = matrix(rows, chosen, self.origin)
        if infinite := _infinite(rows, chosen, values):
            notice(f"{self.path}: {infinite} values are infinite or beyond float32, and taken for unknown")
        return FeatureRows(
            self._names(rows),
            labels(rows[self.label], Place(self.origin, self.label)).to_pylist(),
            values,
            columns_of(chosen, features),
            identity(features, table.metadata),
            {name: as_numbers(rows, name, self.origin, "; it is shown beside the results") for name in facts},
            places={name: as_numbers(rows, column, self.origin) for name, column in self.places.items()},
        )

    def _without_counts(self, rows: pa.Table, chosen: list[str]) -> list[str]:
        """The features, without columns that number the rows; that is told."""
        counts = row_counts(rows, chosen)
        for name in counts:
            notice(f"{self.path}: column {name} numbers the rows, so it is left out of the features")
        return [name for name in chosen if name not in counts]

    def _names(self, rows: pa.Table) -> NDArray[np.str_]:
        found = names(rows[self.object_id], Place(self.origin, self.object_id))
        if found.null_count:
            row = int(np.argmax(np.asarray(found.is_null())))
            raise AlertlabError(f"{self.path}: row {row} has no name of its object in column {self.object_id}")
        objects = np.array(found.to_pylist(), dtype=np.str_)
        different, counts = np.unique(objects, return_counts=True)
        if len(different) < len(objects):
            raise AlertlabError(
                f"{self.path}: object {different[counts > 1][0]} is in {counts.max()} rows; a row is one object"
            )
        return objects


def _infinite(rows: pa.Table, names: Sequence[str], values: NDArray[np.float32]) -> int:
    """Values that became NaN and were none."""
    unknown = 0
    for column in rows.select(names).columns:
        unknown += column.null_count
        if pa.types.is_floating(column.type):
            unknown += pc.sum(pc.is_nan(column)).as_py() or 0
    return int(np.isnan(values).sum()) - unknown
