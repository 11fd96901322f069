"""Tables of features from files, with what they say of their set."""

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..door.values import Place, first_bad, is_number, numbers, plain
from ..features.recipe import read_recipe
from ..features.sets import IN, JOINED, MAGNITUDE, NAME, OF_BANDS, FeatureSet, Wanted
from ..runtime.errors import AlertlabError
from ..runtime.manifest import Column, FeatureSetId


def known_set(metadata: Mapping[bytes, bytes] | None, origin: str, asked: Wanted | None = None) -> FeatureSet | None:
    """The set of features that a table says it holds, which must be the one that this alertlab knows; None without.

    Parameters
    ----------
    asked : what a config asked for, which may name packages of one's own; None takes the word of the table.
    """
    told = metadata or {}
    if NAME not in told:
        return None
    wanted = asked or Wanted.of(told[NAME].decode())
    if asked is None and (
        own := [name for name in wanted.names if "." in name]
    ):  # a file must not say what is imported
        raise AlertlabError(f"{origin}: has features of the package {own[0]}; compute them from the light curves")
    try:
        bands = tuple(map(str, json.loads(told.get(OF_BANDS, b"[]"))))
        joined = [(str(column), str(unit)) for column, unit in json.loads(told.get(JOINED, b"[]"))]
    except (ValueError, TypeError) as error:
        raise AlertlabError(f"{origin}: its metadata are damaged ({error}); compute the features again") from error
    features = wanted.resolved(bands, told.get(IN, MAGNITUDE.encode()).decode()).beside(joined)
    features.check(metadata, origin)
    return features


def identity(features: FeatureSet | None, metadata: Mapping[bytes, bytes] | None) -> FeatureSetId | None:
    """How samples and bundles name a set, and how it was made, as the metadata of its table say."""
    if features is None:
        return None
    return FeatureSetId(features.name, features.version, features.sha256, read_recipe(metadata))


def columns_of(names: Sequence[str], features: FeatureSet | None) -> tuple[Column, ...]:
    """Columns with their units and formulas, as far as they are known."""
    if features is None:
        return tuple(map(Column, names))
    known = {
        each.name: Column(each.name, features.unit(each), description=each.text.formula) for each in features.features
    }
    known |= {name: Column(name, unit, description="joined by object") for name, unit in features.joined}
    return tuple(known.get(name) or Column(name) for name in names)


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
