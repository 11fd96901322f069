"""Answer for light curves that a bundle takes point by point."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ...core.curve_columns import CURVE, VALUE
from ...core.light_curve_rows import MAGNITUDE, LightCurveRows, Reading, read_curves
from ...core.predictions import Predictions, new_predictions
from ...core.progress import status, track
from ...core.samples import number_of
from ...core.table_file import TableFile
from ...door.place import Found, keep_apart
from ...features.recipe import Recipe
from ...features.runs.work import LEFT_OUT
from ...files import replacing
from ...runtime import Bundle
from ...runtime.errors import AlertlabError
from ..features import trained_settings
from .result import UNDECIDED, PredictResult, decided, told_counts

BATCH = 1024  # objects at a time


def predict_curves(
    bundle: Bundle,
    overrides: Sequence[str],
    found: Found,
    out: Path,
    strict: bool,
    folders: Sequence[Path] = (),
    allowed: Sequence[str] = (),
) -> PredictResult:
    """Answer for every object at a place; what cannot be used goes to ``<out>.rejected.parquet``.

    Parameters
    ----------
    bundle : takes light curves as sequences.
    overrides : of ``conf/features.yaml``, in the place of what the bundle remembers of its training: columns, unit,
        cleaning, ``max_days``. Bands and what a value is are the bundle's.
    out : Parquet file of predictions, in the order of objects' names.
    strict : refuse where any object cannot be used.

    Raises
    ------
    AlertlabError
        For light curves that cannot be read or are in another unit, or without any of the bundle's bands.
    """
    rejected = out.with_name(f"{out.stem}.rejected.parquet")
    keep_apart(rejected, found)
    with status("reading light curves"):
        rows = read_curves(found, _reading(bundle, overrides, folders, allowed))
    takes, given = (columns[VALUE].name for columns in (bundle.inputs[0].columns, rows.columns))
    if takes != given:
        raise AlertlabError(f"{found.path}: holds {given}s, and the bundle was trained on {takes}es")
    parts = [rows.rejected]
    classified: Counter[str] = Counter()
    starts = range(0, max(len(rows.object_id), 1), BATCH)
    with TableFile(out, _predictions(bundle, rows, np.arange(0))[0].table().schema) as written:
        for start in track(starts, "answering"):
            places = np.arange(start, min(start + BATCH, len(rows.object_id)))
            predictions, undecided = _predictions(bundle, rows, places)
            table = predictions.table()
            written.write(table)
            classified.update(told_counts(table))
            parts.append(undecided)
        left_out = pa.concat_tables(parts).sort_by("object_id")
        with replacing(rejected) as partial:
            pq.write_table(left_out, partial)
        if strict and left_out.num_rows:
            raise AlertlabError(f"{found.path}: {left_out.num_rows} objects cannot be used, see {rejected} (--strict)")
    return PredictResult(out, rejected, classified, Counter(left_out["reason"].to_pylist()), rows.dropped)


def _reading(bundle: Bundle, overrides: Sequence[str], folders: Sequence[Path], allowed: Sequence[str]) -> Reading:
    (spec,) = bundle.inputs
    made = spec.feature_set
    assert made is not None  # dispatch sends other bundles elsewhere
    settings = trained_settings(made, overrides, folders, allowed)
    recipe = Recipe.of(made.recipe)
    quantity = MAGNITUDE if recipe.sets == (MAGNITUDE,) else None  # which turns fluxes into them
    trained = None if settings.unit_given else recipe.measured
    return Reading(settings.columns, settings.rules, settings.bounds, recipe.measured.bands, quantity, trained)


def _predictions(bundle: Bundle, rows: LightCurveRows, places: NDArray[np.int64]) -> tuple[Predictions, pa.Table]:
    """Predictions of some objects, and a table of those that have none."""
    kept, given, answers, lost = decided(bundle, {CURVE: rows.curves.take(places)})
    objects = rows.object_id[places]
    predictions = new_predictions(
        bundle.manifest,
        np.array([number_of(name) for name in objects[kept].tolist()], dtype=np.int64),
        objects[kept],
        given,
        answers,
        {name: values[places][kept] for name, values in rows.facts.items()},
    )
    undecided = pa.table([pa.array(objects[lost].tolist(), pa.string()), [UNDECIDED] * len(lost)], schema=LEFT_OUT)
    return predictions, undecided
