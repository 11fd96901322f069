"""Simulated light curves of active nuclei on disk, in the columns of a public compilation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ...files import replacing
from ..written import Progress, refuse_occupied, silent
from .processes import WALK
from .tables import FACTS, SimulatedQuasars

# Catalina's eight seasons with 6 to 11 nights each, of four exposures; errors of 0.03 to 0.16 mag
CATALINA_QUASARS: Mapping[str, Any] = {"catalina": 1.0, "detections": (192, 352), "magnitude": (18.5, 20.5)}


def write_quasars(
    directory: Path | str, n: int, seed: int, difficulty: float, process: str = WALK, progress: Progress = silent
) -> dict[str, Any]:
    """Write ``lightcurves.parquet`` and ``objects.parquet`` with Catalina's cadence, all or nothing.

    The columns are those of the compilation of Burke et al. (2021, Science 373, 789), so that ``datamodule=quasars``
    reads both; what the light curves were made with stands in the columns ``true_...`` of the objects.

    Parameters
    ----------
    directory : new, or empty.
    n, seed, difficulty, process : as in :class:`SimulatedQuasars`.
    progress : called with (objects done, n).

    Returns
    -------
    Summary: directory, objects, detections, objects of each class, seed, difficulty, process.

    Raises
    ------
    AlertlabError
        For a folder that holds something, or arguments out of range.
    """
    directory = Path(directory)
    refuse_occupied(directory)
    source = SimulatedQuasars(n, seed, difficulty, process=process, **CATALINA_QUASARS)
    source.objects(progress)
    points, labels = source.detections(), source.labels()
    name, count = np.unique(np.asarray(points["oid"]), return_counts=True)  # named in the order of their numbers
    curves = {"lc_id": points["oid"], "object_id": points["oid"], "group_id": points["oid"], "time": points["time"]}
    curves |= {"value": points["magnitude"], "value_err": points["error"]}
    objects = {"lc_id": name, "object_id": name, "group_id": name, "unit": np.full(n, "mag"), "n_obs": count}
    objects |= {"process": np.full(n, process)} | {f"true_{fact}": labels[fact] for fact in FACTS}
    with replacing(directory, folder=True) as partial:
        partial.mkdir(parents=True)
        pq.write_table(pa.table(curves), partial / "lightcurves.parquet")
        pq.write_table(pa.table(objects), partial / "objects.parquet")
    told = {"directory": str(directory), "objects": n, "detections": points.num_rows, "classes": {process: n}}
    return {**told, "seed": seed, "difficulty": difficulty, "process": process}
