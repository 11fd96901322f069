"""What a verb that judges predictions is given: a table, the folder of a run, or a run by its id or name."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from omegaconf import DictConfig

from ..config import instantiate
from ..core.predictions import Predictions, beside, read_predictions
from ..runtime.errors import AlertlabError
from ..tracking import RunRecord, Tracker

TABLE, IDENTITY = "predictions.parquet", "run.json"
REPEATS = re.compile(r", \d+ repeats$")  # at the end of the name of a run of several


@dataclass(frozen=True)
class Source:
    """Where predictions come from.

    Attributes
    ----------
    words : what was given. name : what people call it.
    table : the table that it is; None for a run of the store.
    record : what is known of the run; None for a table of another program.
    """

    words: str
    name: str
    table: Path | None
    record: RunRecord | None

    @property
    def run_id(self) -> str | None:
        """Of its run."""
        return self.record.run_id if self.record else None


def predictions_file(source: str) -> Path | None:
    """The table that a path means, or None for a source that is a run of the store."""
    path = Path(source)
    if (path / TABLE).is_file():  # the folder of a run
        path = path / TABLE
    return path if path.exists() or path.suffix else None


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


def find_sources(config: DictConfig, words: Sequence[str]) -> list[Source]:
    """What each of these means, by names that tell them apart; ``config.tracking`` says where runs are recorded.

    Raises
    ------
    AlertlabError
        For one that is none, or a name of several runs.
    """
    found = [_find(config, each) for each in words]
    ends = {REPEATS.search(each.name) and each.name.rpartition(", ")[2] for each in found}
    if len(ends) == 1 and None not in ends:  # all have as many repeats, so that tells nothing apart
        found = [replace(each, name=REPEATS.sub("", each.name)) for each in found]
    names = [each.name for each in found]
    return [each if names.count(each.name) == 1 else replace(each, name=_apart(each, names)) for each in found]


def read_source(config: DictConfig, source: str) -> Predictions:
    """The predictions of any source; ``config.tracking`` says where runs are recorded.

    Raises
    ------
    AlertlabError
        For a source that is none.
    """
    return predictions_at(config, _find(config, source))


def predictions_at(config: DictConfig, source: Source) -> Predictions:
    """The predictions of a source."""
    if source.table is not None:
        return judged(source.table)
    tracker: Tracker = instantiate(config.tracking)
    with tempfile.TemporaryDirectory() as folder:
        return predictions_of_run(tracker, str(source.run_id), Path(folder))


def predictions_of_run(tracker: Tracker, run_id: str, folder: Path) -> Predictions:
    """The predictions of an earlier run, fetched into a folder: the table, and arrays beside it if there are any."""
    path = tracker.predictions_of(run_id, folder)
    for name in beside(path):
        tracker.fetch(run_id, name, folder)
    return read_predictions(path)


def _find(config: DictConfig, words: str) -> Source:
    path = predictions_file(words)
    if path is None:
        tracker: Tracker = instantiate(config.tracking)
        record = tracker.record(tracker.find(words))
        return Source(words, record.name, None, record)
    if (path.parent / IDENTITY).is_file() and config.tracking:
        record = instantiate(config.tracking).reopen(path.parent).record()
        return Source(words, record.name, path, record)
    called = path.parent.name if path.name == TABLE and path.parent.name else path.stem
    return Source(words, called, path, None)


def _apart(source: Source, names: Sequence[str]) -> str:
    return f"{source.name} ({source.run_id[:8] if source.run_id else source.words})"
