"""The predictions table: all that evaluation ever sees of a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..files import replacing
from ..runtime.decision import decide
from ..runtime.errors import AlertlabError
from .samples import UNLABELLED, Samples

PREFIX = "probability_"


@dataclass(frozen=True)
class Predictions:
    """What a model said of each sample.

    Attributes
    ----------
    sample_id : (n,) int64. object_id : (n,) str.
    part : (n,) str: train, validation, test, or new for samples outside any split.
    repeat : (n,) int64, which repeat or fold of the experiment.
    target : (n,) class index, -1 where unlabelled.
    probability : (n, classes), rows sum to one.
    classes : class names in taxonomy order.
    """

    sample_id: NDArray[np.int64]
    object_id: NDArray[np.str_]
    part: NDArray[np.str_]
    repeat: NDArray[np.int64]
    target: NDArray[np.int64]
    probability: NDArray[np.float64]
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.sample_id)

    @property
    def prediction(self) -> NDArray[np.int64]:
        """(n,) index of the decided class, by the project's tie rule."""
        return decide(self.probability)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "Predictions":
        """The predictions of these rows."""
        return Predictions(
            self.sample_id[rows],
            self.object_id[rows],
            self.part[rows],
            self.repeat[rows],
            self.target[rows],
            self.probability[rows],
            self.classes,
        )

    def table(self) -> pa.Table:
        """The Arrow form; classes by name, an unlabelled target is null."""
        names = np.array([*self.classes, None], dtype=object)  # index -1 is null
        return pa.table(
            {
                "sample_id": self.sample_id,
                "object_id": pa.array(self.object_id.tolist(), pa.string()),
                "part": pa.array(self.part.tolist(), pa.string()),
                "repeat": self.repeat,
                "target": pa.array(names[self.target], pa.string()),
                "prediction": pa.array(names[self.prediction], pa.string()),
                **{PREFIX + name: self.probability[:, index] for index, name in enumerate(self.classes)},
            }
        )

    def write(self, path: Path) -> Path:
        """Write the table as Parquet, whole or not at all."""
        with replacing(path) as partial:
            pq.write_table(self.table(), partial)
        return path


def predictions_of(samples: Samples, probability: NDArray[np.floating], part: str, repeat: int) -> Predictions:
    """Join what a model returned to the identity of its samples."""
    n = len(samples)
    return Predictions(
        samples.sample_id,
        samples.object_id,
        np.full(n, part),
        np.full(n, repeat, dtype=np.int64),
        samples.target,
        probability.astype(np.float64),
        samples.taxonomy.classes,
    )


def concatenate(tables: Sequence[Predictions]) -> Predictions:
    """Stack predictions of the same classes."""
    return from_table(pa.concat_tables([each.table() for each in tables]), "predictions")


def read_predictions(path: Path) -> Predictions:
    """Read a predictions table written by any run or any other program.

    Raises
    ------
    AlertlabError
        For a missing file, missing columns, or probabilities that are none.
    """
    if not Path(path).is_file():
        raise AlertlabError(f"{path}: no such predictions file")
    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid as error:
        raise AlertlabError(f"{path}: not a Parquet file ({error})") from error
    return from_table(table, str(path))


def from_table(table: pa.Table, origin: str) -> Predictions:
    """Check and convert the Arrow form; ``origin`` names it in errors."""
    classes = tuple(name.removeprefix(PREFIX) for name in table.column_names if name.startswith(PREFIX))
    missing = {"sample_id", "object_id", "target"} - set(table.column_names)
    if missing or not classes:
        absent = sorted(missing) + ([] if classes else [f"{PREFIX}<class>"])
        raise AlertlabError(f"{origin}: no column {', '.join(absent)}; a predictions table needs them")
    n = table.num_rows
    probability = np.column_stack([table[PREFIX + name].to_numpy().astype(np.float64) for name in classes])
    bad = ~np.isfinite(probability).all(axis=1) | (probability < 0).any(axis=1)
    if bad.any():
        raise AlertlabError(f"{origin}: row {int(np.argmax(bad))} holds a probability that is negative or not finite")
    index = {name: number for number, name in enumerate(classes)} | {None: UNLABELLED}
    targets = table["target"].to_pylist()
    unknown = sorted({str(name) for name in targets if name not in index})
    if unknown:
        raise AlertlabError(f"{origin}: target {', '.join(unknown)} has no {PREFIX}<class> column")
    part = table["part"].to_pylist() if "part" in table.column_names else ["test"] * n
    repeat = table["repeat"].to_numpy() if "repeat" in table.column_names else np.zeros(n)
    return Predictions(
        table["sample_id"].to_numpy().astype(np.int64),
        np.array(table["object_id"].to_pylist(), dtype=np.str_),
        np.array(part, dtype=np.str_),
        repeat.astype(np.int64),
        np.array([index[name] for name in targets], dtype=np.int64),
        probability,
        classes,
    )
