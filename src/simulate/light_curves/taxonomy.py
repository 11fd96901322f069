"""The fifteen classes, how many of each, and which class object k is."""

from functools import lru_cache

import numpy as np

from ...runtime.errors import AlertlabError
from ..check import check_run

BRANCHES = {
    "Transient": ("SNIa", "SNIbc", "SNII", "SLSN"),
    "Stochastic": ("QSO", "AGN", "Blazar", "YSO", "CV/Nova"),
    "Periodic": ("LPV", "E", "DSCT", "RRL", "CEP", "Periodic-Other"),
}
CLASSES = tuple(name for names in BRANCHES.values() for name in names)

# Objects of the labelled set of Sanchez-Saez et al. 2021 (AJ 161, 141, table 1), as handed down: they add up to
# the published totals of the branches, 1,718, 34,713 and 87,065.
PUBLISHED = {
    "SNIa": 1272, "SNIbc": 94, "SNII": 328, "SLSN": 24,
    "QSO": 26168, "AGN": 4667, "Blazar": 1267, "YSO": 1740, "CV/Nova": 871,
    "LPV": 14076, "E": 37901, "DSCT": 732, "RRL": 32482, "CEP": 618, "Periodic-Other": 1256,
}  # fmt: skip
SHARES = np.array([PUBLISHED[name] for name in CLASSES]) / sum(PUBLISHED.values())

BALANCES = ("published", "equal")
FLOOR = 10  # objects of each class come first, so that every class can be split
ROUND, CHOICE = 20, 21  # streams of random numbers, apart from those of the stamps (0 to 2)


def check(n: int, seed: int, difficulty: float, balance: str) -> None:
    """Refuse what cannot be simulated.

    Raises
    ------
    AlertlabError
        For a number, difficulty or balance out of range.
    """
    check_run(n, seed, difficulty)
    if balance not in BALANCES:
        raise AlertlabError(f"simulate.balance: {balance!r}; choose {' or '.join(BALANCES)}")


@lru_cache(maxsize=4)
def _round(number: int, seed: int) -> tuple[str, ...]:
    """Each class once, shuffled."""
    order = np.random.default_rng([seed, ROUND, number]).permutation(len(CLASSES))
    return tuple(CLASSES[place] for place in order)


def class_of(index: int, seed: int, balance: str) -> str:
    """Class of object ``index``: the same whatever the number of objects.

    ``equal`` goes round the classes. ``published`` does so ten times, so that the
    rarest class has ten objects, then draws each class with its published share.
    """
    number, place = divmod(index, len(CLASSES))
    if balance == "equal" or number < FLOOR:
        return _round(number, seed)[place]
    return CLASSES[int(np.random.default_rng([seed, CHOICE, index]).choice(len(CLASSES), p=SHARES))]
