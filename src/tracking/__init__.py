"""The tracked run: MLflow, and a journal on disk that outlives both the server and the process."""

from .names import named
from .provenance import PACKAGES, git_state, installed
from .record import CONFIG, RunRecord, children_of, find_run, read_identity, runs_below
from .run import TrackedRun
from .store import Ended, Tracker

__all__ = [
    "CONFIG",
    "PACKAGES",
    "Ended",
    "RunRecord",
    "TrackedRun",
    "Tracker",
    "children_of",
    "find_run",
    "git_state",
    "installed",
    "named",
    "read_identity",
    "runs_below",
]
