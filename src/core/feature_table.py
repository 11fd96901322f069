"""Tables of features from files, with what they say of their set."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..door.place import did_you_mean
from ..door.words import in_brief
from ..features.sets import NAME, FeatureSet, feature_set
from ..runtime.errors import AlertlabError
from ..runtime.manifest import Column, FeatureSetId


def read_table(path: Path) -> pa.Table:
    """A table from a Parquet or CSV file."""
    if not path.is_file():
        raise AlertlabError(f"{path}: no such file{did_you_mean(path)}")
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


def matrix(table: pa.Table, names: Sequence[str], origin: str) -> NDArray[np.float32]:
    """(n, k) float32; null and what is beyond float32 becomes NaN.

    Raises
    ------
    AlertlabError
        For a column that is absent or holds no numbers.
    """
    values = [as_numbers(table, name, origin) for name in names]
    wide = np.column_stack(values) if values else np.empty((table.num_rows, 0))
    with np.errstate(over="ignore"):
        narrow = wide.astype(np.float32)
    return np.where(np.isfinite(narrow), narrow, np.float32(np.nan))


def as_numbers(table: pa.Table, name: str, origin: str) -> NDArray[np.float64]:
    """(n,) float64, null as NaN."""
    if name not in table.column_names:
        raise AlertlabError(f"{origin}: no column {name}")
    kind = table.schema.field(name).type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        raise AlertlabError(
            f"{origin}: column {name} holds {kind}, no numbers; where it is no feature, leave it out: "
            f"'datamodule.source.leave_out=[{name}]'"
        )
    column = pc.fill_null(table.column(name).cast(pa.float64()), np.nan)
    return np.asarray(column.to_numpy(), dtype=np.float64)
