"""What every predictions table has: which sample, of which object, part and repeat; facts; perhaps an embedding."""

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ...door.table import OpenTable
from ...door.values import Place, numbers
from ...door.words import in_brief
from ...files import replacing
from ...runtime.errors import AlertlabError
from ...runtime.tasks import task_named
from .columns import sample_ids, texts, whole_numbers

FACT, EMBEDDING = "fact_", "embedding"
A_FACT = "; a fact is a number, so rename or cast it"
TASK, ANSWERS = b"alertlab.task", b"alertlab.answers"  # keys in the metadata of the Parquet schema


@dataclass(frozen=True)
class Told:
    """What a model's answers are called, as a manifest has it.

    Attributes
    ----------
    classes, branches : of a classifier; of a detector the classes that training saw.
    answers : see the task's file in ``runtime/tasks``; ``{}`` of a classifier.
    """

    classes: tuple[str, ...] = ()
    branches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: Any = field(default_factory=dict)


@dataclass(frozen=True)
class Identity:
    """Which rows are spoken of.

    Attributes
    ----------
    sample_id : (n,) int64. object_id : (n,) str.
    part : (n,) str: train, validation, test, or new for samples outside any split.
        ``test_16d`` holds test objects whose light curves were cut 16 days after their
        first detection (any number of days; objects with too few detections by then are
        absent). Evaluation draws scores against days from such parts, and else leaves them out.
    repeat : (n,) int64, which repeat or fold of the experiment.
    facts : name -> (n,) number of each sample, such as ``detections``; NaN where unknown.
    embedding : (n, size) float32, where the model gives one.
    """

    sample_id: NDArray[np.int64]
    object_id: NDArray[np.str_]
    part: NDArray[np.str_]
    repeat: NDArray[np.int64]
    facts: Mapping[str, NDArray[np.float64]] = field(default_factory=dict, kw_only=True)
    embedding: NDArray[np.float32] | None = field(default=None, kw_only=True)

    def __len__(self) -> int:
        return len(self.sample_id)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Self:
        """The same of these rows."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        arrays: dict[str, Any] = {name: value[rows] for name, value in values.items() if isinstance(value, np.ndarray)}
        return replace(self, **arrays, facts={name: values[rows] for name, values in self.facts.items()})


class Predictions(Identity):
    """What a model said of each sample; a subclass for each task adds its columns."""

    task: ClassVar[str]
    beside: ClassVar[tuple[str, ...]] = ()  # endings of files that lie beside its table

    @property
    @abstractmethod
    def labelled(self) -> NDArray[np.bool_]:
        """(n,) whether the truth of a row is known, so that it can be judged."""

    @abstractmethod
    def own_columns(self) -> dict[str, Any]:
        """Columns of the task, as Arrow takes them."""

    @property
    def answers(self) -> Any:
        """What the answers are called, beyond what their columns say; None for nothing."""
        return None

    def check(self, origin: str) -> None:
        """Refuse answers that are none: AlertlabError with the row."""

    def key(self) -> NDArray[np.int64]:
        """(n,) what tells rows of one sample apart; 0 where it has one row."""
        return np.zeros(len(self), np.int64)

    def table(self) -> pa.Table:
        """The Arrow form: identity, the task's columns, facts, embedding."""
        columns = {
            "sample_id": self.sample_id,
            "object_id": pa.array(self.object_id.tolist(), pa.string()),
            "part": pa.array(self.part.tolist(), pa.string()),
            "repeat": self.repeat,
            **self.own_columns(),
            **{FACT + name: values for name, values in self.facts.items()},
        }
        if self.embedding is not None:
            flat = pa.array(np.ascontiguousarray(self.embedding, np.float32).ravel())
            columns[EMBEDDING] = pa.FixedSizeListArray.from_arrays(flat, self.embedding.shape[1])
        return pa.table(columns, metadata=self.metadata() or None)

    def metadata(self) -> dict[bytes, bytes]:
        """What the table says of itself."""
        found = {TASK: self.task.encode()}
        if is_dataclass(self.answers):
            found[ANSWERS] = json.dumps(asdict(self.answers), ensure_ascii=False).encode()  # type: ignore[arg-type]
        return found

    def write(self, path: Path) -> Path:
        """Write the table as Parquet, whole or not at all."""
        with replacing(path) as partial:
            pq.write_table(self.table(), partial, write_page_checksum=True)
        return path


