"""Classify alerts: a stream in, two tables out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...alerts import Alert, Rejected, read_alerts
from ...alerts.metadata import metadata_features, unknown_throughout
from ...alerts.rejected import SCHEMA, rejected_table
from ...alerts.seen import Seen
from ...core.predictions import Predictions, new_predictions
from ...core.progress import notice, track
from ...core.table_file import TableFile
from ...door.place import Found
from ...runtime import Bundle, InputSpec
from ...runtime.errors import AlertlabError
from ...runtime.session import no_rows
from .result import UNDECIDED, Inputs, PredictResult, decided, told_counts

BATCH = 256  # alerts at a time: memory does not grow with the night


def predict_alerts(bundle: Bundle, found: Found, out: Path, strict: bool) -> PredictResult:
    """Classify every alert at a place, see :func:`~.predict`."""
    rejected_path = out.with_name(f"{out.stem}.rejected.parquet")
    classified: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    names = [column.name for spec in bundle.inputs if spec.name == "metadata" for column in spec.columns]
    seen, largest = Seen(), np.full(len(names), np.nan, np.float32)
    with ExitStack() as stack:
        predicted = stack.enter_context(
            TableFile(out, classify([], stamp_inputs([], bundle), bundle)[0].table().schema)
        )
        rejected = stack.enter_context(TableFile(rejected_path, SCHEMA))
        for good, unread in in_batches(track(read_alerts(found), "classifying"), BATCH):
            new, again = seen.check(good)
            inputs = stamp_inputs(new, bundle)
            largest = np.fmax.reduce([largest, *inputs.get("metadata", [])])
            predictions, undecided = classify(new, inputs, bundle)
            bad = unread + again + undecided
            if strict and bad:
                raise AlertlabError(f"{bad[0].origin}: {bad[0].reason} (--strict)")
            table = predictions.table()
            predicted.write(table)
            rejected.write(rejected_table(bad))
            classified.update(told_counts(table))
            reasons.update(each.reason for each in bad)
        if not classified and not reasons:
            raise AlertlabError(f"{found.path}: holds {found.kind.value} without a single alert")
    if classified and (absent := unknown_throughout(names, largest[None])):
        notice(absent)
    return PredictResult(out, rejected_path, classified, reasons)


def in_batches(found: Iterable[Alert | Rejected], size: int) -> Iterator[tuple[list[Alert], list[Rejected]]]:
    """Alerts and rejected ones, ``size`` of both together at a time."""
    good: list[Alert] = []
    bad: list[Rejected] = []
    for each in found:
        if isinstance(each, Alert):
            good.append(each)
        else:
            bad.append(each)
        if len(good) + len(bad) == size:
            yield good, bad
            good, bad = [], []
    if good or bad:
        yield good, bad


def stamp_inputs(alerts: list[Alert], bundle: Bundle) -> Inputs:
    """What the bundle declares that it takes, from alerts."""
    inputs = {}
    for spec in bundle.inputs:
        if spec.name == "stamp":
            stamps = [alert.stamp for alert in alerts]
            inputs["stamp"] = stamps_of(spec, stamps)
        else:
            names = [column.name for column in spec.columns]
            inputs["metadata"] = metadata_features([alert.candidate for alert in alerts], names)
    return inputs


def stamps_of(spec: InputSpec, stamps: list[NDArray[np.float32]]) -> Any:
    """Stamps as one array, or one by one for a bundle that takes any size."""
    return stamps if spec.free else np.stack(stamps) if stamps else no_rows(spec)


def classify(alerts: list[Alert], inputs: Inputs, bundle: Bundle) -> tuple[Predictions, list[Rejected]]:
    """Predictions of a batch, without the alerts whose answers are not finite: those are rejected."""
    rows, given, answers, lost = decided(bundle, inputs)
    kept = [alerts[row] for row in rows]
    predictions = new_predictions(
        bundle.manifest,
        np.array([alert.candid for alert in kept], dtype=np.int64),
        np.array([alert.object_id for alert in kept], dtype=np.str_),
        given,
        answers,
    )
    undecided = [alerts[row] for row in lost]
    return predictions, [Rejected(each.origin, UNDECIDED, each.candid, each.object_id) for each in undecided]
