"""A survey: objects that have both a light curve and a stamp, and alerts of what has none."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...alerts.write import encode_packet
from ...files import replacing
from ..stamps.dataset import COLUMNS
from ..stamps.packets import NOISIER, OBJECT, alert_of
from ..stamps.scene import draw_scene
from ..written import Progress, refuse_occupied, silent
from .dataset import summary, write_tables
from .objects import SimulatedObject, simulate_object
from .packets import first_packet, stamp_class
from .taxonomy import check

ALONE = ("asteroid", "bogus")  # alerts without a light curve
EVERY = 5  # objects, then one of each of these
FAR = 10_000_000  # their indices begin here, so that no name is given twice
BALANCE = "equal"  # of the fifteen classes: the matrix of both classifiers wants some of each

Alert = tuple[dict[str, Any], str, SimulatedObject | None]


def simulate_alerts(n: int, seed: int, difficulty: float) -> Iterator[Alert]:
    """Packet, stamp class and object, of ``n`` objects; after every fifth an asteroid and a bogus, of no object."""
    for index in range(n):
        thing = simulate_object(index, seed, difficulty, BALANCE)
        packet = first_packet(thing, index, seed, difficulty)
        score = float(packet["candidate"]["sgscore1"])
        yield packet, stamp_class(thing.label), replace(thing, sgscore1=score)
        if index % EVERY == EVERY - 1:
            for place, label in enumerate(ALONE):
                yield _alone(FAR + 2 * (index // EVERY) + place, label, seed, difficulty), label, None


def _alone(index: int, label: str, seed: int, difficulty: float) -> dict[str, Any]:
    scene = draw_scene(np.random.default_rng([seed, OBJECT, index]), label, difficulty)
    return alert_of(scene, index, index, seed, NOISIER ** (2 * difficulty - 1))


def write_survey(
    directory: Path | str, n: int, seed: int, difficulty: float = 0.5, progress: Progress = silent
) -> dict[str, Any]:
    """Write a survey to a folder, all or nothing.

    ``packets/<candid>.avro`` and ``labels.csv`` (candid, objectId, label, ...) are as a folder of stamps has them;
    ``detections.parquet``, ``non_detections.parquet`` and ``light_curve_labels.csv`` (oid, class) hold the light
    curves of the same objectIds. The packet is the first row of its light curve.

    Parameters
    ----------
    directory : new, or empty.
    n : objects with a light curve, the fifteen classes in equal shares.
    seed, difficulty : as in :class:`SimulatedLightCurves`.
    progress : called with (objects done, n).

    Returns
    -------
    Summary: directory, objects, detections, non_detections, classes, packets, stamp_classes, seed, difficulty.

    Raises
    ------
    AlertlabError
        For a folder that holds something, or arguments out of range.
    """
    directory = Path(directory)
    refuse_occupied(directory)
    check(n, seed, difficulty, BALANCE)
    labels: list[tuple[Any, ...]] = []
    objects: list[SimulatedObject] = []
    with replacing(directory, folder=True) as partial:
        (partial / "packets").mkdir(parents=True)
        for packet, label, thing in simulate_alerts(n, seed, difficulty):
            (partial / "packets" / f"{packet['candid']}.avro").write_bytes(encode_packet(packet))
            catalogue = "" if label == "bogus" else label  # a bogus stands in no catalogue
            labels.append((packet["candid"], packet["objectId"], label, catalogue, "simulated"))
            if thing is not None:
                objects.append(thing)
                progress(len(objects), n)
        with (partial / "labels.csv").open("w", newline="") as table:
            csv.writer(table, lineterminator="\n").writerows([COLUMNS, *labels])
        write_tables(partial, objects, "light_curve_labels.csv")
    names = [row[2] for row in labels]
    return {
        "directory": str(directory),
        **summary(objects),
        "packets": len(labels),
        "stamp_classes": {name: names.count(name) for name in sorted(set(names))},
        "seed": seed,
        "difficulty": difficulty,
    }
