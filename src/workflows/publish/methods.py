"""The methods of a run as a paragraph, from what the run recorded: what is not known is left out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.predictions import ClassPredictions, Predictions
from ...evaluation import Evaluation
from ...evaluation.tables.latex import escape
from ...evaluation.tables.latex import words as latex_words
from ...tracking import RunRecord
from .references import (
    ALERTLAB,
    ASTROPY,
    MLFLOW,
    OPTUNA,
    libraries_of,
    model_of,
    papers_of,
    papers_of_data,
    reads_with_astropy,
)

CITED = re.compile(r"\[\[([\w,]+)\]\]")
CODE = re.compile(r"`([^`]+)`")
DIGITS = 12  # of a hash in a sentence
NOT_TOLD = {
    "_target_",
    "init_from",
    "init_last_layer",
    "freeze",
    "thaw_every",
    "n_jobs",
    "name",
}  # of a model: told elsewhere, or nothing
DEFINITIONS = {
    "classification": (
        "The predicted class is the one of highest probability; probabilities that are equal to 1e-6 go to the first "
        "class in order. Macro scores are means of precision, recall and F1 over the classes of the {part} part, "
        "each with the same weight; ROC AUC and average precision are of one class against the rest."
    ),
    "detection": "AUROC and average precision are of outliers against inliers, by the score alone.",
    "regression": "RMSE and bias are of value minus truth, over all cells whose truth is known.",
    "forecast": "Scores are of all points to come, by bins of the time after the last point seen.",
    "generation": "Spectra are of periodic fields, in shells as wide as the fundamental mode.",
}


@dataclass(frozen=True)
class Known:
    """What there is to tell of.

    Attributes
    ----------
    record : of the run; None of a table of another program.
    config : of the run, plain; empty where it is unknown.
    manifest : of its bundle; empty where it has none.
    predictions, evaluation : what was judged, and how it came out.
    evaluator : the evaluation's config.
    epochs : see `learning_curves_figure`.
    """

    record: RunRecord | None
    config: Mapping[str, Any]
    manifest: Mapping[str, Any]
    predictions: Predictions
    evaluation: Evaluation
    evaluator: Mapping[str, Any]
    epochs: Sequence[Mapping[str, float]]

    @property
    def tags(self) -> Mapping[str, str]:
        """Of the run."""
        return self.record.tags if self.record else {}

    @property
    def params(self) -> Mapping[str, str]:
        """Of the run."""
        return self.record.params if self.record else {}


def methods(known: Known) -> list[str]:
    """Sentences, with ``[[key]]`` for citations and backticks around names of programs."""
    parts = (data(known), model(known), judgement(known), software(known))
    return [" ".join(sentences) for sentences in parts if sentences]


def data(known: Known) -> list[str]:
    """What was trained and tested on."""
    told = []
    if name := known.tags.get("data"):
        told.append(f"The data are {name}{_cite(papers_of_data(name))}.")
    if "data.samples" in known.params:
        rejected = known.params.get("data.rejected", "0")
        more = f", after {rejected} were rejected" if rejected not in ("0", "") else ""
        told.append(f"There are {known.params['data.samples']} samples{more}.")
    rows = known.predictions
    repeats = np.unique(rows.repeat)
    counts = {}
    for part in ("train", "validation", "test", *sorted({known.evaluation.part} - {"train", "validation", "test"})):
        own = [rows.take((rows.part == part) & (rows.repeat == number)) for number in repeats]
        if any(map(len, own)):
            samples = float(np.mean([len(each) for each in own]))
            counts[part] = (samples, float(np.mean([len(np.unique(each.object_id)) for each in own])))
    mean = " (means over repeats)" if len(repeats) > 1 else ""
    listed = [f"{part} {samples:.0f} samples of {objects:.0f} objects" for part, (samples, objects) in counts.items()]
    told.append(f"Parts that were predicted{mean}: {', '.join(listed)}.")
    if isinstance(rows, ClassPredictions):
        told.append(_classes(known, rows, len(repeats)))
    return told + split(known)


def _classes(known: Known, rows: ClassPredictions, repeats: int) -> str:
    of = rows.take(rows.part == known.evaluation.part)
    counts = [
        len(set(zip(of.repeat[own].tolist(), of.object_id[own].tolist(), strict=True))) / repeats
        for own in (of.target == index for index in range(len(of.classes)))
    ]
    listed = ", ".join(f"{name} {count:.0f}" for name, count in zip(of.classes, counts, strict=True))
    return f"Objects of each class in the {known.evaluation.part} part: {listed}."


def split(known: Known) -> list[str]:
    """How parts were drawn, with the hash of the split."""
    plan = (known.config.get("datamodule") or {}).get("split") or {}
    told = []
    if plan.get("file"):
        told.append("The split by object is that of a given file.")
    elif plan:
        shares = f"{100 * plan['validation']:g} % of the objects validate" if "validation" in plan else ""
        if plan.get("folds"):
            told.append(f"The split is by object, with {plan['folds']} folds for testing; {shares}.")
        elif "test" in plan:
            told.append(f"The split is by object: {shares} and {100 * plan['test']:g} % test.")
        if plan.get("test_after"):
            told.append(f"What is seen from MJD {plan['test_after']} on tests.")
        if plan.get("sky_nside"):
            told.append(f"Each HEALPix cell of nside {plan['sky_nside']} is in one part whole.")
        if plan.get("leave_out"):
            told.append(f"Left out of training: {plan['leave_out']}.")
    hashes = [each for each in known.tags.get("split_hash", "").split(", ") if each]
    if hashes:
        each = (
            f"one a repeat; SHA-256 {', '.join(f'`{one[:DIGITS]}`' for one in hashes)}" if len(set(hashes)) > 1 else ""
        )
        told.append(f"Splits are recorded ({each or f'SHA-256 `{hashes[0][:DIGITS]}`'}).")
    if digest := known.tags.get("data_hash"):
        told.append(f"The hash of all samples is `{digest[:DIGITS]}` (SHA-256).")
    return told


def model(known: Known) -> list[str]:
    """What was trained, and how."""
    told = []
    if name := model_of(known.config):
        values = [
            f"`{key}` {_plain(value)}" for key, value in (known.config.get("model") or {}).items() if _tells(key, value)
        ]
        told.append(f"The model is `{name}`{_cite(papers_of(known.config))} with {', '.join(values)}.")
    if known.epochs:
        told.append(_epochs(known))
    if begun := known.tags.get("init_from.data"):
        told.append(f"It began with weights trained on {begun}.")
    training = known.manifest.get("training") or {}
    method = (training.get("calibration") or {}).get("method")
    if method and method != "none":
        cited = _cite(("Guo2017",)) if method in ("temperature", "vector") else ""
        told.append(f"The probabilities of the exported model are calibrated ({method}){cited}.")
    seeds = _seeds(known.params)
    if seeds:
        told.append(f"Seed{'s' if ',' in seeds else ''} {seeds}.")
    return told


def _epochs(known: Known) -> str:
    last, best = [], []
    for number in sorted({row["repeat"] for row in known.epochs}):
        rows = [row for row in known.epochs if row["repeat"] == number]
        last.append(int(max(row["epoch"] for row in rows)) + 1)
        losses = {row["epoch"]: row["validation_loss"] for row in rows if "validation_loss" in row}
        if losses:
            best.append(int(min(losses, key=lambda epoch: losses[epoch])) + 1)
    most = (known.config.get("trainer") or {}).get("max_epochs")
    limit = f" of {most} at the most" if most else ""
    lowest = f"; validation loss was lowest at {_span(best)}" if best else ""
    return f"It was trained for {_span(last)} epochs{limit}{lowest}."


def judgement(known: Known) -> list[str]:
    """What the metrics are, and how their spread was made."""
    told = [DEFINITIONS[known.predictions.task].format(part=known.evaluation.part)]
    if known.predictions.task == "classification" and "bins" in known.evaluator:
        bins = known.evaluator["bins"]
        told.append(f"The expected calibration error has {bins} bins of equal width{_cite(('Guo2017',))}.")
    several = len(known.evaluation.repeats)
    if several > 1:
        split = len(set(known.tags.get("split_hash", "").split(", "))) > 1
        own = ", each a training with its own seed and split" if split and known.config else ""
        told.append(f"± is the sample standard deviation (n − 1) over {several} repeats{own}.")  # noqa: RUF001
    elif known.evaluation.intervals:
        percent = f"{100 * known.evaluation.confidence:.0f} %"
        resamples = f", {known.evaluator['resamples']} resamples" if "resamples" in known.evaluator else ""
        told.append(
            f"Intervals are {percent} percentile intervals of a bootstrap over objects{resamples}"
            f"{_cite(('Efron1993',))}, of a single training."
        )
    return told


def software(known: Known) -> list[str]:
    """What it ran on."""
    if known.record is None:
        return [f"It was evaluated with `alertlab`{_cite((ALERTLAB,))}."]
    version = {
        name.removeprefix("version."): value for name, value in known.tags.items() if name.startswith("version.")
    }
    libraries = libraries_of(known.config, bool(known.epochs))
    used = {"alertlab": (ALERTLAB,)}
    if "Paszke2019" in libraries:
        used |= {"torch": ("Paszke2019",), "pytorch-lightning": ("Falcon2019",)}
    if "Pedregosa2011" in libraries:
        used["scikit-learn"] = ("Pedregosa2011",)
    told = [f"`{name}` {version[name]}{_cite(keys)}" for name, keys in used.items() if name in version]
    if "Lemaitre2017" in libraries:
        own = (known.manifest.get("training") or {}).get("libraries", {}).get("imbalanced-learn", "")
        told.append(f"`imbalanced-learn` {own}".rstrip() + _cite(("Lemaitre2017",)))
    if "python" in version:
        told.append(f"Python {version['python']}")
    if reads_with_astropy(known.config.get("datamodule")):
        told.append(f"`astropy`{_cite(ASTROPY)}")
    if "sweep" in known.tags:
        told.append(f"`optuna`{_cite((OPTUNA,))}")
    sentences = [f"Software: {', '.join(told)}; runs are recorded in `MLflow`{_cite((MLFLOW,))}."]
    commit = known.tags.get("mlflow.source.git.commit")
    if commit:
        dirty = " with uncommitted changes" if known.tags.get("git.dirty") == "True" else ""
        sentences.append(f"The commit of the code was `{commit[:DIGITS]}`{dirty}.")
    sentences.append(f"The run is `{known.record.run_id}`.")
    return sentences


def cited(paragraphs: Sequence[str]) -> list[str]:
    """Keys in the order of their first citation."""
    keys = [key for text in paragraphs for found in CITED.finditer(text) for key in found[1].split(",")]
    return list(dict.fromkeys(keys))


def markdown(paragraphs: Sequence[str], title: str) -> str:
    """For people and pandoc, whose citations are ``[@key]``."""
    texts = [
        CITED.sub(lambda found: f"[{'; '.join(f'@{key}' for key in found[1].split(','))}]", each) for each in paragraphs
    ]
    return "\n\n".join([f"# Methods: {title}", *texts]) + "\n"


def latex(paragraphs: Sequence[str]) -> str:
    r"""The same with ``\citep`` and ``\texttt``."""
    return "\n\n".join(map(_latex, paragraphs)) + "\n"


def _latex(text: str) -> str:
    parts = re.split(r"( ?\[\[[\w,]+\]\]|`[^`]+`)", text)
    made = []
    for part in parts:
        if found := CITED.search(part):
            made.append(rf"~\citep{{{found[1]}}}")
        elif code := CODE.fullmatch(part):
            made.append(rf"\texttt{{{escape(code[1])}}}")
        else:
            made.append(latex_words(part))
    return "".join(made)


def _cite(keys: Sequence[str]) -> str:
    return f" [[{','.join(keys)}]]" if keys else ""


def _tells(key: str, value: Any) -> bool:
    return key not in NOT_TOLD and isinstance(value, str | int | float) and value != ""


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _span(values: Sequence[int]) -> str:
    low, high = min(values), max(values)
    return str(low) if low == high else f"{low} to {high}"


def _seeds(params: Mapping[str, str]) -> str:
    """Of a run, or of the repeats of a parent; empty where unknown."""
    if "run.seed" in params:
        return params["run.seed"]
    if "seed" not in params or "repeats" not in params:
        return ""
    first = int(params["seed"])
    return ", ".join(str(first + repeat) for repeat in range(int(params["repeats"])))
