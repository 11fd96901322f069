"""What a verb that judges predictions is given: a table, the folder of a run, or a run's id."""

import tempfile
from pathlib import Path

from omegaconf import DictConfig

from ..config import instantiate
from ..core.predictions import Predictions, read_predictions
from ..tracking import Tracker


def predictions_file(source: str) -> Path | None:
    """The table that a path means, or None for a source that is the id of a run."""
    path = Path(source)
    if (path / "predictions.parquet").is_file():  # the folder of a run
        path = path / "predictions.parquet"
    return path if path.suffix or path.exists() else None


def read_source(config: DictConfig, source: str) -> Predictions:
    """The predictions of any source; ``config.tracking`` says where runs are recorded.

    Raises
    ------
    AlertlabError
        For a source that is none.
    """
    path = predictions_file(source)
    if path is not None:
        return read_predictions(path)
    tracker: Tracker = instantiate(config.tracking)
    with tempfile.TemporaryDirectory() as folder:
        return read_predictions(tracker.predictions_of(source, Path(folder)))
