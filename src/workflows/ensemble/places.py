"""Where a run lies: its folder, or the store that has its id; either gives the same files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ...runtime.contents import MANIFEST
from ...tracking import RunRecord, Tracker, children_of, read_identity


class Place(Protocol):
    """A run whose files can be had."""

    def record(self) -> RunRecord:
        """Its names, parameters and tags."""
        ...

    def fetch(self, name: str, folder: Path) -> Path | None:
        """A file of it, fetched into ``folder`` where it is not at hand; None where it has none of the name."""
        ...

    def bundle(self, folder: Path) -> Path | None:
        """Its bundle, likewise."""
        ...

    def repeat(self, number: int) -> "Place | None":
        """One of its repeats; None where it has no such run below it."""
        ...


@dataclass(frozen=True)
class OfFolder:
    """The folder of a run."""

    tracker: Tracker
    directory: Path

    def record(self) -> RunRecord:
        """See :class:`Place`."""
        return self.tracker.reopen(self.directory).record()

    def fetch(self, name: str, folder: Path) -> Path | None:
        """See :class:`Place`."""
        path = self.directory / name
        return path if path.is_file() else None

    def bundle(self, folder: Path) -> Path | None:
        """See :class:`Place`."""
        return next((path.parent for path in sorted(self.directory.glob(f"*.bundle/{MANIFEST}"))), None)

    def repeat(self, number: int) -> "OfFolder | None":
        """See :class:`Place`."""
        found = children_of(self.directory.absolute(), read_identity(self.directory).run_id).get(number)
        return OfFolder(self.tracker, found) if found else None


@dataclass(frozen=True)
class OfStore:
    """A run of the store, by its id."""

    tracker: Tracker
    run_id: str

    def record(self) -> RunRecord:
        """See :class:`Place`."""
        return self.tracker.record(self.run_id)

    def fetch(self, name: str, folder: Path) -> Path | None:
        """See :class:`Place`."""
        return self.tracker.fetch(self.run_id, name, folder)

    def bundle(self, folder: Path) -> Path | None:
        """See :class:`Place`."""
        name = self.tracker.bundle_of(self.run_id)
        return self.fetch(name, folder) if name else None

    def repeat(self, number: int) -> "OfStore | None":
        """See :class:`Place`."""
        found = self.tracker.children_of(self.run_id).get(number)
        return OfStore(self.tracker, found) if found else None
