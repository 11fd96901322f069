"""One run: everything is journalled in its folder first, then sent to MLflow."""

import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import Any

from ..config import masked
from ..runtime.errors import AlertlabError
from .connection import Connection
from .deliver import ARTIFACTS, PARAM_LENGTH, TAG_LENGTH, deliver, sanitised
from .errors import StoreError, is_refusal, one_line, unreachable
from .journal import Entry, Journal
from .record import RunRecord, read_identity

PATIENCE = 120.0  # seconds until a server that did not answer is asked again


class TrackedRun:
    """One run of MLflow and its folder.

    Attributes
    ----------
    run_id : MLflow's.
    directory : the run's own folder; what is logged as a file lies in it.
    seed : what the model may draw from.
    trouble : why the last delivery stopped, empty where it did not.
    """

    def __init__(self, connection: Connection, run_id: str, directory: Path, seed: int) -> None:
        self.connection, self.run_id, self.directory, self.seed = connection, run_id, directory, seed
        self.journal = Journal(directory)
        self._ask_again, self.trouble = 0.0, ""

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Record flattened parameters, long values shortened: the config artifact has them whole."""
        self._log({"kind": "params", "values": {name: str(value) for name, value in params.items()}})

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Record what identifies the run."""
        self._log({"kind": "tags", "values": {name: str(value) for name, value in tags.items()}})

    def log_metrics(self, metrics: Mapping[str, float], step: int) -> None:
        """Record metrics of an epoch; one that a resumed run computes again is there already."""
        self._log_metrics(metrics, step, epoch=True)

    def log_results(self, metrics: Mapping[str, float], step: int = 0) -> None:
        """Record final metrics, by names of :func:`~.names.named`; ``step`` tells those of a run that grew later."""
        self._log_metrics(metrics, step, epoch=False)

    def log_files(self, path: Path) -> None:
        """Record a file of the run's folder, or a folder with all in it."""
        self._log({"kind": "files", "path": str(path.relative_to(self.directory))})

    def log_image(self, path: Path, key: str) -> None:
        """Record a picture for MLflow's grid of images, side by side across runs."""
        self._log({"kind": "image", "path": str(path.relative_to(self.directory)), "key": key})

    def log_table(self, columns: Mapping[str, list[Any]], name: str) -> None:
        """Record a small table that MLflow's page compares across runs."""
        self._log({"kind": "table", "columns": dict(columns), "name": name})

    def tag(self, name: str) -> str | None:
        """The last value of a tag, None where it was never set."""
        values = [
            entry["values"][name]
            for entry in self.journal.entries
            if name in entry.get("values", ()) and entry["kind"] == "tags"
        ]
        return values[-1] if values else None

    def record(self) -> RunRecord:
        """What is recorded of the run so far, from its folder: the server may be gone."""
        identity = read_identity(self.directory)
        params: dict[str, str] = {}
        tags = dict(identity.tags)
        for entry in self.journal.entries:
            if entry["kind"] == "params":
                params |= sanitised(entry["values"], PARAM_LENGTH)
            elif entry["kind"] == "tags":
                tags |= sanitised(entry["values"], TAG_LENGTH)
        started = datetime.fromtimestamp(identity.started / 1000, UTC)
        return RunRecord(self.run_id, identity.experiment, identity.name, started, params, tags)

    def epochs(self) -> list[dict[str, float]]:
        """What ``log_metrics`` has recorded, oldest first."""
        return self.journal.epochs()

    def set_state(self, state: str) -> None:
        """Say how the run is: RUNNING, FINISHED, FAILED or KILLED."""
        self._log({"kind": "status", "state": state, "time": _now()})

    def end(self, state: str, reason: str = "") -> None:
        """Close the run with its true status."""
        if reason:
            self.set_tags({"ended": reason})
        self.set_state(state)
        self.send(insist=True)
        if self.journal.pending:
            kept = f"{len(self.journal.pending)} entries are kept: alertlab sync {quote(str(self.directory))}"
            sys.stderr.write(f"MLflow at {self.connection.uri} does not answer; {kept} ({self.trouble})\n")

    def send(self, insist: bool = False) -> None:
        """Deliver what is pending; a server that does not answer is left alone for a while, unless ``insist``."""
        if not insist and time.monotonic() < self._ask_again:
            return
        self.trouble = ""
        for number, entry in enumerate(self.journal.pending, self.journal.sent + 1):
            try:
                if entry["kind"] in ARTIFACTS:
                    self.connection.check_artifacts(self.run_id)
                deliver(entry, self.connection.client, self.run_id, self.directory)
            except Exception as error:
                if is_refusal(error):
                    reason = masked(one_line(error))
                    raise AlertlabError(f"tracking: MLflow refuses {entry['kind']}: {reason}") from error
                if isinstance(error, AlertlabError) and not isinstance(error, StoreError):
                    raise
                if not isinstance(error, unreachable()) and entry["kind"] not in ARTIFACTS:
                    raise  # what a store of artifacts raises is its library's own, or that it is not installed
                self._ask_again, self.trouble = time.monotonic() + PATIENCE, masked(one_line(error))
                return
            self.journal.sent = number

    def _log_metrics(self, metrics: Mapping[str, float], step: int, epoch: bool) -> None:
        known = self.journal.metrics()
        values = {name: float(value) for name, value in metrics.items() if (name, step) not in known}
        if values:
            self._log({"kind": "metrics", "values": values, "step": step, "epoch": epoch, "time": _now()})

    def _log(self, entry: Entry) -> None:
        self.journal.add(entry)
        self.send()


def _now() -> int:
    """Milliseconds since 1970, as MLflow counts."""
    return int(time.time() * 1000)
