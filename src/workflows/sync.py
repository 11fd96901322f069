"""Deliver to MLflow what its server missed."""

import sys
from dataclasses import dataclass
from pathlib import Path

from ..config import refuse_foreign
from ..runtime.errors import AlertlabError
from ..tracking import Tracker, runs_below


@dataclass(frozen=True)
class SyncResult:
    """Journal entries that were delivered, and that still wait."""

    delivered: int
    pending: int


def sync(folder: Path) -> SyncResult:
    """Deliver the pending entries of every run below ``folder``.

    Raises
    ------
    AlertlabError
        When there is no run, or one that names another machine than MLFLOW_TRACKING_URI does.
    """
    delivered = pending = 0
    runs = runs_below(folder)
    if not runs:
        raise AlertlabError(f"{folder}: no run below it")
    trackers: dict[str, Tracker] = {}
    for directory, identity in runs.items():
        tracker = trackers.setdefault(identity.uri, Tracker(identity.uri, identity.artifacts))
        run = tracker.reopen(directory)
        before = len(run.journal.pending)
        if before:
            refuse_foreign(identity.uri, f"{directory / 'run.json'}: uri")
            run.send(insist=True)
            if run.trouble:
                sys.stderr.write(f"{directory}: {run.trouble}\n")
        after = len(run.journal.pending)
        delivered, pending = delivered + before - after, pending + after
    return SyncResult(delivered, pending)
