"""The loop itself, in memory: a forest, what it was told, and which object comes next."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ...core.samples import Samples
from ...models.expert.expert_forest import ExpertForest
from .known import Known


class Loop:
    """A forest over candidates, fitted again whenever it is known of another object whether it is wanted.

    Parameters
    ----------
    forest : not begun. samples : the candidates. seed : of the trees.
    known : examples from the start.
    first : (n,) scores whose order is that of the first ``by_first`` questions; NaN comes last. None for none.
    """

    def __init__(
        self,
        forest: ExpertForest,
        samples: Samples,
        seed: int,
        known: Known | None = None,
        first: NDArray[np.float64] | None = None,
        by_first: int = 0,
    ) -> None:
        forest.begin(samples, seed)
        self.forest, self.samples, self.seed = forest, samples, seed
        self.known = None if known is None else (forest.prepare(known.features), known.wanted)
        self.first, self.by_first = first, by_first if first is not None else 0
        self.wanted: dict[int, bool] = {}  # row of a candidate, in the order in which it was first known
        self._score: NDArray[np.float64] | None = None
        if known is not None:
            self._fit()

    @property
    def score(self) -> NDArray[np.float64]:
        """(n,) of the forest as it stands; higher is stranger."""
        if self._score is None:
            self._score = self.forest.score(self.forest.features)
        return self._score

    def order(self, answered: int) -> NDArray[np.int64]:
        """Rows of all candidates, strangest first; of a tie the first in the table.

        Parameters
        ----------
        answered : objects that were asked about by now.
        """
        if self.first is not None and answered < self.by_first:
            return np.argsort(-np.where(np.isnan(self.first), -np.inf, self.first), kind="stable")
        return np.argsort(-self.score, kind="stable")

    def tell(self, row: int, wanted: bool | None) -> None:
        """Whether a candidate is wanted; None takes back what was said."""
        if self.wanted.get(row) is wanted:
            return
        if wanted is None:
            del self.wanted[row]
        else:
            self.wanted[row] = wanted
        self._fit()

    def _fit(self) -> None:
        rows = list(self.wanted)
        features, wanted = self.forest.features[rows], np.array([self.wanted[row] for row in rows], bool)
        if self.known is not None:
            features = np.concatenate([self.known[0], features])
            wanted = np.concatenate([self.known[1], wanted])
        if len(features):
            self.forest.learn(features, wanted)
        else:  # all was taken back
            self.forest.begin(self.samples, self.seed)
        self._score = None


def by_name(names: Sequence[str], values: Mapping[str, float]) -> NDArray[np.float64]:
    """(n,) values of objects, NaN where there is none."""
    return np.array([values.get(name, np.nan) for name in names], np.float64)
