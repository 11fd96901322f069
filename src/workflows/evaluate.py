"""Evaluate a predictions table, of a run or of a file made anywhere."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig

from ..config import instantiate
from ..evaluation import Evaluation, Evaluator
from ..runtime.errors import AlertlabError
from ..tracking import TrackedRun, Tracker
from .results import log_results, named_metrics
from .source import judged, predictions_file, predictions_of_run


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
    path = predictions_file(source)
    if path is not None:
        evaluation = evaluator(judged(path), out)
        return EvaluateResult(None, named_metrics(evaluation), evaluation, out)
    tracker: Tracker = instantiate(config.tracking)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        evaluation = evaluator(predictions_of_run(tracker, source, folder), out)
        run = TrackedRun(tracker.connection, source, folder, seed=0)
        log_results(run, evaluation, shutil.copytree(out, folder / "figures"))
        if run.journal.pending:
            raise AlertlabError(f"tracking.uri: {tracker.uri} does not answer any more; the figures are in {out}")
    return EvaluateResult(source, named_metrics(evaluation), evaluation, out)
