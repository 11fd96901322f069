"""The report of a run: written at its end, or again from what the run recorded."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig

from ..config import instantiate, load
from ..core.contracts import Data
from ..core.predictions import Predictions
from ..core.progress import status
from ..evaluation import Evaluation, Evaluator
from ..evaluation.report import Subject, report_html
from ..files import replacing
from ..runtime.errors import AlertlabError
from ..tracking import PACKAGES, RunRecord, TrackedRun, Tracker
from .source import predictions_of_run

EPOCHS = "learning_curves.json"


@dataclass(frozen=True)
class ReportResult:
    """The page, and why its gallery has no samples (empty where it has)."""

    report: Path
    note: str


def log_report(
    run: TrackedRun,
    evaluation: Evaluation,
    predictions: Predictions,
    data: Data | None,
    epochs: Sequence[Mapping[str, float]],
    note: str = "",
) -> Path:
    """Record ``report.html``, and the epochs, which no other file of the run holds for all its repeats.

    Parameters
    ----------
    data : what was predicted on; None where they cannot be read, and ``note`` says why.
    """
    curves, page = run.directory / EPOCHS, run.directory / "report.html"
    curves.write_text(json.dumps(epochs))
    subject = subject_of(run.record())
    samples, looks = (data.samples(), data.curves_of) if data else (None, None)
    html = report_html(subject, evaluation, predictions, samples, epochs, note, looks)
    page.write_text(html, encoding="utf-8")
    run.log_files(curves)
    run.log_files(page)
    return page


def report(config: DictConfig, run_id: str, out: Path, allowed: Sequence[str] = ()) -> ReportResult:
    """Write the report of an earlier run again: from its predictions, its config, and the data this names.

    Where the data cannot be read, or are others by now, the gallery lists identifiers.

    Parameters
    ----------
    config : composed from ``report``.
    run_id : a run of ``train``; of a parent all repeats are shown.
    out : the HTML file.
    allowed : further packages that a ``_target_`` of the run's config may name.

    Raises
    ------
    AlertlabError
        For an unknown run, or one that lacks predictions or config.
    """
    tracker: Tracker = instantiate(config.tracking)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        predictions = predictions_of_run(tracker, run_id, folder)
        path = tracker.fetch(run_id, "config.yaml", folder)
        if path is None:
            raise AlertlabError(f"{run_id}: no config.yaml, so its data and evaluation are unknown; was it trained?")
        run_config = load(path, allowed)
        history = tracker.fetch(run_id, EPOCHS, folder)
        epochs = json.loads(history.read_text()) if history else []
        evaluator: Evaluator = instantiate(run_config.evaluation)
        with status("evaluating"):
            evaluation = evaluator(predictions, folder / "figures", epochs)
    record = tracker.record(run_id)
    data, note = data_of(run_config, record)
    samples, curves = (data.samples(), data.curves_of) if data else (None, None)
    with replacing(out) as partial:
        page = report_html(subject_of(record), evaluation, predictions, samples, epochs, note, curves)
        partial.write_text(page, encoding="utf-8")
    return ReportResult(out, note)


def subject_of(record: RunRecord) -> Subject:
    """A run as its report names it."""
    params, tags = record.params, record.tags
    commit = tags.get("mlflow.source.git.commit", "none: started outside a repository")
    versions = [f"{name} {tags[f'version.{name}']}" for name in ("python", *PACKAGES) if f"version.{name}" in tags]
    facts = {
        "Run id": record.run_id,
        "Started": f"{record.started:%Y-%m-%d %H:%M} UTC",
        "Data hash": tags.get("data_hash", ""),
        "Samples": f"{params.get('data.samples', '?')}, rejected {params.get('data.rejected', '?')}",
        "Split hash": _hashes(tags.get("split_hash", "")),
        "Seed": _seed(params),
        "Began with": f"weights trained on {tags['init_from.data']}" if "init_from.data" in tags else "",
        "Model": params.get("model._target_", ""),
        "Git commit": commit + (", with uncommitted changes" if tags.get("git.dirty") == "True" else ""),
        "Versions": ", ".join(versions),
    }
    model = {name.removeprefix("model."): value for name, value in params.items() if name.startswith("model.")}
    return Subject(
        record.experiment,
        record.name,
        tags.get("data", ""),
        {label: value for label, value in facts.items() if value},
        dict(sorted(model.items())),
    )


def _hashes(text: str) -> str:
    """One whole, or the first digits of those of the repeats."""
    hashes = text.split(", ")
    return text if len(hashes) == 1 else ", ".join(each[:12] for each in hashes)


def _seed(params: Mapping[str, str]) -> str:
    """That of the run, or those of its repeats."""
    if "run.seed" in params:
        return params["run.seed"]
    first = int(params["seed"])
    return ", ".join(str(first + repeat) for repeat in range(int(params["repeats"])))


def data_of(config: DictConfig, record: RunRecord) -> tuple[Data | None, str]:
    """What the run predicted on, or None and the reason."""
    try:
        data: Data = instantiate(config.datamodule)
        samples = data.samples()
    except AlertlabError as error:
        return None, str(error)
    if samples.digest() != record.tags.get("data_hash"):
        return None, "the data are no longer those of the run (their hash differs)."
    return data, ""
