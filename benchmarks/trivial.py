"""The model and data that `sweeps` trains: nothing to learn, so that a trial is all overhead."""

from pathlib import Path

import numpy as np
from alertlab.core.contracts import Data, Run
from alertlab.core.export import Exported
from alertlab.core.samples import Samples
from alertlab.core.taxonomy import Taxonomy
from alertlab.datamodules import DataModule
from alertlab.runtime import Column
from numpy.typing import NDArray


class Few(DataModule):
    """A hundred drawn rows of two classes."""

    description = "a hundred drawn rows"

    def read(self) -> Samples:
        """Draw them."""
        values = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32)
        names, kind = np.array([f"row {row}" for row in range(100)]), np.arange(100) % 2
        columns = {"features": (Column("a"), Column("b"))}
        return Samples({"features": values}, kind, np.arange(100), names, Taxonomy(("x", "y")), columns)


class Trivial:
    """Answers by one column, turned by ``angle``."""

    def __init__(self, angle: float = 0.5) -> None:
        self.angle = angle

    def fit(self, data: Data, run: Run) -> None:
        """Nothing is learned."""

    def predict(self, samples: Samples) -> NDArray[np.float64]:
        """(n, 2) probabilities."""
        first = 1 / (1 + np.exp(-np.asarray(samples.inputs["features"]) @ [np.cos(self.angle), np.sin(self.angle)]))
        return np.stack([first, 1 - first], 1).astype(np.float64)

    def export(self, path: Path) -> Exported:
        """Never asked for."""
        raise NotImplementedError
