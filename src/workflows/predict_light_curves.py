"""Classify light curves with a bundle: their features are computed first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .. import runtime
from ..config import compose
from ..core.feature_file import extract_file, rejected_path
from ..core.feature_table import as_numbers, known_set, matrix
from ..core.predictions import Predictions, new_predictions
from ..core.progress import track
from ..core.samples import number_of
from ..core.table_file import TableFile
from ..features.memory import FACTS
from ..features.sets import NAME
from ..features.work import LEFT_OUT
from ..files import replacing
from ..runtime.errors import AlertlabError
from .features import settings_of
from .predict import PredictResult

BATCH = 16_384  # objects at a time: memory does not grow with their number
FEATURES = "features"


def predict_light_curves(
    bundle: runtime.Bundle,
    overrides: Sequence[str],
    path: Path,
    non_detections: Path | None,
    out: Path,
    strict: bool,
) -> PredictResult:
    """Classify every object at a path; what cannot be used goes to ``<out>.rejected.parquet``.

    Parameters
    ----------
    bundle : takes features.
    overrides : of ``conf/features.yaml``: columns and cleaning. The set is the bundle's.
    path, non_detections : light curves, of which the features are computed and kept in ``<out>.features.parquet``;
        or a table that ``alertlab features`` wrote.
    out : Parquet file of predictions, in the order of objects' names.
    strict : refuse where any object cannot be used.

    Raises
    ------
    AlertlabError
        For a bundle of features that this alertlab does not compute, a table of another set, or no object.
    """
    (spec,) = bundle.inputs
    rejected = rejected_path(out)
    table_path = path
    if is_feature_table(path):
        _check(pq.read_schema(path).metadata, spec, str(path))
        with replacing(rejected) as partial:
            pq.write_table(LEFT_OUT.empty_table(), partial)
    else:
        if spec.feature_set is None:
            raise AlertlabError(f"{path}: the bundle takes features that alertlab does not compute from light curves")
        settings = settings_of(compose("features", [*overrides, f"features={spec.feature_set.name}"]))
        _check(settings.features.metadata(), spec, "this version of alertlab")
        table_path = out.with_name(f"{out.stem}.features.parquet")
        extract_file(path, non_detections, table_path, settings)
        rejected_path(table_path).replace(rejected)
    file = pq.ParquetFile(table_path)
    reasons = Counter(pq.read_table(rejected, columns=["reason"])["reason"].to_pylist())
    if strict and reasons:
        raise AlertlabError(f"{path}: {sum(reasons.values())} objects cannot be used, see {rejected} (--strict)")
    names = [column.name for column in spec.columns]
    classified: Counter[str] = Counter()
    nothing = file.schema_arrow.empty_table()
    empty = _predictions(nothing, np.zeros((0, len(bundle.classes))), bundle)
    total = file.metadata.num_rows
    with TableFile(out, empty.table().schema) as written:
        for batch in track(file.iter_batches(BATCH), "classifying", -(-total // BATCH)):
            table = pa.Table.from_batches([batch])
            values = matrix(table, names, str(table_path))
            predictions = _predictions(table, bundle.predict({FEATURES: values}).probability, bundle).table()
            written.write(predictions)
            classified.update(predictions["prediction"].to_pylist())
    return PredictResult(out, rejected, classified, reasons)


def is_feature_table(path: Path) -> bool:
    """Whether a file says that it holds a set of features."""
    if path.suffix not in {".parquet", ".pq"} or not path.is_file():
        return False
    try:
        return NAME in (pq.read_schema(path).metadata or {})
    except pa.ArrowException:
        return False


def _check(metadata: Mapping[bytes, bytes] | None, spec: runtime.InputSpec, origin: str) -> None:
    """Refuse features of another definition than the bundle was trained on, before anything is computed or written."""
    found, wanted = known_set(metadata, origin), spec.feature_set
    if wanted is None or found is None or found.sha256 != wanted.sha256:
        has = f"{found.name} {found.version} ({found.sha256[:12]})" if found else "none"
        needs = f"{wanted.name} {wanted.version} ({wanted.sha256[:12]})" if wanted else "none that alertlab computes"
        raise AlertlabError(f"{origin}: holds feature set {has}, the bundle was trained on {needs}")


def _predictions(table: pa.Table, probability: np.ndarray, bundle: runtime.Bundle) -> Predictions:
    objects = table.column("object_id").to_pylist()
    return new_predictions(
        np.array([number_of(name) for name in objects], dtype=np.int64),
        np.array(objects, dtype=np.str_),
        probability,
        bundle.classes,
        bundle.manifest.taxonomy,
        {name: as_numbers(table, name, "features") for name in FACTS},
    )
