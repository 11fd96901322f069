"""What the evaluation floor says of each task: how runs are compared, and what the report shows."""

from typing import TYPE_CHECKING, Any, Protocol

from .rows import Weight
from .shown import Gallery, Section

if TYPE_CHECKING:
    from ..core.samples import Samples


class JudgedTask(Protocol):
    """One task's file ``judged.py``; ``rows`` are labelled predictions of it, of one part."""

    def scores(self, rows: Any, weight: Weight) -> dict[str, float]:
        """Metrics that two runs are compared by, of rows of one repeat.

        ``weight`` is how often each row counts; numbers that are not whole are shares of another mix of rows.
        """
        ...

    def levels(self, rows: Any) -> dict[str, Any]:
        """Prefix of a name -> the same rows at that level; mostly ``{"": rows}``."""
        ...

    def aligned(self, first: Any, second: Any) -> Any:
        """The second with its answers in the order of the first: AlertlabError where they answer something else."""
        ...

    def differ(self, first: Any, second: Any) -> int:
        """Rows, the same in both and in one order, of which the truth is another."""
        ...

    def sections(self, evaluation: Any, rows: Any) -> list[Section]:
        """What the report shows beside results and learning curves."""
        ...

    def gallery(self, evaluation: Any, rows: Any, samples: "Samples | None", shown: int) -> Gallery:
        """Samples to look at, ``shown`` at most of each group."""
        ...
