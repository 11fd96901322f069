"""What a training begins with when its config names an earlier run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ..core.contracts import Data
from ..core.predictions import read_predictions
from ..runtime.errors import AlertlabError
from ..tracking import Tracker

WEIGHTS, PREDICTIONS = "weights.safetensors", "predictions.parquet"
KEY = "model.init_from"


@dataclass(frozen=True)
class WarmStart:
    """Weights of an earlier run, and the objects that they have seen.

    Attributes
    ----------
    source : as the config names it.
    weights : file of the weights.
    data : what it was trained on, in a few words.
    seen : objects that it, and what it began with itself, was trained or validated on.
    holder : of the fetched files, which go with it; None where they are the run's own.
    """

    source: str
    weights: Path
    data: str
    seen: frozenset[str]
    holder: TemporaryDirectory[str] | None

    def check(self, data: Data, repeat: int) -> None:
        """Raise AlertlabError where an object to test on was trained or validated on before."""
        shared = self.seen.intersection(data.samples("test").object_id.tolist())
        if shared:
            raise AlertlabError(
                f"model.init_from: repeat {repeat} tests on {len(shared)} objects that {self.source} was trained on, "
                f"such as {min(shared)}; begin with a run on other objects, or on the same split"
            )


def warm_start(source: str, tracker: Tracker, later: Sequence[str] = ()) -> WarmStart:
    """Fetch what ``model.init_from`` names.

    Parameters
    ----------
    source : a run's id, or its folder; a parent run stands for the repeat that made its bundle.
    later : runs that began with it, the latest first.

    Raises
    ------
    AlertlabError
        For no such run, or one that left no weights.
    """
    if source in later:
        raise AlertlabError(f"{KEY}: {source} says that it began with itself ({', '.join((*later, source))})")
    if Path(source).is_dir():
        record = tracker.reopen(Path(source)).record()
        folder, holder = Path(source), None
    else:
        record = tracker.record(source)
        run_id = record.tags.get("bundle.from_run", source)
        holder = TemporaryDirectory(prefix="alertlab-")
        folder = Path(holder.name)
        for name in (WEIGHTS, PREDICTIONS):
            tracker.fetch(run_id, name, folder)
    if not all((folder / name).is_file() for name in (WEIGHTS, PREDICTIONS)):
        raise AlertlabError(f"model.init_from: {source} has left no weights; name a finished training of a network")
    predictions = read_predictions(folder / PREDICTIONS)
    tested = (predictions.part == "test") | np.char.startswith(predictions.part, "test_")  # cut light curves
    seen = frozenset(predictions.object_id[~tested].tolist())
    data, before = record.tags.get("data", "data unknown"), record.params.get(KEY, "None")
    if before != "None":
        earlier = warm_start(before, tracker, (*later, source))
        seen, data = seen | earlier.seen, f"{data}, after {earlier.data}"
    return WarmStart(source, folder / WEIGHTS, data, seen, holder)
