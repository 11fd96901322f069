"""Progress bars, on standard error so that output pipes."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Item = TypeVar("Item")


def track(items: Iterable[Item], description: str, total: int | None = None) -> Iterator[Item]:
    """Yield ``items`` under a progress bar; no bar where nobody looks (not a terminal).

    Parameters
    ----------
    total : how many there are; None takes their length, or shows a count without an end.
    """
    with _bar() as progress:
        yield from progress.track(items, total=total, description=description)


@contextmanager
def counter(description: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar for what counts itself: call the yielded function with (done, total), total None where it is unknown."""
    with _bar() as progress:
        task = progress.add_task(description, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def status(description: str) -> Iterator[None]:
    """Show that something without steps is going on."""
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(description):
            yield
    else:
        yield


def notice(text: str) -> None:
    """Say one line, as it is."""
    Console(stderr=True).print(text, soft_wrap=True, markup=False, highlight=False)


def _bar() -> Progress:
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
