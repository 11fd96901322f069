"""Evaluate a predictions table, of a run or of a file made anywhere."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig

from ..config import instantiate
from ..core.predictions import read_predictions
from ..evaluation import Evaluation, Evaluator
from ..tracking import Tracker
from .results import log_results, named_metrics


@dataclass(frozen=True)
class EvaluateResult:
    """What an evaluation leaves; ``run_id`` is None for a file."""

    run_id: str | None
    metrics: Mapping[str, float]
    evaluation: Evaluation
    figures: Path


def evaluate(config: DictConfig, source: str, out: Path) -> EvaluateResult:
    """Evaluate predictions and write tables and figures to ``out``.

    Parameters
    ----------
    config : composed from ``evaluate``.
    source : a predictions table, or the id of a run that has one; then the
        results are recorded in that run too.

    Raises
    ------
    AlertlabError
        For a source that is neither, or a table that cannot be evaluated.
    """
    evaluator: Evaluator = instantiate(config.evaluation)
    path = Path(source)
    if (path / "predictions.parquet").is_file():  # the folder of a run
        path = path / "predictions.parquet"
    if path.suffix or path.exists():
        evaluation = evaluator(read_predictions(path), out)
        return EvaluateResult(None, named_metrics(evaluation), evaluation, out)
    tracker: Tracker = instantiate(config.tracking)
    with tempfile.TemporaryDirectory() as folder:
        predictions = read_predictions(tracker.predictions_of(source, Path(folder)))
    run = tracker.continue_run(source, out)
    evaluation = evaluator(predictions, out)
    log_results(run, evaluation, out)
    return EvaluateResult(source, named_metrics(evaluation), evaluation, out)
