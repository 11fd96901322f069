"""Answer for the sources of a catalogue, whose inputs are derived as in training."""

from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa

from ...core.progress import track
from ...core.samples import number_of
from ...core.table_file import TableFile
from ...door.place import Found, Kind, keep_apart
from ...door.table import open_table
from ...features.catalogue.read import read_catalogue
from ...features.catalogue.recipe import recipe_in
from ...features.runs.work import LEFT_OUT
from ...runtime import Bundle
from ...runtime.errors import AlertlabError
from .result import UNDECIDED, PredictResult, told_counts
from .rows import answered

BATCH = 16_384  # sources at a time
KEY = "the bundle"  # what asks for columns


def predict_catalogue(bundle: Bundle, found: Found, out: Path, strict: bool) -> PredictResult:
    """Answer for every source of a catalogue; what has no finite answer goes to ``<out>.rejected.parquet``.

    Distances to neighbours are those within this catalogue: it must hold the neighbours too.

    Raises
    ------
    AlertlabError
        For a catalogue that lacks a column, or has one in a unit that does not become the one trained on.
    """
    (spec,) = bundle.inputs
    recipe = recipe_in(spec.feature_set)
    assert recipe is not None  # dispatch sends other bundles elsewhere
    if found.kind is not Kind.TABLE:
        raise AlertlabError(f"{found.path}: holds {found.kind.value}, and the bundle takes a catalogue: give its file")
    rejected = out.with_name(f"{out.stem}.rejected.parquet")
    keep_apart(rejected, found)
    rows = read_catalogue(open_table(found.path), recipe, key=KEY, progress=track)
    if not len(rows):
        raise AlertlabError(f"{found.path}: holds no row")
    values, classified, reasons = recipe.matrix(rows.values), Counter[str](), Counter[str]()
    with ExitStack() as stack:
        lost = stack.enter_context(TableFile(rejected, LEFT_OUT))
        written: TableFile | None = None
        for start in track(range(0, len(rows), BATCH), "answering"):
            names = rows.object_id[start : start + BATCH]
            numbers = np.array([number_of(name) for name in names.tolist()], dtype=np.int64)
            predictions, undecided = answered(bundle, names, numbers, {spec.name: values[start : start + BATCH]})
            if strict and undecided:
                raise AlertlabError(f"{found.path}: {undecided[0]}: {UNDECIDED} (--strict)")
            table = predictions.table()
            written = written or stack.enter_context(TableFile(out, table.schema))
            written.write(table)
            lost.write(pa.table([pa.array(undecided, pa.string()), [UNDECIDED] * len(undecided)], schema=LEFT_OUT))
            classified.update(told_counts(table))
            reasons.update([UNDECIDED] * len(undecided))
    return PredictResult(out, rejected, classified, reasons)
