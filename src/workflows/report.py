"""The report of a run: its page, written at its end; and all that a paper needs, from what the run recorded."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from ..config import compose, instantiate, load
from ..core.contracts import Data
from ..core.predictions import Predictions
from ..core.progress import status
from ..evaluation import Evaluation, Evaluator
from ..evaluation.report import Subject, report_html
from ..files import replacing
from ..runtime.errors import AlertlabError
from ..tracking import CONFIG, PACKAGES, RunRecord, TrackedRun, Tracker
from .publish.floats import figures_tex, tables_tex
from .publish.methods import Known, cited, latex, markdown, methods
from .publish.references import bibtex
from .source import Source, find_sources, predictions_at

EPOCHS, PAGE = "learning_curves.json", "report.html"


FIGURES = "figures"


@dataclass(frozen=True)
class ReportResult:
    """The folder and its page, and why the gallery has no samples (empty where it has)."""

    folder: Path
    report: Path
    note: str
    evaluation: Evaluation


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
    curves, page = run.directory / EPOCHS, run.directory / PAGE
    curves.write_text(json.dumps(epochs))
    subject = subject_of(run.record())
    samples, looks = (data.samples(), data.curves_of) if data else (None, None)
    html = report_html(subject, evaluation, predictions, samples, epochs, note, looks)
    page.write_text(html, encoding="utf-8")
    run.log_files(curves)
    run.log_files(page)
    return page


def report(config: DictConfig, source: str, out: Path, allowed: Sequence[str] = ()) -> ReportResult:
    """Write what a paper needs of an earlier run: from its predictions, its config, and the data this names.

    Where the data cannot be read, or are others by now, the gallery lists identifiers. Of a table of another
    program there are figures, tables and what of the methods the table tells.

    Parameters
    ----------
    config : composed from ``report``.
    source : a run of ``train`` by id, name or folder, or a predictions table; of a parent all repeats are shown.
    out : folder; of other files in it none is touched.
    allowed : further packages that a ``_target_`` of the run's config may name.

    Raises
    ------
    AlertlabError
        For an unknown run, or one that lacks predictions or config.
    """
    if out.is_file():
        raise AlertlabError(f"--out: {out} is a file; name a folder")
    (found,) = find_sources(config, [source])
    predictions = predictions_at(config, found)
    with tempfile.TemporaryDirectory() as name:
        kept = Kept(found, instantiate(config.tracking) if found.record else None, Path(name))
        run_config = _config(kept, allowed)
        asked = {key: value for key, value in config.evaluation.items() if value is not None}
        judge = OmegaConf.merge(
            run_config.evaluation if run_config else compose("evaluate", [f"evaluation={predictions.task}"]).evaluation,
            asked,
        )
        evaluator: Evaluator = instantiate(judge)
        history = kept.file(EPOCHS)
        epochs = json.loads(history.read_text()) if history else []
        with status("evaluating"):
            evaluation = evaluator(predictions, out / FIGURES, epochs)
        bundle = f"{run_config.bundle.name}-{run_config.bundle.version}.bundle" if run_config else None
        manifest = kept.file(f"{bundle}/manifest.json") if bundle else None
        card = kept.file(f"{bundle}/README.md") if bundle else None
        plain, judged_by = (OmegaConf.to_container(each) if each else {} for each in (run_config, judge))
        assert isinstance(plain, dict)
        assert isinstance(judged_by, dict)
        known = Known(
            found.record,
            {str(key): value for key, value in plain.items()},
            json.loads(manifest.read_text()) if manifest else {},
            predictions,
            evaluation,
            {str(key): value for key, value in judged_by.items()},
            epochs,
        )
        texts = written(known, found.name)
        if card:
            texts["model_card.md"] = card.read_text(encoding="utf-8")
    texts |= {"figures.tex": figures_tex(out, FIGURES, evaluation), "tables.tex": tables_tex(out, FIGURES)}
    data, note = data_of(run_config, found.record) if run_config and found.record else (None, "")
    samples, curves = (data.samples(), data.curves_of) if data else (None, None)
    subject = subject_of(found.record) if found.record else Subject("", found.name, str(found.table), {}, {})
    texts[PAGE] = report_html(subject, evaluation, predictions, samples, epochs, note, curves)
    for name, text in texts.items():
        with replacing(out / name) as partial:
            partial.write_text(text, encoding="utf-8")
    return ReportResult(out, out / PAGE, note, evaluation)


@dataclass(frozen=True)
class Kept:
    """Files that a run recorded: beside its table where that is a path, else fetched into a folder."""

    source: Source
    tracker: Tracker | None
    folder: Path

    def file(self, name: str) -> Path | None:
        """None where there is no such file."""
        beside = self.source.table.parent / name if self.source.table else None
        if beside is not None and self.source.record is not None and beside.is_file():
            return beside
        return (
            self.tracker.fetch(self.source.run_id, name, self.folder) if self.tracker and self.source.run_id else None
        )


def written(known: Known, name: str) -> dict[str, str]:
    """Name of a file -> methods and references."""
    paragraphs = methods(known)
    return {
        "methods.md": markdown(paragraphs, name),
        "methods.tex": latex(paragraphs),
        "references.bib": bibtex(cited(paragraphs), known.tags.get("version.alertlab")),
    }


def _config(kept: Kept, allowed: Sequence[str]) -> DictConfig | None:
    """Of the run; None for a table of another program."""
    if kept.source.record is None:
        return None
    path = kept.file(CONFIG)
    if path is None:
        run = kept.source.run_id
        raise AlertlabError(f"{run}: no config.yaml, so its data and evaluation are unknown; was it trained?")
    return load(path, allowed)


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
