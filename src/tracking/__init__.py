"""The tracked run: MLflow, and a journal on disk that outlives both the server and the process."""

from .provenance import git_state
from .record import children_of, find_run, read_record
from .run import TrackedRun
from .store import Tracker

__all__ = ["TrackedRun", "Tracker", "children_of", "find_run", "git_state", "read_record"]
