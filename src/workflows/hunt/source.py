"""What SOURCE says of candidates: scores of a bundle, of a run, or of a table."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from omegaconf import DictConfig

from ...core.predictions import ClassPredictions, Predictions, ScorePredictions, read_predictions
from ...core.predictions.columns import texts
from ...door.table import open_table
from ...door.values import Place, numbers
from ...runtime.contents import MANIFEST
from ...runtime.errors import AlertlabError
from ..predict.dispatch import predict
from ..source import predictions_file, read_source
from .candidates import Candidates
from .loop import by_name

SCORE = "score"
Scores: TypeAlias = tuple[NDArray[np.str_], NDArray[np.float64]]  # names and scores, a row each


def scores_of(
    config: DictConfig, source: str, candidates: Candidates, out: Path, folders: Sequence[Path], allowed: Sequence[str]
) -> dict[str, float]:
    """How strange SOURCE finds each object, by name; the mean over its rows.

    Of a detector that is its score, of a classifier one minus its largest probability.

    Parameters
    ----------
    source : bundle, which answers to the candidates' table now, and leaves ``source.parquet`` in ``out``; run; or
        table of predictions, or of ``object_id`` and ``score``.

    Raises
    ------
    AlertlabError
        For a source that is none, that says nothing of strangeness, or of none of the candidates.
    """
    names, values = _read(config, source, candidates, out, folders, allowed)
    different, place = np.unique(names, return_inverse=True)
    mean = np.bincount(place, values) / np.bincount(place)
    found = dict(zip(different.tolist(), mean.tolist(), strict=True))
    if not np.isfinite(by_name(candidates.samples.object_id.tolist(), found)).any():
        raise AlertlabError(f"{source}: has a score of none of the objects in {candidates.path}")
    return found


def _read(
    config: DictConfig, source: str, candidates: Candidates, out: Path, folders: Sequence[Path], allowed: Sequence[str]
) -> Scores:
    path = Path(source)
    if (path / MANIFEST).is_file() or path.name.endswith(".zip"):
        answers = predict(path, candidates.path, out / "source.parquet", folders=folders, allowed=allowed)
        names, values = _strangeness(read_predictions(answers.predictions), source)
        if "object_id" not in open_table(candidates.path).names:  # rows were numbered
            names = candidates.samples.object_id[names.astype(np.int64)]
        return names, values
    table = predictions_file(source)
    if table is not None and table.is_file():
        opened = open_table(table)
        if SCORE in opened.names and "sample_id" not in opened.names:
            if "object_id" not in opened.names:
                raise AlertlabError(f"{source}: no column object_id; a table of scores has object_id and {SCORE}")
            rows = opened.read(["object_id", SCORE], text=("object_id",))
            values = numbers(rows[SCORE], Place(source, SCORE))
            return texts(rows["object_id"], Place(source, "object_id")), values
    return _strangeness(read_source(config, source), source)


def _strangeness(predictions: Predictions, source: str) -> Scores:
    if isinstance(predictions, ScorePredictions):
        return predictions.object_id, predictions.score
    if isinstance(predictions, ClassPredictions):
        return predictions.object_id, 1 - predictions.probability.max(axis=1)
    raise AlertlabError(f"{source}: predictions of a {predictions.task} say nothing of how strange an object is")
