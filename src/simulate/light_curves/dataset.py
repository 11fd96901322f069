"""A folder of simulated light curves."""

import csv
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ...files import replacing
from ..written import Progress, refuse_occupied, silent
from .objects import SimulatedObject
from .tables import LABELS, SimulatedLightCurves, detections_table, non_detections_table
from .taxonomy import CLASSES


def write_light_curves(
    directory: Path | str, n: int, seed: int, difficulty: float, balance: str, progress: Progress = silent
) -> dict[str, Any]:
    """Write ``detections.parquet``, ``non_detections.parquet`` and ``labels.csv`` (oid,class), all or nothing.

    Parameters
    ----------
    directory : new, or empty.
    n, seed, difficulty, balance : as in :class:`SimulatedLightCurves`.
    progress : called with (objects done, n).

    Returns
    -------
    Summary: directory, objects, detections, non_detections, objects of each class, seed, difficulty, balance.

    Raises
    ------
    AlertlabError
        For a folder that holds something, or arguments out of range.
    """
    directory = Path(directory)
    refuse_occupied(directory)
    source = SimulatedLightCurves(n, seed, difficulty, balance)
    objects = source.objects(progress)
    with replacing(directory, folder=True) as partial:
        partial.mkdir(parents=True)
        write_tables(partial, objects, "labels.csv")
    return {"directory": str(directory), **summary(objects), "seed": seed, "difficulty": difficulty, "balance": balance}


def write_tables(directory: Path, objects: list[SimulatedObject], labels: str) -> None:
    """Write the three tables of objects into a folder, the labels as CSV of this name."""
    pq.write_table(detections_table(objects), directory / "detections.parquet")
    pq.write_table(non_detections_table(objects), directory / "non_detections.parquet")
    rows = [(each.name, each.label) for each in objects]
    with (directory / labels).open("w", newline="") as table:
        csv.writer(table, lineterminator="\n").writerows([LABELS.names, *rows])


def summary(objects: list[SimulatedObject]) -> dict[str, Any]:
    """Counts of what was simulated."""
    names = [each.label for each in objects]
    return {
        "objects": len(objects),
        "detections": sum(each.measured.time.size for each in objects),
        "non_detections": sum(each.measured.limit_time.size for each in objects),
        "classes": {name: names.count(name) for name in CLASSES if name in names},
    }
