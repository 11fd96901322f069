"""Classes that are left out in turn: which class, and which fold, a repeat is of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...runtime.errors import AlertlabError
from .apart import KEY

COMPANY = 3  # classes of a branch, so that two are still known: one alone gives a classifier nothing to tell apart


@dataclass(frozen=True)
class Turn:
    """One repeat of a split that leaves out classes.

    Attributes
    ----------
    left_out : classes that no training sees. fold : of the others, on which it tests.
    company : classes that take part: those of the same branch, the left-out ones among them.
    """

    left_out: tuple[str, ...]
    fold: int
    company: tuple[str, ...]

    def __str__(self) -> str:
        return f"without {', '.join(self.left_out)}, fold {self.fold}"


def turns_of(
    classes: Sequence[str], branches: Mapping[str, Sequence[str]], leave_in: Sequence[str], folds: int
) -> tuple[Turn, ...]:
    """Repeat r leaves out class r // folds, in the order of ``classes``, and tests on fold r % folds.

    A branch of fewer than three classes takes no part, see `lonely`.

    Raises
    ------
    AlertlabError
        Where no class is left out, or one to leave in is none.
    """
    if unknown := [name for name in leave_in if name not in classes]:
        raise AlertlabError(f"{KEY}.leave_in: {unknown[0]} is no class of the data; known: {', '.join(classes)}")
    company = {name: tuple(of) for of in (branches.values() or [classes]) if len(of) >= COMPANY for name in of}
    left = [name for name in classes if name in company and name not in leave_in]
    if not left:
        found = f"{KEY}.leave_in holds all classes" if leave_in else f"there are {', '.join(classes) or 'no classes'}"
        raise AlertlabError(f"{KEY}.leave_out: each: no class can be left out of {COMPANY} or more, for {found}")
    return tuple(Turn((name,), fold, company[name]) for name in left for fold in range(folds))


def lonely(branches: Mapping[str, Sequence[str]]) -> list[str]:
    """Classes of branches in which, one left out, fewer than two would be known."""
    return [name for of in branches.values() if len(of) < COMPANY for name in of]
