"""Light curves to look at: the clean points of some objects, out of a table or packets of many."""

import re
from collections.abc import Iterable, Sequence
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
from ..runtime.manifest import Column

NUMBERED = re.compile(r"(\d+) (\w+)")


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


def curve_of(rows: NDArray[np.float32], columns: Sequence[Column]) -> Curve | None:
    """One sequence of a light curve as samples hold it; None where it is none.

    Parameters
    ----------
    rows : (n, columns), NaN where nothing is known. columns : ``time``, ``magnitude`` or ``flux``, and perhaps
        ``error`` and ``band``, whose numbers its description names: ``1 g, 2 r``.
    """
    at = {column.name: place for place, column in enumerate(columns)}
    value = next((name for name in ("magnitude", "flux") if name in at), None)
    if value is None or "time" not in at:
        return None
    known = np.isfinite(rows[:, at["time"]]) & np.isfinite(rows[:, at[value]])
    points = rows[known].astype(np.float64)
    error = points[:, at["error"]] if "error" in at else np.full(len(points), np.nan)
    band = points[:, at["band"]] if "band" in at else np.ones(len(points))
    said = dict(NUMBERED.findall(columns[at["band"]].description)) if "band" in at else {}
    names = np.array([said.get(f"{number:g}", f"band {number:g}") for number in band], dtype=np.str_)
    unit = columns[at[value]].unit or ("mag" if value == "magnitude" else "")
    return Curve(points[:, at["time"]], points[:, at[value]], error, names, unit)
