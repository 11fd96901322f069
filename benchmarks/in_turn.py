"""Two ways of one job, timed in turn: a busy machine is then busy for both."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Pairs:
    """Seconds of both ways, a pair a round."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def times_as_long(self) -> tuple[float, ...]:
        """Of each round, what alertlab takes of the other's time."""
        return tuple(our / their for our, their in zip(self.ours, self.theirs, strict=True))

    @property
    def times_as_fast(self) -> tuple[float, ...]:
        """Of each round, alertlab's speed in units of the other's."""
        return tuple(their / our for our, their in zip(self.ours, self.theirs, strict=True))


def in_turn(ours: Callable[[], float], theirs: Callable[[], float], rounds: int) -> Pairs:
    """Call both, ``rounds`` times; each returns the seconds it took."""
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return Pairs(tuple(our for our, _ in pairs), tuple(their for _, their in pairs))


def timed(work: Callable[[], object], calls: int = 1) -> Callable[[], float]:
    """``work`` as something that returns the seconds of one call, the mean of ``calls``; called once before."""
    work()  # caches and workers are warm

    def seconds() -> float:
        started = time.perf_counter()
        for _ in range(calls):
            work()
        return (time.perf_counter() - started) / calls

    return seconds


def median_and_range(ratios: Sequence[float]) -> tuple[str, str]:
    """The two last cells of a row."""
    return f"{statistics.median(ratios):.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}"
