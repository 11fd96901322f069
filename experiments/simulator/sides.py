"""The two sides of the comparison, read by alertlab's own reader: labelled real alerts, and simulated ones."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fastavro
import numpy as np
from alertlab.alerts import Alert, LabelledFiles, LabelRule, Rejected
from alertlab.alerts.metadata import COLUMNS, metadata_features
from alertlab.core.samples import Samples
from alertlab.core.split import SplitPlan
from alertlab.core.taxonomy import Taxonomy
from numpy.typing import NDArray
from stamp_numbers import stamp_numbers

CLASSES = ("AGN", "SN", "VS", "asteroid", "bogus")
RULES = (LabelRule("label_catalogue"), LabelRule("label", ["bogus"]))  # as conf/datamodule/ztf_stamps.yaml
METADATA = tuple(column.name for column in COLUMNS[:23])  # the published ones


@dataclass(frozen=True)
class Side:
    """Labelled alerts of one side: ``numbers`` (n, k) of the pixels, ``metadata`` (n, 23), and what they are called."""

    alerts: list[Alert]
    label: NDArray[np.str_]
    numbers: NDArray[np.float64]
    names: tuple[str, ...]
    metadata: NDArray[np.float32]

    @property
    def objects(self) -> NDArray[np.str_]:
        """(n,) name of each alert's object."""
        return np.array([alert.object_id for alert in self.alerts])

    def take(self, rows: NDArray[np.integer]) -> "Side":
        """Some of the alerts."""
        chosen = [self.alerts[row] for row in rows]
        return Side(chosen, self.label[rows], self.numbers[rows], self.names, self.metadata[rows])

    def field(self, name: str) -> NDArray[np.float64]:
        """(n,) a candidate field, NaN where it is null or -999."""
        values = [alert.candidate.get(name) for alert in self.alerts]
        column = np.array([np.nan if value is None else float(value) for value in values])
        return np.where(column == -999, np.nan, column)

    def sentinel(self, name: str) -> NDArray[np.bool_]:
        """(n,) whether a candidate field is -999."""
        return np.array([alert.candidate.get(name) == -999 for alert in self.alerts])


def read_side(path: Path, labels: Path | None = None) -> Side:
    """Every labelled alert of the five classes at a path."""
    kept, names = [], []
    for found in LabelledFiles(str(path), RULES, None if labels is None else str(labels)):
        if not isinstance(found, Rejected) and found[1] in CLASSES:
            kept.append(found[0])
            names.append(found[1])
    numbers = [stamp_numbers(alert.stamp) for alert in kept]
    return Side(
        kept,
        np.array(names),
        np.array([list(each.values()) for each in numbers]),
        tuple(numbers[0]),
        metadata_features([alert.candidate for alert in kept], METADATA),
    )


def part(side: Side, name: str) -> Side:
    """The objects of ``train`` or of the ``rest``, as a training's first repeat parts them; ``all`` is everything."""
    if name == "all":
        return side
    target = np.array([CLASSES.index(label) for label in side.label])
    samples = Samples(
        {"x": np.zeros((len(target), 1), np.float32)},
        target,
        np.array([alert.candid for alert in side.alerts], dtype=np.int64),
        side.objects,
        Taxonomy(CLASSES),
        {},
    )
    training = set(SplitPlan().make(samples).rows(samples, "train").tolist())
    return side.take(np.array([row for row in range(len(target)) if (row in training) == (name == "train")]))


def history_lengths(path: Path) -> NDArray[np.float64]:
    """(n,) entries of ``prv_candidates`` of every packet in a folder or archive.

    By fastavro: alertlab's reader passes the history over.
    """
    return np.array([len(record.get("prv_candidates") or []) for record in _records(path)], dtype=float)


def _records(path: Path) -> Iterator[dict]:
    if path.is_dir():
        for each in sorted(path.rglob("*.avro")):
            with each.open("rb") as stream:
                yield from fastavro.reader(stream)
        return
    with tarfile.open(path) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.name.endswith(".avro") else None
            if stream:
                yield from fastavro.reader(stream)
