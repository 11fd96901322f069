"""An ensemble behind the contract of a model, as the writer of bundles sees it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...core.contracts import Data, Run
from ...core.export import Exported
from ...core.predictions import ClassPredictions
from ...core.samples import Samples
from .combination import Combination
from .merged_graph import Part, merge


class Joined:
    """Members that are trained already, and how they are joined.

    Parameters
    ----------
    parts : the members' bundles.
    told : what the trained members said of each sample, joined; of one repeat, a row a sample. The exported graph is
        held to this, so the proof covers preprocessing and graphs of all members.
    """

    task = ClassPredictions.task

    def __init__(self, parts: Sequence[Part], combination: Combination, told: ClassPredictions) -> None:
        self.parts, self.combination = parts, combination
        self.order = np.argsort(told.sample_id)
        self.told = told

    def fit(self, data: Data, run: Run) -> None:
        """Nothing is left to learn."""

    def predict(self, samples: Samples) -> NDArray[np.float64]:
        """(n, classes) probabilities, of samples that the members were asked about."""
        rows = self.order[np.searchsorted(self.told.sample_id, samples.sample_id, sorter=self.order)]
        return self.told.probability[rows]

    def export(self, path: Path) -> Exported:
        """Write all members and what joins them as one graph."""
        return merge(self.parts, self.combination, path)
