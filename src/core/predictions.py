"""The predictions table: all that evaluation ever sees of a model."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..files import replacing
from ..runtime.decision import decide
from ..runtime.errors import AlertlabError
from .samples import UNLABELLED, Samples
from .taxonomy import Taxonomy

PREFIX, FACT = "probability_", "fact_"
TAXONOMY = b"alertlab.taxonomy"  # key in the metadata of the Parquet schema


@dataclass(frozen=True)
class Predictions:
    """What a model said of each sample.

    Attributes
    ----------
    sample_id : (n,) int64. object_id : (n,) str.
    part : (n,) str: train, validation, test, or new for samples outside any split.
        ``test_16d`` holds test objects whose light curves were cut 16 days after their
        first detection (any number of days; objects with too few detections by then are
        absent). Evaluation draws scores against days from such parts, and else leaves them out.
    repeat : (n,) int64, which repeat or fold of the experiment.
    target : (n,) class index, -1 where unlabelled.
    probability : (n, classes), rows sum to one.
    classes : class names in taxonomy order.
    branches : branch -> its classes, as in `Taxonomy`; empty for a flat task.
    facts : name -> (n,) number of each sample, such as ``detections``; NaN where unknown.
    """

    sample_id: NDArray[np.int64]
    object_id: NDArray[np.str_]
    part: NDArray[np.str_]
    repeat: NDArray[np.int64]
    target: NDArray[np.int64]
    probability: NDArray[np.float64]
    classes: tuple[str, ...]
    branches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facts: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.sample_id)

    @property
    def prediction(self) -> NDArray[np.int64]:
        """(n,) index of the decided class, by the project's tie rule."""
        return decide(self.probability)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "Predictions":
        """The predictions of these rows."""
        return replace(
            self,
            sample_id=self.sample_id[rows],
            object_id=self.object_id[rows],
            part=self.part[rows],
            repeat=self.repeat[rows],
            target=self.target[rows],
            probability=self.probability[rows],
            facts={name: values[rows] for name, values in self.facts.items()},
        )

    def top(self) -> "Predictions":
        """The same rows at the top level: the classes are the branches, each with the sum of its probabilities.

        Raises
        ------
        AlertlabError
            For a flat task.
        """
        if not self.branches:
            raise AlertlabError("predictions: their classes have no branches, so there is no top level")
        number = {name: index for index, of in enumerate(self.branches.values()) for name in of}
        branch = np.array([number[name] for name in self.classes])
        member = np.eye(len(self.branches))[branch]
        return replace(
            self,
            target=np.append(branch, UNLABELLED)[self.target],  # index -1 is unlabelled
            probability=self.probability @ member,
            classes=tuple(self.branches),
            branches={},
        )

    def table(self) -> pa.Table:
        """The Arrow form; classes by name, an unlabelled target is null, branches in the schema's metadata."""
        names = np.array([*self.classes, None], dtype=object)  # index -1 is null
        taxonomy = {"branches": {name: list(of) for name, of in self.branches.items()}}
        return pa.table(
            {
                "sample_id": self.sample_id,
                "object_id": pa.array(self.object_id.tolist(), pa.string()),
                "part": pa.array(self.part.tolist(), pa.string()),
                "repeat": self.repeat,
                "target": pa.array(names[self.target], pa.string()),
                "prediction": pa.array(names[self.prediction], pa.string()),
                **{PREFIX + name: self.probability[:, index] for index, name in enumerate(self.classes)},
                **{FACT + name: values for name, values in self.facts.items()},
            },
            metadata={TAXONOMY: json.dumps(taxonomy, ensure_ascii=False).encode()} if self.branches else None,
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
        samples.taxonomy.branches,
        samples.facts,
    )


def new_predictions(
    sample_id: NDArray[np.int64],
    object_id: NDArray[np.str_],
    probability: NDArray[np.floating],
    classes: tuple[str, ...],
    branches: Mapping[str, tuple[str, ...]] | None = None,
    facts: Mapping[str, NDArray[np.float64]] | None = None,
) -> Predictions:
    """What a bundle says of samples outside any split: unlabelled, part ``new``."""
    n = len(sample_id)
    return Predictions(
        sample_id,
        object_id,
        np.full(n, "new"),
        np.zeros(n, dtype=np.int64),
        np.full(n, UNLABELLED, dtype=np.int64),
        probability.astype(np.float64),
        classes,
        branches or {},
        facts or {},
    )


def concatenate(tables: Sequence[Predictions]) -> Predictions:
    """Stack predictions of the same classes and branches; a fact that a table lacks is NaN in its rows.

    Raises
    ------
    AlertlabError
        For other classes, or probabilities that are none.
    """
    first = tables[0]
    for each in tables:
        if each.classes != first.classes or each.branches != first.branches:
            raise AlertlabError(
                f"predictions: {_words(first)} and {_words(each)} cannot stand in one table; predict with one taxonomy"
            )
        _check(each.probability, "predictions")
    facts = dict.fromkeys(name for each in tables for name in each.facts)
    return Predictions(
        np.concatenate([each.sample_id for each in tables]),
        np.concatenate([each.object_id for each in tables]),
        np.concatenate([each.part for each in tables]),
        np.concatenate([each.repeat for each in tables]),
        np.concatenate([each.target for each in tables]),
        np.concatenate([each.probability for each in tables]),
        first.classes,
        first.branches,
        {name: np.concatenate([each.facts.get(name, np.full(len(each), np.nan)) for each in tables]) for name in facts},
    )


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
    _check(probability, origin)
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
        _branches(table, classes, origin),
        {
            name.removeprefix(FACT): _fact(table, name, origin)
            for name in table.column_names
            if name.startswith(FACT) and name != FACT
        },
    )


def _check(probability: NDArray[np.float64], origin: str) -> None:
    bad = ~np.isfinite(probability).all(axis=1) | (probability < 0).any(axis=1)
    if bad.any():
        raise AlertlabError(f"{origin}: row {int(np.argmax(bad))} holds a probability that is negative or not finite")


def _branches(table: pa.Table, classes: tuple[str, ...], origin: str) -> Mapping[str, tuple[str, ...]]:
    text = (table.schema.metadata or {}).get(TAXONOMY)
    if text is None:
        return {}
    try:
        return Taxonomy(classes, json.loads(text)["branches"]).branches
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AlertlabError(f"{origin}: {TAXONOMY.decode()} in its metadata is not a taxonomy ({error!r})") from error
    except AlertlabError as error:
        raise AlertlabError(f"{origin}: {error}, in {TAXONOMY.decode()} of its metadata") from error


def _fact(table: pa.Table, name: str, origin: str) -> NDArray[np.float64]:
    kind = table.schema.field(name).type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        raise AlertlabError(f"{origin}: column {name} holds {kind}; a fact is a number, so rename or cast it")
    values: NDArray[np.float64] = table[name].cast(pa.float64()).to_numpy()
    return values


def _words(predictions: Predictions) -> str:
    branches = f" in branches {', '.join(predictions.branches)}" if predictions.branches else ""
    return f"classes {', '.join(predictions.classes)}{branches}"
