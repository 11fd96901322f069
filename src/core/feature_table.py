"""Tables of features from files, with what they say of their set."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..door.values import Place, first_bad, is_number, numbers, plain
from ..features.sets import NAME, FeatureSet, feature_set
from ..runtime.errors import AlertlabError
from ..runtime.manifest import Column, FeatureSetId


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
    odd = [name for name in names if name in table.column_names and not is_number(table.schema.field(name).type)]
    if odd:
        column = plain(table.column(odd[0]))
        row = first_bad(column)
        shown = f", such as {str(column[row])[:40]!r} in row {row}" if len(column) else ""
        from ..config.typed import listed  # here: Hydra is for those who train, and for remedies

        raise AlertlabError(
            f"{origin}: column {odd[0]} holds {column.type}, no numbers{shown}; "
            f"convert it, or leave out what is no feature: {listed('datamodule.source.leave_out', odd)}"
        )
    values = [as_numbers(table, name, origin) for name in names]
    wide = np.column_stack(values) if values else np.empty((table.num_rows, 0))
    with np.errstate(over="ignore"):
        narrow = wide.astype(np.float32)
    return np.where(np.isfinite(narrow), narrow, np.float32(np.nan))


def as_numbers(table: pa.Table, name: str, origin: str, remedy: str = "") -> NDArray[np.float64]:
    """(n,) float64, null as NaN; ``remedy`` says what else could be done about a column of something else."""
    if name not in table.column_names:
        raise AlertlabError(f"{origin}: no column {name}")
    return numbers(table.column(name), Place(origin, name, remedy=remedy))
