"""A folder of simulated packets with their labels."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...alerts.write import encode_packet
from ...files import replacing
from ..written import Progress, refuse_occupied, silent
from .packets import simulate_packets

COLUMNS = ("candid", "objectId", "label", "label_catalogue", "label_source")


def write_dataset(
    directory: Path | str,
    n: int,
    seed: int,
    difficulty: float = 0.5,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write ``directory/packets/<candid>.avro`` and ``directory/labels.csv``, all or nothing.

    Parameters
    ----------
    directory : new, or empty.
    n, seed, difficulty : as in ``simulate_packets``.
    progress : called with (packets written, n).

    Returns
    -------
    Summary: packets, objects, packets of each class, bytes, seed, difficulty, directory.

    Raises
    ------
    AlertlabError
        For a folder that holds something, or arguments out of range.
    """
    directory = Path(directory)
    refuse_occupied(directory)
    packets = simulate_packets(n, seed, difficulty=difficulty)
    labels: list[tuple[Any, ...]] = []
    size = 0
    with replacing(directory, folder=True) as partial:
        (partial / "packets").mkdir(parents=True)
        for packet in _noting(packets, labels, n, progress):
            data = encode_packet(packet)
            with open(f"{partial}/packets/{packet['candid']}.avro", "xb") as file:  # noqa: PTH123  pathlib costs 3 %
                file.write(data)
            size += len(data)
        with (partial / "labels.csv").open("w", newline="") as table:
            csv.writer(table, lineterminator="\n").writerows([COLUMNS, *labels])
    names = [row[2] for row in labels]
    return {
        "directory": str(directory),
        "packets": n,
        "objects": len({row[1] for row in labels}),
        "classes": {name: names.count(name) for name in sorted(set(names))},
        "bytes": size,
        "seed": seed,
        "difficulty": difficulty,
    }


def _noting(
    packets: Iterator[tuple[dict[str, Any], str]],
    labels: list[tuple[Any, ...]],
    n: int,
    progress: Progress,
) -> Iterator[dict[str, Any]]:
    """Pass the packets on and keep their labels; a bogus stands in no catalogue."""
    for packet, label in packets:
        yield packet
        catalogue = "" if label == "bogus" else label
        labels.append((packet["candid"], packet["objectId"], label, catalogue, "simulated"))
        progress(len(labels), n)
