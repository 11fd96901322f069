"""Answer for rows that lie ready: arrays by the names of inputs, or a table with the columns of inputs."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...core.predictions import Predictions, concatenate, new_predictions
from ...core.predictions.columns import sample_ids, texts
from ...core.progress import track
from ...core.samples import number_of, taken
from ...core.table_file import TableFile
from ...door.place import Found, Kind, keep_apart
from ...door.table import open_table
from ...door.values import Place
from ...features.runs.work import LEFT_OUT
from ...runtime import Bundle
from ...runtime.arrays import read_inputs
from ...runtime.errors import AlertlabError
from ...runtime.table import inputs_of, places_of
from .result import UNDECIDED, Inputs, PredictResult, decided, told_counts

BATCH = 1024  # rows at a time: memory does not grow with a table
OBJECT, SAMPLE = "object_id", "sample_id"
Named = tuple[NDArray[np.str_], NDArray[np.int64], Inputs]


def predict_rows(bundle: Bundle, found: Found, out: Path, strict: bool) -> PredictResult:
    """Answer for every row of an .npz file or a table; what has no finite answer goes to ``<out>.rejected.parquet``.

    A row is named by ``object_id`` and numbered by ``sample_id``, where these are given; else its number does both.

    Raises
    ------
    AlertlabError
        For inputs that are not there or not as declared, no row, or a rejected one when strict.
    """
    rejected = out.with_name(f"{out.stem}.rejected.parquet")
    keep_apart(rejected, found)
    classified: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    numbers: list[NDArray[np.int64]] = []
    with ExitStack() as stack:
        written: TableFile | None = None
        whole: list[Predictions] = []
        lost = stack.enter_context(TableFile(rejected, LEFT_OUT))
        batches = _of_arrays(bundle, found.path) if found.kind is Kind.ARRAYS else _of_table(bundle, found)
        for objects, samples, inputs in track(batches, "answering"):
            numbers.append(samples)
            predictions, undecided = answered(bundle, objects, samples, inputs)
            if strict and undecided:
                raise AlertlabError(f"{found.path}: {undecided[0]}: {UNDECIDED} (--strict)")
            table = predictions.table()
            if predictions.beside:  # arrays, which are written with their table at once
                whole.append(predictions)
            else:
                written = written or stack.enter_context(TableFile(out, table.schema))
                written.write(table)
            lost.write(pa.table([pa.array(undecided, pa.string()), [UNDECIDED] * len(undecided)], schema=LEFT_OUT))
            classified.update(told_counts(table))
            reasons.update([UNDECIDED] * len(undecided))
        if written is None and not whole:
            raise AlertlabError(f"{found.path}: holds no row")
        _check_once(np.concatenate(numbers), found.path)
        if whole:
            concatenate(whole).write(out)
    return PredictResult(out, rejected, classified, reasons)


def answered(
    bundle: Bundle, objects: NDArray[np.str_], samples: NDArray[np.int64], inputs: Inputs
) -> tuple[Predictions, list[str]]:
    """Predictions of some rows, and the objects that have none."""
    rows, given, answers, lost = decided(bundle, inputs)
    return new_predictions(bundle.manifest, samples[rows], objects[rows], given, answers), objects[lost].tolist()


def _of_arrays(bundle: Bundle, path: Path) -> Iterator[Named]:
    """Rows of an .npz file, some at a time."""
    given: dict[str, Any] = dict(read_inputs(path))
    names = {name: given.pop(name) for name in (OBJECT, SAMPLE) if name in given}
    inputs = bundle.validate(given)
    n = len(next(iter(inputs.values())))
    columns: dict[str, pa.Array] = {name: pa.array(np.atleast_1d(values).tolist()) for name, values in names.items()}
    if uneven := [name for name, values in columns.items() if len(values) != n]:
        raise AlertlabError(f"{path}: {uneven[0]} has {len(columns[uneven[0]])} rows, the inputs {n}")
    objects, samples = _names(columns, path, 0, n)
    for start in range(0, n, BATCH):
        rows = np.arange(start, min(start + BATCH, n))
        yield objects[rows], samples[rows], {name: taken(values, rows) for name, values in inputs.items()}


def _of_table(bundle: Bundle, found: Found) -> Iterator[Named]:
    """Rows of a table, some at a time."""
    if found.kind is not Kind.TABLE:
        takes = f"the bundle takes {', '.join(spec.name for spec in bundle.inputs)}"
        raise AlertlabError(f"{found.path}: holds {found.kind.value}, and {takes}: give a table or an .npz")
    opened = open_table(found.path)
    wanted = [place for spec in bundle.inputs for place in places_of(spec, opened.names)]
    inputs_of(bundle.inputs, _Nothing(opened.names), str(found.path))  # columns that are missing, before any row
    names = [name for name in (OBJECT, SAMPLE) if name in opened.names]
    start = 0
    for batch in opened.batches([*dict.fromkeys([*wanted, *names])], names, rows=BATCH):
        objects, samples = _names({name: batch.column(name) for name in names}, found.path, start, batch.num_rows)
        yield objects, samples, dict(inputs_of(bundle.inputs, batch, str(found.path)))
        start += batch.num_rows


def _check_once(samples: NDArray[np.int64], path: Path) -> None:
    """Refuse two rows of one number: no table of predictions holds a sample twice."""
    ids, counts = np.unique(samples, return_counts=True)
    if len(ids) < len(samples):
        row = int(np.flatnonzero(samples == ids[counts > 1][0])[1])
        raise AlertlabError(f"{path}: row {row} has the {SAMPLE}, or name, of one before; number each in {SAMPLE}")


class _Nothing(dict[str, Any]):
    """Columns by name, without a row."""

    def __init__(self, names: list[str]) -> None:
        super().__init__({name: [] for name in names})


def _names(columns: Mapping[str, Any], path: Path, start: int, n: int) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Object and sample of n rows."""
    numbers = np.arange(start, start + n)
    objects = texts(columns[OBJECT], Place(str(path), OBJECT)) if OBJECT in columns else numbers.astype(np.str_)
    if SAMPLE in columns:
        return objects, sample_ids(columns[SAMPLE], Place(str(path), SAMPLE))
    return objects, np.array([number_of(name) for name in objects.tolist()], np.int64) if OBJECT in columns else numbers
