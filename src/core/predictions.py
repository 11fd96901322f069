"""The predictions table: all that evaluation ever sees of a model."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..door.place import did_you_mean
from ..door.table import open_table
from ..door.values import Place, numbers
from ..door.words import in_brief, text_of
from ..files import replacing
from ..runtime.decision import decide
from ..runtime.errors import AlertlabError
from .prediction_columns import check_once, check_probability, sample_ids, targets, texts, whole_numbers
from .samples import UNLABELLED, Samples
from .taxonomy import Taxonomy

PREFIX, FACT = "probability_", "fact_"
NEEDED = ("sample_id", "object_id", "target")
A_FACT = "; a fact is a number, so rename or cast it"
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
            pq.write_table(self.table(), partial, write_page_checksum=True)
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
        check_probability(each.probability, "predictions")
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
    """Read a predictions table written by any run or any other program, in any format that tables have.

    Parts and repeats may be absent: all is then part test of repeat 0.

    Raises
    ------
    AlertlabError
        For a missing or damaged file, missing columns, rows without a name, probabilities that are none, or a sample
        that stands twice in one part and repeat.
    """
    path, origin = Path(path), str(path)
    if not path.exists():
        raise AlertlabError(f"{origin}: no such predictions file{did_you_mean(path)}")
    opened = open_table(path)
    columns = _classes(opened.names, origin)
    if missing := [name for name in NEEDED if name not in opened.schema.names]:
        raise AlertlabError(f"{origin}: no column {', '.join(missing)}; a predictions table needs them")
    facts = [name for name in opened.names if name.startswith(FACT) and name != FACT]
    optional = [name for name in ("part", "repeat") if name in opened.schema.names]
    text = ("sample_id", "object_id", "target", "part")
    table = opened.read([*NEEDED, *optional, *columns.values(), *facts], text)
    given = {name for name in optional if table[name].null_count < table.num_rows}  # null throughout is absent
    n, classes = table.num_rows, tuple(columns)
    found = Predictions(
        sample_ids(table["sample_id"], Place(origin, "sample_id")),
        texts(table["object_id"], Place(origin, "object_id")),
        texts(table["part"], Place(origin, "part")) if "part" in given else np.full(n, "test"),
        whole_numbers(table["repeat"], Place(origin, "repeat")) if "repeat" in given else np.zeros(n, np.int64),
        targets(table["target"], classes, Place(origin, "target")),
        np.column_stack([numbers(table[name], Place(origin, name)) for name in columns.values()]),
        classes,
        _branches(opened.metadata, classes, origin),
        {name.removeprefix(FACT): numbers(table[name], Place(origin, name, remedy=A_FACT)) for name in facts},
    )
    check_probability(found.probability, origin)
    check_once(found.sample_id, found.object_id, found.part, found.repeat, origin)
    return found


def _classes(names: Sequence[str], origin: str) -> dict[str, str]:
    """Class -> column of its probability."""
    found: dict[str, str] = {}
    for name in names:
        if name.startswith(PREFIX):
            of = text_of(name.removeprefix(PREFIX))
            if of is None:
                raise AlertlabError(f"{origin}: column {name!r} names no class; write {PREFIX}<class>")
            if of in found:
                raise AlertlabError(f"{origin}: columns {found[of]!r} and {name!r} are of one class; drop one")
            found[of] = name
    if not found:
        raise AlertlabError(f"{origin}: no column {PREFIX}<class>; a predictions table needs one of each class")
    return found


def _branches(metadata: Mapping[bytes, bytes], classes: tuple[str, ...], origin: str) -> Mapping[str, tuple[str, ...]]:
    text = metadata.get(TAXONOMY)
    if text is None:
        return {}
    try:
        return Taxonomy(classes, json.loads(text)["branches"]).branches
    except (ValueError, KeyError, TypeError, RecursionError, AlertlabError) as error:
        fault = f"{TAXONOMY.decode()} in its metadata is not a taxonomy of its classes"
        raise AlertlabError(f"{origin}: {fault} ({in_brief(error)})") from error


def _words(predictions: Predictions) -> str:
    branches = f" in branches {', '.join(predictions.branches)}" if predictions.branches else ""
    return f"classes {', '.join(predictions.classes)}{branches}"
