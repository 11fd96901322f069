"""Candidates for open clusters as one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .page import environment
from .scatter import Scatter, scatter_svg


@dataclass(frozen=True)
class CandidateCard:
    """What is shown of a candidate.

    Attributes
    ----------
    name : of it. probability : of being a cluster. facts : label -> value. drawings : of its stars.
    """

    name: str
    probability: float
    facts: Mapping[str, str]
    drawings: Sequence[Scatter]


def clusters_html(name: str, facts: Mapping[str, str], cards: Sequence[CandidateCard], total: int) -> str:
    """The page: candidates in order, each with its numbers, its place in five parameters, and its diagram.

    Parameters
    ----------
    name : heading. facts : label -> value, below it. cards : of the first candidates. total : how many there are.
    """
    shown = [(each, [(one.title, scatter_svg(one)) for one in each.drawings]) for each in cards]
    return environment().get_template("clusters.html").render(name=name, facts=facts, shown=shown, total=total)
