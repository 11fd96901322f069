"""How wide the figures of a journal are."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Journal:
    """Inches of one column, and of both with what is between them."""

    column: float
    full: float


JOURNALS = {
    "aas": Journal(3.4, 7.1),
    "mnras": Journal(84 / 25.4, 174 / 25.4),
    "aanda": Journal(88 / 25.4, 180 / 25.4),
}
AAS = "aas"
_drawn_for = ContextVar("journal", default=AAS)


@contextmanager
def drawn_for(journal: str) -> Iterator[None]:
    """Figures made within have the widths of this journal, one of ``JOURNALS``."""
    before = _drawn_for.set(journal)
    try:
        yield
    finally:
        _drawn_for.reset(before)


def column() -> float:
    """Inches of a column of the journal that is drawn for."""
    return JOURNALS[_drawn_for.get()].column


def full() -> float:
    """Inches of its whole width."""
    return JOURNALS[_drawn_for.get()].full
