"""What a run logs, on disk before it is sent: neither a dead server nor a killed process loses any of it."""

import json
from pathlib import Path
from typing import Any

from ..runtime.errors import AlertlabError

Entry = dict[str, Any]
FIELDS: dict[str, dict[str, type]] = {  # of each kind of entry
    "params": {"values": dict},
    "tags": {"values": dict},
    "metrics": {"values": dict, "step": int, "epoch": bool, "time": int},
    "files": {"path": str},
    "image": {"path": str, "key": str},
    "table": {"columns": dict, "name": str},
    "status": {"state": str, "time": int},
}


class Journal:
    """An append-only list of entries, and how many of them MLflow has.

    A line that a kill cut short is left out, and dropped before the next one is
    written: what it was to say had not been done yet.

    Parameters
    ----------
    directory : the run's folder, which holds ``journal.jsonl`` and ``journal.sent``.
    """

    def __init__(self, directory: Path) -> None:
        self.path, self.sent_path = directory / "journal.jsonl", directory / "journal.sent"

    @property
    def entries(self) -> list[Entry]:
        """All entries, oldest first; read anew, since another process may train and log."""
        return [self._entry(line, number) for number, line in enumerate(self._whole().splitlines(), 1)]

    def _entry(self, line: bytes, number: int) -> Entry:
        try:
            entry = json.loads(line)
            if all(isinstance(entry[name], kind) for name, kind in FIELDS[entry["kind"]].items()):
                return dict(entry)
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
        raise AlertlabError(f"{self.path}: line {number} is no entry of a journal; the file was changed")

    def add(self, entry: Entry) -> None:
        """Append one entry."""
        whole = len(self._whole())
        with self.path.open("ab") as file:
            file.truncate(whole)
            file.write((json.dumps(entry) + "\n").encode())

    def _whole(self) -> bytes:
        content = self.path.read_bytes() if self.path.is_file() else b""
        return content[: content.rfind(b"\n") + 1]

    @property
    def sent(self) -> int:
        """How many entries have been delivered."""
        text = self.sent_path.read_text() if self.sent_path.is_file() else ""
        whole = text.strip().isdecimal() and text.endswith("\n")
        return int(text) if whole else 0  # cut short by a kill: deliver all again, which is harmless

    @sent.setter
    def sent(self, count: int) -> None:
        self.sent_path.write_text(f"{count}\n")

    @property
    def pending(self) -> list[Entry]:
        """What MLflow does not have yet, oldest first."""
        return self.entries[self.sent :]

    def metrics(self) -> set[tuple[str, int]]:
        """(name, step) of every metric there is."""
        return {
            (name, entry["step"]) for entry in self.entries if entry["kind"] == "metrics" for name in entry["values"]
        }

    def epochs(self) -> list[dict[str, float]]:
        """``{"epoch": 3, "validation_loss": 0.2, ...}`` of each epoch, oldest first."""
        return [
            {"epoch": entry["step"], **entry["values"]}
            for entry in self.entries
            if entry["kind"] == "metrics" and entry["epoch"]
        ]

    @property
    def state(self) -> str | None:
        """How the run last ended, None while it has not."""
        states = [entry["state"] for entry in self.entries if entry["kind"] == "status"]
        return states[-1] if states and states[-1] != "RUNNING" else None
