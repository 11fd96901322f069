"""How far a sweep is, in one line."""

import time

from rich.console import Console
from rich.status import Status

from ...core.progress import notice
from .plan import Plan
from .results import Standing, counted


class Line:
    """A live line in a terminal; elsewhere a line whenever a trial is over."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.begun = plan, 0.0
        console = Console(stderr=True)
        self.status: Status | None = console.status("waiting for the first trial") if console.is_terminal else None
        if self.status:
            self.status.start()
        self.first: int | None = None  # trials that were over when this began
        self.last = -1

    def show(self, now: Standing) -> None:
        """Say how far it is."""
        if self.first is None or (now.done > self.first and not self.begun):  # what workers need to start says little
            self.first, self.begun = now.done, time.monotonic() if self.first is not None else 0.0
        text = self.text(now)
        if self.status:
            self.status.update(text)
        elif now.done != self.last:
            notice(text)
        self.last = now.done

    def text(self, now: Standing) -> str:
        """``12 of 30 trials: best macro_f1 0.871 (trial 7), 8 complete, 4 pruned, 2 running, 11 min left``."""
        parts = [f"{number} {word}" for word, number in counted(now).items() if word != "waiting"]
        best = ""
        if now.best is not None:
            best = f" best {self.plan.goals.first} {now.best.values[0]:.4g} (trial {now.best.number}),"
        here = now.done - (self.first or 0) if self.begun else 0
        left = self.plan.n_trials - now.done
        seconds = (time.monotonic() - self.begun) * left / here if here and left else None
        time_left = "" if seconds is None else f", {_spelt(seconds)} left"
        return f"{now.done} of {self.plan.n_trials} trials:{best} {', '.join(parts)}{time_left}"

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self.status:
            self.status.stop()


def _spelt(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