def joined(tables: Sequence[Predictions]) -> Predictions:
    """Stack predictions of one task with answers of the same names; a fact that a table lacks is NaN in its rows.

    Raises
    ------
    AlertlabError
        For other tasks or names, or answers that are none.
    """
    first = tables[0]
    facts = dict.fromkeys(name for each in tables for name in each.facts)
    stacked: dict[str, Any] = {}
    for each in tables:
        each.check("predictions")
    for one in fields(first):
        values: list[Any] = [getattr(each, one.name, None) for each in tables]
        if one.name == "facts":
            nan = [np.full(len(each), np.nan) for each in tables]
            stacked["facts"] = {
                name: np.concatenate([of.get(name, none) for of, none in zip(values, nan, strict=True)])
                for name in facts
            }
        elif all(isinstance(value, np.ndarray) for value in values) and len({value.shape[1:] for value in values}) == 1:
            stacked[one.name] = np.concatenate(values)
        elif one.name == EMBEDDING or (one.default is None and any(value is None for value in values)):
            stacked[one.name] = None  # where some have none, or an embedding of another model
        elif (
            any(type(each) is not type(first) for each in tables)
            or isinstance(values[0], np.ndarray)
            or any(value != values[0] for value in values)
        ):
            told = " and ".join(dict.fromkeys(map(str, tables)))
            raise AlertlabError(f"predictions: {told} cannot stand in one table; take those of one kind")
    return replace(first, **stacked)


def read_identity(opened: OpenTable, columns: Sequence[str], text: Sequence[str]) -> tuple[Identity, pa.Table]:
    """Identity, facts and embedding of a table's rows, and the columns asked for.

    Parts and repeats may be absent: all is then part test of repeat 0.

    Parameters
    ----------
    columns : further ones to read; those that the file lacks are left out. text : those of them that are text.

    Raises
    ------
    AlertlabError
        For missing columns, or a row without a name.
    """
    origin, there = str(opened.path), opened.schema.names
    if missing := [name for name in ("sample_id", "object_id") if name not in there]:
        raise AlertlabError(f"{origin}: no column {', '.join(missing)}; a predictions table needs them")
    facts = [name for name in opened.names if name.startswith(FACT) and name != FACT]
    optional = [name for name in ("part", "repeat", EMBEDDING, *columns) if name in there]
    table = opened.read(["sample_id", "object_id", *optional, *facts], ("sample_id", "object_id", "part", *text))
    given = {name for name in ("part", "repeat") if name in there and table[name].null_count < table.num_rows}
    n = table.num_rows  # null throughout is absent
    identity = Identity(
        sample_ids(table["sample_id"], Place(origin, "sample_id")),
        texts(table["object_id"], Place(origin, "object_id")),
        texts(table["part"], Place(origin, "part")) if "part" in given else np.full(n, "test"),
        whole_numbers(table["repeat"], Place(origin, "repeat")) if "repeat" in given else np.zeros(n, np.int64),
        facts={name.removeprefix(FACT): numbers(table[name], Place(origin, name, remedy=A_FACT)) for name in facts},
        embedding=vectors(table[EMBEDDING], origin) if EMBEDDING in there else None,
    )
    return identity, table


def read_answers(opened: OpenTable, task: str) -> Any:
    """What a table's answers are called, from its metadata; None where it does not say."""
    text = opened.metadata.get(ANSWERS)
    if text is None:
        return None
    try:
        return task_named(task).schema(json.loads(text), "answers")
    except (ValueError, RecursionError, AlertlabError) as error:
        said = f"{ANSWERS.decode()} in its metadata is not what a {task} has ({in_brief(error)})"
        raise AlertlabError(f"{opened.path}: {said}") from error


def vectors(column: pa.ChunkedArray, origin: str) -> NDArray[np.float32]:
    """(n, size) of a column of embeddings; AlertlabError where its lists differ in length or hold no numbers."""
    rows = column.to_pylist()
    sizes = {len(row) if isinstance(row, list) else -1 for row in rows}
    if len(sizes) > 1 or -1 in sizes:
        raise AlertlabError(f"{origin}: column {EMBEDDING} holds no lists of one length")
    try:
        return np.array(rows, dtype=np.float32).reshape(
            len(rows), max(sizes, default=getattr(column.type, "list_size", 0))
        )
    except (TypeError, ValueError) as error:
        raise AlertlabError(f"{origin}: column {EMBEDDING} holds lists of something else than numbers") from error
