"""What writers of simulated data share: they refuse an occupied folder, and tell how far they are."""

from collections.abc import Callable
from pathlib import Path

from ..runtime.errors import AlertlabError

Progress = Callable[[int, int], None]  # called with (done, total)


def silent(done: int, total: int) -> None:
    """Tell nobody."""


def refuse_occupied(directory: Path) -> None:
    """Raise an AlertlabError where something stands that writing would replace."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise AlertlabError(f"{directory}: exists and is not an empty folder; name another one, or remove it first")
