"""Answers on disk: a line each, written at once, never changed; several persons may write to one file."""

import os
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from ...core.progress import notice
from ...door.words import in_brief
from ...runtime.errors import AlertlabError
from .answers import Answer, answer_of


class Journal:
    """A file of answers in JSON lines.

    A line that was cut short, by a full disk or a machine that went down, is dropped when the file is next written to:
    whoever gave that answer is asked again.

    Parameters
    ----------
    path : the file; None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self.path, self.place, self.lines = path, 0, 0

    def append(self, answers: Sequence[Answer]) -> None:
        """Write answers to the end, and wait until the disk has them.

        Raises
        ------
        AlertlabError
            Where the file cannot be written.
        """
        if self.path is None or not answers:
            return
        content = "".join(f"{each.line()}\n" for each in answers).encode()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock"):
                self._heal(self.path)
                file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
                try:
                    written = 0
                    while written < len(content):
                        written += os.write(file, content[written:])
                    os.fsync(file)
                finally:
                    os.close(file)
        except OSError as error:
            raise AlertlabError(f"{self.path}: the answer could not be written ({error.strerror})") from error

    def read(self) -> list[Answer]:
        """Answers that are new since the last call: one's own and those of others, in the order of the file.

        Raises
        ------
        AlertlabError
            For a line that is no answer.
        """
        if self.path is None or not self.path.exists():
            return []
        with self.path.open("rb") as file:
            file.seek(self.place)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        found = []
        for number, line in enumerate(whole.splitlines(), self.lines + 1):
            try:
                found.append(answer_of(line.decode()))
            except (ValueError, KeyError, TypeError) as error:
                fault = f"is no answer ({in_brief(error)}); mend or remove it"
                raise AlertlabError(f"{self.path}: line {number} {fault}") from error
        self.place += len(whole)
        self.lines += len(found)
        return found

    def _heal(self, path: Path) -> None:
        """Drop what was cut short; others do not write meanwhile."""
        if not path.exists():
            return
        with path.open("r+b") as file:
            content = file.read()
            end = content.rfind(b"\n") + 1
            if end < len(content):
                file.truncate(end)
                notice(f"{path}: the last line was cut short and is dropped; its object is asked about again")
