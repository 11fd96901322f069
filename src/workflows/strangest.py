"""What a person looks at of a detector's answers: the strangest as a table and as a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .. import runtime
from ..alerts import Alert, read_alerts
from ..config import compose
from ..core.curves import Curve, read_curves
from ..core.driven import explained
from ..core.flux_columns import wavelengths_of
from ..core.predictions import ScorePredictions
from ..core.progress import status, track
from ..core.samples import Samples
from ..door.place import look
from ..door.table import open_table
from ..evaluation.detection.evaluator import ranked_csv
from ..evaluation.detection.summary import strangest as order_of
from ..evaluation.report import strangest_html
from ..evaluation.report.catalogue import Usual
from ..features.recipe import Recipe
from ..files import replacing
from ..runtime.errors import AlertlabError
from ..runtime.tasks.detection import SCORE
from .features import settings_of, trained_settings
from .source import judged, predictions_file

LEARNED = ("train", "validation")  # parts that a detector has seen


@dataclass(frozen=True)
class StrangestResult:
    """What is left, and of how many rows: shown, with a light curve or stamp, explained."""

    page: Path
    table: Path
    shown: int
    seen: int
    explained: int


@dataclass(frozen=True)
class Sources:
    """Where there is more than scores.

    Attributes
    ----------
    bundle : that gave the scores; says its threshold and, with ``rows``, what drives a score.
    rows : table of what it took, with ``object_id``: ``<out>.features.parquet`` of ``alertlab predict``.
    light_curves, alerts : whatever ``alertlab features`` and ``alertlab predict`` take.
    overrides, folders, allowed : of ``conf/features.yaml``: which column of the light curves is which quantity.
    """

    bundle: Path | None = None
    rows: Path | None = None
    light_curves: Path | None = None
    alerts: Path | None = None
    overrides: Sequence[str] = ()
    folders: Sequence[Path] = ()
    allowed: Sequence[str] = ()


def strangest(source: str, out: Path, number: int = 50, sources: Sources | None = None) -> StrangestResult:
    """Write the page ``out``, and beside it the ranked table ``<out>.csv``.

    Parameters
    ----------
    source : a table of a detector's predictions, or the folder of a run; what the detector learned from is left out.
    number : objects shown.

    Raises
    ------
    AlertlabError
        For predictions of another task, or of nothing new; for a bundle of another task, or rows that it did not take.
    """
    sources = sources or Sources()
    path = predictions_file(source)
    if path is None:
        raise AlertlabError(f"{source}: no such predictions file; give a table of predictions or the folder of a run")
    if number < 1:
        raise AlertlabError(f"--number {number}: show one object or more")
    table = out.with_suffix(".csv")
    if table in (out, path):
        raise AlertlabError(f"--out {out}: the ranked table goes to {table}; name a page that ends in .html")
    rows = judged(path)
    if not isinstance(rows, ScorePredictions):
        raise AlertlabError(f"{path}: predictions of a {rows.task}, and strange is what a detector says")
    rows = rows.take(~np.isin(rows.part, LEARNED))
    if not len(rows):
        raise AlertlabError(f"{path}: holds nothing but what the detector learned from ({', '.join(LEARNED)})")
    top = rows.take(order_of(rows)[:number])
    bundle = None if sources.bundle is None else runtime.load(sources.bundle)
    if bundle is not None and bundle.task.name != rows.task:
        raise AlertlabError(f"{sources.bundle}: is of a {bundle.task.name}, and the predictions of a {rows.task}")
    curves = _curves(top, bundle, sources) if sources.light_curves else {}
    samples, between = _stamps(top, sources.alerts) if sources.alerts else None, None
    if sources.rows is not None:
        top, spectra, between = _explained(top, bundle, sources.rows)
        samples = samples or spectra
    with replacing(table) as partial:
        partial.write_text(ranked_csv(top, number), encoding="utf-8")
    with replacing(out) as partial, status("drawing"):
        html = strangest_html(path.name, _facts(rows, bundle), rows, top, samples, curves, between)
        partial.write_text(html, encoding="utf-8")
    pictured = np.isin(top.object_id, list(curves)) | (np.isin(top.sample_id, samples.sample_id) if samples else False)
    told = 0 if top.driven_by is None else int((top.driven_by != "").sum())
    return StrangestResult(out, table, len(top), int(pictured.sum()), told)


def _facts(rows: ScorePredictions, bundle: runtime.Bundle | None) -> dict[str, str]:
    facts = {"rows": str(len(rows))}
    if rows.flagged is not None:
        facts["flagged"] = f"{rows.flagged.sum()} of {len(rows)} rows, above the threshold of the validation part"
    if bundle is not None:
        dataset = bundle.manifest.training.get("dataset") or {}
        facts |= {"bundle": f"{bundle.manifest.name} {bundle.manifest.version}", "sha256": bundle.sha256}
        facts |= {
            "trained on": str(dataset.get("name", "")),
            "threshold": str(bundle.manifest.answers.threshold or "none"),
        }
    return {name: value for name, value in facts.items() if value}


def _explained(
    top: ScorePredictions, bundle: runtime.Bundle | None, path: Path
) -> tuple[ScorePredictions, Samples | None, Usual | None]:
    """What drives the rows that a table holds, by the names of their objects; spectra too, and where they usually are.

    Both are None where the rows are no spectra.
    """
    if bundle is None:
        raise AlertlabError(f"--rows {path}: what drives a score only the bundle can say; give --bundle too")
    usual = bundle.manifest.answers.usual
    if not usual:
        raise AlertlabError(
            f"--rows {path}: the bundle does not say what is usual: it takes more than one table, or is older"
        )
    (spec,) = bundle.inputs
    opened, names = open_table(path), [column.name for column in spec.columns]
    if missing := [name for name in ("object_id", *names) if name not in opened.names]:
        raise AlertlabError(f"--rows {path}: has no column {', '.join(missing[:5])}")
    wanted = pa.array(top.object_id.tolist(), pa.string())
    parts = []
    for batch in opened.batches(["object_id", *names], ["object_id"]):
        parts.append(batch.filter(pc.is_in(batch.column("object_id").cast(pa.string()), value_set=wanted)))
    table = pa.concat_tables(parts)
    place = {name: row for row, name in enumerate(table.column("object_id").to_pylist())}
    if len(place) < table.num_rows:
        raise AlertlabError(f"--rows {path}: an object stands there twice; a row is one object")
    there = np.isin(top.object_id, list(place))
    words, spectra, between = np.full(len(top), "", object), None, None
    if there.any():
        rows = [place[name] for name in top.object_id[there].tolist()]
        values = np.asarray(bundle.table(table.take(rows))[spec.name], np.float32)

        def score_of(asked: Any) -> Any:
            return bundle.answers({spec.name: asked})[SCORE]

        known = explained(top.take(there), values, spec.columns, usual, score_of, len(rows))
        words[there] = known.driven_by
        if wavelengths_of(spec.columns) is not None:
            identity = top.sample_id[there], top.object_id[there]
            spectra = Samples({spec.name: values}, None, *identity, None, {spec.name: spec.columns})
            low, _, high = np.array([each or (np.nan,) * 3 for each in usual]).T
            between = low, high
    return replace(top, driven_by=words.astype(np.str_)), spectra, between


def _curves(top: ScorePredictions, bundle: runtime.Bundle | None, sources: Sources) -> Mapping[str, Curve]:
    """Light curves of the objects shown, read as the bundle's training read its own, or as typed."""
    assert sources.light_curves is not None
    made = bundle.inputs[0].feature_set if bundle is not None else None
    if made is not None and made.recipe and not sources.overrides:
        recipe = Recipe.of(made.recipe)
        reading = recipe.columns, recipe.bounds, recipe.rules
    else:
        if made is not None:
            settings = trained_settings(made, sources.overrides, sources.folders, sources.allowed)
        else:
            settings = settings_of(compose("features", sources.overrides, sources.folders, sources.allowed))
        reading = settings.columns, settings.bounds, settings.rules
    with status("reading light curves to show"):
        return read_curves(sources.light_curves, *reading, top.object_id.tolist())


def _stamps(top: ScorePredictions, path: Path) -> Samples:
    """Stamps of the alerts shown; of rows that are whole objects those of its latest alert."""
    wanted = set(top.sample_id.tolist())
    sample_of = dict(zip(top.object_id.tolist(), top.sample_id.tolist(), strict=True))
    found: dict[int, Alert] = {}
    for alert in track(read_alerts(look(path)), "looking for stamps"):
        if not isinstance(alert, Alert):
            continue
        sample = alert.candid if alert.candid in wanted else sample_of.get(alert.object_id)
        before = None if sample is None else found.get(sample)
        if sample is None or (before is not None and before.candid in (sample, max(before.candid, alert.candid))):
            continue
        found[sample] = alert
    stamps = np.stack([each.stamp for each in found.values()]) if found else np.zeros((0, 3, 1, 1), np.float32)
    objects = np.array([each.object_id for each in found.values()], np.str_)
    return Samples({"stamp": stamps}, None, np.array(list(found), np.int64), objects, None)
