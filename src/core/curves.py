"""Light curves to look at: the clean points of some objects, out of a table or packets of many."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..door.place import Found, look
from ..features.recipe import Measured
from ..features.tables.assemble import assemble
from ..features.tables.bounds import Bounds
from ..features.tables.clean import Asked, Rules
from ..features.tables.columns import Columns
from ..features.tables.read import bands_of, read_light_curves


@dataclass(frozen=True)
class Curve:
    """The points of one object.

    Attributes
    ----------
    time : (n,) days; MJD, or since whenever its source counts. value, error : (n,) in ``unit``.
    band : (n,) names.
    unit : ``mag``, which is drawn upside down, or that of a flux.
    """

    time: NDArray[np.float64]
    value: NDArray[np.float64]
    error: NDArray[np.float64]
    band: NDArray[np.str_]
    unit: str = "mag"


def read_curves(
    path: Path | Found, columns: Columns, bounds: Bounds, rules: Rules, objects: Iterable[str]
) -> dict[str, Curve]:
    """The clean points of these objects, by name; without those that have none.

    Parameters
    ----------
    path : whatever :func:`~..features.tables.read.read_light_curves` reads; it is streamed once, all of it.
    rules : of the cleaning; how many points an object must have is not asked.
    """
    found, wanted = look(path), pa.array(sorted(set(objects)), pa.string())
    parts = []
    for chunk in read_light_curves(found, None, columns, bounds):
        if chunk.detections is not None:
            inside = pc.is_in(chunk.detections.column("object_id"), value_set=wanted)
            parts.append(chunk.detections.filter(inside))
    if not parts or not (table := pa.concat_tables(parts, promote_options="default")).num_rows:
        return {}
    said = [Measured.unit_of(part.schema.metadata) for part in parts]
    flux = said[0].flux and "flux" in table.column_names
    names = bands_of(found, columns)
    curves = assemble(table, None, replace(rules, min_detections=1), Asked(names, fluxes=flux)).curves
    value, error = ("flux", "flux_error") if curves.in_flux else ("magnitude", "error")
    band, points = np.array(["", *names])[curves.band], curves.detections
    return {
        str(name): Curve(
            points["time"][start:stop],
            points[value][start:stop],
            points[error][start:stop],
            band[start:stop],
            "uJy" if curves.in_flux else "mag",
        )
        for name, start, stop in zip(curves.object_id, curves.offsets, curves.offsets[1:], strict=False)
    }


def curve_of(rows: NDArray[np.float32], columns: Mapping[str, str]) -> Curve | None:
    """One sequence of a light curve as samples hold it; None where it is none.

    Parameters
    ----------
    rows : (n, columns). columns : their names, ``time`` first among them, and units.
    """
    at = {name: place for place, name in enumerate(columns)}
    value = next((name for name in ("magnitude", "flux", "value") if name in at), None)
    if value is None or "time" not in at:
        return None
    nothing = np.full(len(rows), np.nan, np.float32)
    error = next((rows[:, at[name]] for name in ("error", f"{value}_error") if name in at), nothing)
    band = rows[:, at["band"]] if "band" in at else np.ones(len(rows))
    known = np.isfinite(rows[:, at["time"]]) & np.isfinite(rows[:, at[value]])
    names = np.array([f"band {number:g}" for number in band[known]], dtype=np.str_)
    time, values, errors = (each[known].astype(np.float64) for each in (rows[:, at["time"]], rows[:, at[value]], error))
    return Curve(time, values, errors, names, columns[value] or ("mag" if value == "magnitude" else ""))
