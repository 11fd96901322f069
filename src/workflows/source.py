"""What a verb that judges predictions is given: a table, the folder of a run, or a run's id."""

import tempfile
from pathlib import Path

from omegaconf import DictConfig

from ..config import instantiate
from ..core.predictions import Predictions, beside, read_predictions
from ..runtime.errors import AlertlabError
from ..tracking import Tracker


def predictions_file(source: str) -> Path | None:
    """The table that a path means, or None for a source that is the id of a run."""
    path = Path(source)
    if (path / "predictions.parquet").is_file():  # the folder of a run
        path = path / "predictions.parquet"
    return path if path.suffix or path.exists() else None


def judged(path: Path) -> Predictions:
    """Predictions that there is something to judge of.

    Raises
    ------
    AlertlabError
        For a table without rows.
    """
    predictions = read_predictions(path)
    if not len(predictions):
        raise AlertlabError(f"{path}: holds no row, so there is nothing to judge")
    return predictions


def read_source(config: DictConfig, source: str) -> Predictions:
    """The predictions of any source; ``config.tracking`` says where runs are recorded.

    Raises
    ------
    AlertlabError
        For a source that is none.
    """
    path = predictions_file(source)
    if path is not None:
        return judged(path)
    tracker: Tracker = instantiate(config.tracking)
    with tempfile.TemporaryDirectory() as folder:
        return predictions_of_run(tracker, source, Path(folder))


def predictions_of_run(tracker: Tracker, run_id: str, folder: Path) -> Predictions:
    """The predictions of an earlier run, fetched into a folder: the table, and arrays beside it if there are any."""
    path = tracker.predictions_of(run_id, folder)
    for name in beside(path):
        tracker.fetch(run_id, name, folder)
    return read_predictions(path)
