"""Tables of features that lie ready in a file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..alerts.plain import in_brief
from ..alerts.read import did_you_mean
from ..features.columns import nearest
from ..features.memory import FACTS
from ..features.sets import NAME, FeatureSet, feature_set
from ..runtime.errors import AlertlabError
from ..runtime.manifest import Column, FeatureSetId
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
        objects = np.array(table.column(self.object_id).cast(pa.string()).to_pylist(), dtype=np.str_)
        _check_names(objects, self.path)
        label = table.column(self.label).cast(pa.string()).to_pylist()
        facts = {name: as_numbers(table, name, self.path) for name in FACTS if name in table.column_names}
        return FeatureRows(
            objects, label, matrix(table, names, self.path), columns_of(names, features), identity(features), facts
        )


def read_table(path: Path) -> pa.Table:
    """A table from a Parquet or CSV file."""
    if not path.is_file():
        raise AlertlabError(f"datamodule.source.path: no file {path}{did_you_mean(path)}")
    try:
        if path.suffix in {".parquet", ".pq"}:
            return pq.read_table(path)
        return pacsv.read_csv(path, convert_options=pacsv.ConvertOptions(strings_can_be_null=True))
    except (pa.ArrowException, OSError) as error:
        raise AlertlabError(f"{path}: not a readable Parquet or CSV table ({in_brief(error)})") from error


def known_set(metadata: Mapping[bytes, bytes] | None, origin: str) -> FeatureSet | None:
    """The set of features that a table says it holds, which must be the one that this alertlab knows; None without."""
    name = (metadata or {}).get(NAME)
    if name is None:
        return None
    features = feature_set(name.decode())
    features.check(metadata, origin)
    return features


def identity(features: FeatureSet | None) -> FeatureSetId | None:
    """How samples and bundles name a set."""
    return None if features is None else FeatureSetId(features.name, features.version, features.sha256)


def columns_of(names: Sequence[str], features: FeatureSet | None) -> tuple[Column, ...]:
    """Columns with their units and formulas, as far as they are known."""
    known = {each.name: each.text for each in features.features} if features else {}
    return tuple(
        Column(name, unit=known[name].unit, description=known[name].formula) if name in known else Column(name)
        for name in names
    )


def matrix(table: pa.Table, names: Sequence[str], path: Path) -> NDArray[np.float32]:
    """(n, k) float32; null and what is beyond float32 becomes NaN.

    Raises
    ------
    AlertlabError
        For a column that is absent or holds no numbers.
    """
    values = [as_numbers(table, name, path) for name in names]
    wide = np.column_stack(values) if values else np.empty((table.num_rows, 0))
    with np.errstate(over="ignore"):
        narrow = wide.astype(np.float32)
    return np.where(np.isfinite(narrow), narrow, np.float32(np.nan))


def as_numbers(table: pa.Table, name: str, path: Path) -> NDArray[np.float64]:
    """(n,) float64, null as NaN."""
    if name not in table.column_names:
        raise AlertlabError(f"{path}: no column {name}")
    kind = table.schema.field(name).type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        raise AlertlabError(
            f"{path}: column {name} holds {kind}, no numbers; a column that is no feature is named in "
            f"datamodule.source.leave_out: 'datamodule.source.leave_out=[{name}]'"
        )
    column = pc.fill_null(table.column(name).cast(pa.float64()), np.nan)
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _check_names(objects: NDArray[np.str_], path: Path) -> None:
    names, counts = np.unique(objects, return_counts=True)
    if len(names) < len(objects):
        raise AlertlabError(f"{path}: object {names[counts > 1][0]} is in {counts.max()} rows; a row is one object")
    nameless = np.flatnonzero((objects == "None") | (objects == ""))
    if len(nameless):
        raise AlertlabError(f"{path}: row {nameless[0]} has no name of its object")
