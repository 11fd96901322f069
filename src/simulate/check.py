"""What simulators ask of their arguments."""

from collections.abc import Mapping, Sequence

from ..runtime.errors import AlertlabError


def check_run(n: int, seed: int, difficulty: float) -> None:
    """Refuse a number, seed or difficulty out of range.

    Raises
    ------
    AlertlabError
    """
    if n < 1:
        raise AlertlabError(f"simulate.n: {n} objects, at least 1 is needed")
    if seed < 0:
        raise AlertlabError(f"simulate.seed: {seed} is negative, take 0 or more")
    if not 0 <= difficulty <= 1:
        raise AlertlabError(f"simulate.difficulty: {difficulty}, it must lie between 0 and 1")


def check_range(name: str, given: Sequence[float], least: float) -> tuple[float, float]:
    """Lowest and highest value of a quantity.

    Raises
    ------
    AlertlabError
        For anything but two numbers in order, the first at least ``least``.
    """
    if len(given) != 2 or not least <= given[0] <= given[1]:
        raise AlertlabError(f"simulate.{name}: {list(given)}; give [LOWEST, HIGHEST], of {least:g} or more")
    return float(given[0]), float(given[1])


def check_shares(name: str, given: Mapping[str, float], known: Sequence[str]) -> dict[str, float]:
    """Share of each kind, in the order of ``known``; absent ones have none.

    Raises
    ------
    AlertlabError
        For an unknown kind, a negative share, or shares above 1 together.
    """
    if unknown := [kind for kind in given if kind not in known]:
        raise AlertlabError(f"simulate.{name}: {', '.join(unknown)} unknown; choose from {', '.join(known)}")
    if min(given.values(), default=0) < 0 or sum(given.values()) > 1 + 1e-9:
        raise AlertlabError(f"simulate.{name}: {dict(given)}: shares are 0 or more, and 1 at most together")
    return {kind: float(given.get(kind, 0.0)) for kind in known}
