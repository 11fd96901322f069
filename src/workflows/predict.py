"""Classify alerts with a bundle: a stream in, two tables out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import runtime
from ..alerts import Alert, Rejected, read_alerts
from ..alerts.metadata import metadata_features
from ..alerts.rejected import SCHEMA, rejected_table
from ..core.predictions import Predictions, new_predictions
from ..core.progress import track
from ..core.table_file import TableFile
from ..runtime.errors import AlertlabError

BATCH = 256  # alerts at a time: memory does not grow with the night
UNDECIDED = "the bundle gives no finite probabilities for it"


@dataclass(frozen=True)
class PredictResult:
    """What a prediction leaves.

    Attributes
    ----------
    predictions, rejected : paths of the two tables.
    classified : alerts of each predicted class.
    reasons : rejected alerts by reason.
    """

    predictions: Path
    rejected: Path
    classified: Mapping[str, int]
    reasons: Mapping[str, int]


def predict(
    bundle: Path,
    alerts: Path,
    out: Path,
    strict: bool = False,
    *,
    non_detections: Path | None = None,
    overrides: Sequence[str] = (),
) -> PredictResult:
    """Classify everything at a path; what cannot be used goes to ``<out>.rejected.parquet``.

    Parameters
    ----------
    bundle : folder or zip that takes stamps and, perhaps, metadata; or features of light curves.
    alerts : whatever :func:`alertlab.alerts.read_alerts` reads, or light curves, see :func:`predict_light_curves`.
    out : Parquet file of predictions.
    strict : stop at the first alert that cannot be used; nothing is written then.
    non_detections, overrides : of light curves; overrides of ``conf/features.yaml``, such as ``columns=bts``.

    Raises
    ------
    AlertlabError
        For a bundle that is damaged or takes other inputs, no alert at
        ``alerts``, or a rejected alert when strict.
    """
    loaded = runtime.load(bundle)
    if takes_features(loaded):
        from .predict_light_curves import predict_light_curves  # here: alerts need neither numba nor hydra

        return predict_light_curves(loaded, overrides, alerts, non_detections, out, strict)
    if non_detections is not None or overrides:
        given = "--non-detections" if non_detections is not None else overrides[0]
        raise AlertlabError(f"{given}: is for light curves, {bundle} takes alerts; leave it out")
    unknown = {spec.name for spec in loaded.inputs} - {"stamp", "metadata"}
    if unknown:
        raise AlertlabError(f"{bundle}: takes {', '.join(sorted(unknown))}, which alert packets do not give")
    rejected_path = out.with_name(f"{out.stem}.rejected.parquet")
    classified: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    with ExitStack() as stack:
        predicted = stack.enter_context(TableFile(out, classify([], loaded)[0].table().schema))
        rejected = stack.enter_context(TableFile(rejected_path, SCHEMA))
        for good, unread in in_batches(track(read_alerts(alerts), "classifying"), BATCH):
            predictions, undecided = classify(good, loaded)
            bad = unread + undecided
            if strict and bad:
                raise AlertlabError(f"{bad[0].origin}: {bad[0].reason} (--strict)")
            table = predictions.table()
            predicted.write(table)
            rejected.write(rejected_table(bad))
            classified.update(table["prediction"].to_pylist())
            reasons.update(each.reason for each in bad)
        if not classified and not reasons:
            raise AlertlabError(f"{alerts}: no alerts there; a folder is searched for .avro files")
    return PredictResult(out, rejected_path, classified, reasons)


def takes_features(bundle: runtime.Bundle) -> bool:
    """Whether a bundle classifies rows of features."""
    return [spec.name for spec in bundle.inputs] == ["features"]


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


def stamp_inputs(alerts: list[Alert], bundle: runtime.Bundle) -> dict[str, NDArray[np.float32]]:
    """What the bundle declares that it takes, from alerts."""
    inputs = {}
    for spec in bundle.inputs:
        if spec.name == "stamp":
            stamps = [alert.stamp for alert in alerts]
            inputs["stamp"] = np.stack(stamps) if stamps else np.zeros((0, *spec.shape), np.float32)
        else:
            names = [column.name for column in spec.columns]
            inputs["metadata"] = metadata_features([alert.candidate for alert in alerts], names)
    return inputs


def classify(alerts: list[Alert], bundle: runtime.Bundle) -> tuple[Predictions, list[Rejected]]:
    """Predictions of a batch, without the alerts whose probabilities are not finite: those are rejected.

    A value that is finite yet absurd passes every check of a packet and can
    overflow in the network; it must not take its batch with it.
    """
    inputs = stamp_inputs(alerts, bundle)
    try:
        return _table(alerts, bundle.predict(inputs).probability, bundle.classes), []
    except runtime.NotFiniteError as error:
        lost = error.rows
    rest = np.delete(np.arange(len(alerts)), lost)
    probability = bundle.predict({name: array[rest] for name, array in inputs.items()}).probability
    undecided = [alerts[row] for row in lost]
    return (
        _table([alerts[row] for row in rest], probability, bundle.classes),
        [Rejected(each.origin, UNDECIDED, each.candid, each.object_id) for each in undecided],
    )


def _table(alerts: list[Alert], probability: NDArray[np.float32], classes: tuple[str, ...]) -> Predictions:
    return new_predictions(
        np.array([alert.candid for alert in alerts], dtype=np.int64),
        np.array([alert.object_id for alert in alerts], dtype=np.str_),
        probability,
        classes,
    )
