"""When and where the objects of light curves are seen, which is in no table of features."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...core.split.objects import angles, directions
from ...door.place import look
from ...features.tables.bounds import Bounds
from ...features.tables.columns import Columns
from ...features.tables.read import read_light_curves

SUMMARY = {"mjd": "min", "mjd_last": "max", "x": "sum", "y": "sum", "z": "sum"}


def read_places(
    path: Path, columns: Columns, bounds: Bounds, objects: NDArray[np.str_]
) -> dict[str, NDArray[np.float64]]:
    """First and last MJD and mean direction of the detections of each object, before any cleaning.

    Upper limits do not count, or hardly an object would be on one side of a date.

    Parameters
    ----------
    path : detections, streamed. objects : (n,) names; those without a detection have NaN.
    """
    chunks = read_light_curves(look(path), None, columns, bounds)
    parts = [_summed(_measured(chunk.detections)) for chunk in chunks if chunk.detections is not None]
    table = _summed(pa.concat_tables(parts))
    rows = pc.index_in(pa.array(objects.tolist(), pa.string()), value_set=table.column("object_id").combine_chunks())
    found = {name: table.column(name).take(rows).to_numpy().astype(np.float64) for name in SUMMARY}
    ra, dec = angles(found["x"], found["y"], found["z"])
    return {"mjd": found["mjd"], "mjd_last": found["mjd_last"], "ra": ra, "dec": dec}


def _measured(detections: pa.Table) -> pa.Table:
    """The rows of detections in a band that is used, as what is summed up."""
    used = pc.and_(pc.greater(detections.column("band"), 0), pc.is_finite(detections.column("time")))
    rows = detections.filter(used)
    nowhere = pa.chunked_array([np.full(rows.num_rows, np.nan)])
    place = [(rows.column(name) if name in rows.column_names else nowhere).to_numpy() for name in ("ra", "dec")]
    x, y, z = directions(*place)
    time = rows.column("time")
    return pa.table({"object_id": rows.column("object_id"), "mjd": time, "mjd_last": time, "x": x, "y": y, "z": z})


def _summed(table: pa.Table) -> pa.Table:
    """One row an object."""
    grouped = table.group_by("object_id").aggregate(list(SUMMARY.items()))
    return grouped.rename_columns({f"{name}_{how}": name for name, how in SUMMARY.items()})
