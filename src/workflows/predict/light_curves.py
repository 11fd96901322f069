"""Classify light curves: their features are computed first."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ... import runtime
from ...core.feature_file import extract_file, rejected_path
from ...core.feature_table import as_numbers, known_set, matrix
from ...core.predictions import Predictions, new_predictions
from ...core.progress import track
from ...core.samples import number_of
from ...core.table_file import TableFile
from ...door.place import PARQUET, Found, Kind, keep_apart
from ...door.table import OpenTable, open_table
from ...features.memory import FACTS
from ...features.runs.work import LEFT_OUT
from ...features.sets import NAME, Wanted
from ...files import replacing
from ...runtime.errors import AlertlabError
from ..features import trained_settings
from .result import UNDECIDED, PredictResult, decided, told_counts

BATCH = 16_384  # objects at a time: memory does not grow with their number
FEATURES = "features"


def predict_light_curves(
    bundle: runtime.Bundle,
    overrides: Sequence[str],
    found: Found,
    non_detections: Found | None,
    out: Path,
    strict: bool,
    folders: Sequence[Path] = (),
    allowed: Sequence[str] = (),
) -> PredictResult:
    """Classify every object at a place; what cannot be used goes to ``<out>.rejected.parquet``.

    Parameters
    ----------
    bundle : takes features.
    overrides : of ``conf/features.yaml``, in the place of what the bundle remembers of its training: columns, bands,
        unit, cleaning. The set is the bundle's.
    folders, allowed : see :func:`alertlab.config.compose`.
    found, non_detections : light curves, of which the features are computed and kept in ``<out>.features.parquet``;
        or a table that ``alertlab features`` wrote.
    out : Parquet file of predictions, in the order of objects' names.
    strict : refuse where any object cannot be used.

    Raises
    ------
    AlertlabError
        For a bundle of features that this alertlab does not compute, a table of another set, or no object.
    """
    (spec,) = bundle.inputs
    path, rejected = found.path, rejected_path(out)
    keep_apart(rejected, found, non_detections)
    dropped: Mapping[str, int] = {}
    unknown: tuple[str, ...] = ()
    features, left_out = feature_table(found), LEFT_OUT.empty_table()
    if features is not None:
        _check(features.metadata, spec, str(path))
    else:
        assert spec.feature_set is not None  # dispatch sends other bundles elsewhere
        settings = trained_settings(spec.feature_set, overrides, folders, allowed)
        table_path = out.with_name(f"{out.stem}.features.parquet")
        done = extract_file(found, non_detections, table_path, settings)
        dropped, unknown = done.dropped, done.unknown
        _check(pq.read_schema(table_path).metadata, spec, "this version of alertlab", settings.features)
        features, left_out = open_table(table_path), open_table(rejected_path(table_path)).read()
        rejected_path(table_path).unlink()
    if strict:
        _list(left_out, rejected, path, strict)  # before anything is classified
    classified: Counter[str] = Counter()
    parts = [left_out]
    with TableFile(out, _predictions(features.schema.empty_table(), bundle)[0].table().schema) as written:
        for rows in _objects(features):
            predictions, undecided = _predictions(rows, bundle)
            table = predictions.table()
            written.write(table)
            classified.update(told_counts(table))
            parts.append(undecided)
        reasons = _list(pa.concat_tables(parts), rejected, path, strict)
    return PredictResult(out, rejected, classified, reasons, dropped, unknown)


def feature_table(found: Found) -> OpenTable | None:
    """The table of a file that says that it holds a set of features, None for anything else."""
    if found.kind is not Kind.TABLE or not found.path.name.lower().endswith(PARQUET):
        return None
    table = open_table(found.path)
    return table if NAME in table.metadata else None


def _list(left_out: pa.Table, rejected: Path, path: Path, strict: bool) -> Counter[str]:
    """Write the table of rejected objects, and count their reasons; strictly, any is an error."""
    left_out = left_out.sort_by("object_id")
    with replacing(rejected) as partial:
        pq.write_table(left_out, partial)
    reasons = Counter(left_out["reason"].to_pylist())
    if strict and reasons:
        raise AlertlabError(f"{path}: {sum(reasons.values())} objects cannot be used, see {rejected} (--strict)")
    return reasons


def _check(
    metadata: Mapping[bytes, bytes] | None, spec: runtime.InputSpec, origin: str, asked: Wanted | None = None
) -> None:
    """Refuse features of another definition than the bundle was trained on, before anything is classified."""
    found, wanted = known_set(metadata, origin, asked), spec.feature_set
    if wanted is None or found is None or found.sha256 != wanted.sha256:
        has = f"{found.name} {found.version} ({found.sha256[:12]})" if found else "none"
        needs = f"{wanted.name} {wanted.version} ({wanted.sha256[:12]})" if wanted else "none that alertlab computes"
        raise AlertlabError(f"{origin}: holds feature set {has}, the bundle was trained on {needs}")


def _objects(features: OpenTable) -> Iterator[pa.Table]:
    """Rows of a table of features, some at a time.

    Raises
    ------
    AlertlabError
        For an object that is in two rows: which of them is meant?
    """
    seen: set[str] = set()
    batches = -(-features.rows // BATCH) if features.rows is not None else None
    for batch in track(features.batches(features.names, rows=BATCH), "classifying", batches):
        names = batch.column("object_id").to_pylist()
        for name in names:
            if name in seen:
                raise AlertlabError(f"{features.path}: object {name} is in two rows; a row is one object")
            seen.add(name)
        yield batch


def _predictions(table: pa.Table, bundle: runtime.Bundle) -> tuple[Predictions, pa.Table]:
    """Predictions of some objects, and a table of those that have none."""
    (spec,) = bundle.inputs
    values = matrix(table, [column.name for column in spec.columns], "features")
    rows, given, answers, lost = decided(bundle, {FEATURES: values})
    objects = np.array(table.column("object_id").to_pylist(), dtype=np.str_)
    predictions = new_predictions(
        bundle.manifest,
        np.array([number_of(name) for name in objects[rows].tolist()], dtype=np.int64),
        objects[rows],
        given,
        answers,
        {name: as_numbers(table, name, "features")[rows] for name in FACTS},
    )
    undecided = pa.table([pa.array(objects[lost].tolist(), pa.string()), [UNDECIDED] * len(lost)], schema=LEFT_OUT)
    return predictions, undecided
