"""Features of light curves that are in memory already."""

import json
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..runtime.errors import AlertlabError
from .lightcurves import Floats, LightCurves
from .recipe import Measured, Recipe
from .runs.batch import extract_batch
from .sets import FLUX, MAGNITUDE, FeatureSet, Wanted
from .tables.assemble import assemble
from .tables.clean import Asked, Rules
from .tables.columns import DETECTION, LIMIT, Columns, optional, recognise, resolve
from .tables.flat import as_table, flat, known_columns, names_of

FACTS = ("detections", "days")  # clean ones and the time they span: to judge results by, in no set of features
LEFT_OUT, DROPPED = b"alertlab.features.left_out", b"alertlab.features.dropped"


def features_of(
    lightcurves: Any,
    features: str | Sequence[str],
    non_detections: Any,
    columns: Columns | Mapping[str, Any] | None,
    rules: Rules | None,
) -> pa.Table:
    """See :func:`alertlab.features.extract`."""
    for name, value, kinds in (("columns", columns, (Columns, Mapping)), ("rules", rules, (Rules,))):
        if value is not None and not isinstance(value, kinds):
            raise AlertlabError(f"{name}={value!r}: give {' or '.join(kind.__name__ for kind in kinds)}")
    wanted = Wanted.of(features)
    table = as_table(lightcurves)
    if columns is None:
        columns = recognise(names_of(table.schema))
    elif not isinstance(columns, Columns):
        columns = Columns.of(columns)
    if not table.num_rows:
        raise AlertlabError("light curves: hold no rows")
    there = optional(resolve(columns, names_of(table.schema), DETECTION, "light curves"))
    present = known_columns([table], columns, there, "light curves")
    detections, refused = flat(table, present, DETECTION, "light curves")
    limits = None
    if non_detections is not None:
        limits, more = flat(as_table(non_detections), columns, LIMIT, "non-detections")
        refused += more
    names = columns.band_names
    used = wanted.used(names)
    asked = Asked(names, used, wanted.takes_fluxes)
    found = assemble(detections, limits, rules or Rules(), asked)
    seen = set(pc.unique(detections.column("band")).to_pylist())
    bands = tuple(name for number, name in enumerate(names, 1) if number in seen and name in used)
    measured = replace(Measured.unit_of(detections.schema.metadata), bands=bands or used)
    chosen = wanted.resolved(measured.bands, FLUX if measured.flux else MAGNITUDE)
    dropped = +(found.reasons + refused)
    if found.left_out:
        every = len(found.curves) + len(found.left_out)
        reasons = ", ".join(f"{count} with {reason}" for reason, count in Counter(found.left_out.values()).items())
        warnings.warn(f"{len(found.left_out)} of {every} objects left out: {reasons}", stacklevel=3)
    if found.join.fault:
        warnings.warn(found.join.fault, stacklevel=3)
    result = feature_table(found.curves, extract_batch(found.curves, chosen), chosen)
    recipe = Recipe(wanted.names, measured, columns, rules or Rules())
    notes = {**recipe.metadata(), LEFT_OUT: json.dumps(found.left_out).encode(), DROPPED: json.dumps(dropped).encode()}
    return result.replace_schema_metadata({**result.schema.metadata, **notes})


def table_schema(features: FeatureSet, said: Mapping[bytes, bytes] | None = None) -> pa.Schema:
    """``object_id``, :data:`FACTS` and a float64 column a feature; the metadata say which set it is, and ``said``."""
    units = {"days": "d"} | {each.name: features.unit(each) for each in features.features} | dict(features.joined)
    fields = [pa.field("object_id", pa.string())]
    for name in (*FACTS, *features.names):
        unit = units.get(name)
        fields.append(pa.field(name, pa.float64(), metadata={"unit": unit} if unit else None))
    return pa.schema(fields, metadata={**features.metadata(), **(said or {})})


def feature_table(curves: LightCurves, values: Floats, features: FeatureSet) -> pa.Table:
    """Rows of :func:`table_schema`; ``values`` are (objects, columns)."""
    detections, time = np.diff(curves.offsets), curves.detections["time"]
    days = [np.ptp(time[start:stop]) for start, stop in pairwise(curves.offsets)]
    columns = [detections.astype(np.float64), np.array(days, dtype=np.float64), *values.T.copy()]
    arrays = [pa.array(curves.object_id.tolist(), pa.string()), *(pa.array(column) for column in columns)]
    return pa.Table.from_arrays(arrays, schema=table_schema(features))
