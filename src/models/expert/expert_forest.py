"""What the forests of the loop with an expert share: data in, answers in, scores and a graph out."""

import hashlib
from abc import ABC, abstractmethod
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.contracts import Data, Run
from ...core.export import Exported
from ...core.samples import Samples
from ...runtime import operations
from ...runtime.errors import AlertlabError
from ...runtime.manifest import OutputSpec
from ...runtime.tasks.detection import SCORE
from ..graphs.graph_file import NAME, Graph, save_graph
from ..inputs import table_input
from ..tables.features import NATIVE, cleaning, prepared

EXTRA = "pip install 'alertlab[hunt]'"
LEAST = 2  # rows that a tree can part


class ExpertForest(ABC):
    """Isolation trees over all candidates, weighed or chosen by what a person said of some of them.

    Unknown features take the column's median, infinite ones are unknown and absurd ones 0; the bundle declares it.

    Parameters
    ----------
    n_trees : trees that score. n_subsamples : rows a tree is grown on, at most all.
    max_depth : of a tree; None is log2 of ``n_subsamples``.
    n_jobs : threads, -1 for all cores; the forest is the same whatever it is.
    """

    task = "detection"

    def __init__(self, *, n_trees: int, n_subsamples: int, max_depth: int | None, n_jobs: int) -> None:
        whole(n_trees, "n_trees", 1)
        whole(n_subsamples, "n_subsamples", LEAST)
        if max_depth is not None:
            whole(max_depth, "max_depth", 1)
        if n_jobs != -1:
            whole(n_jobs, "n_jobs", 1)
        self.n_trees, self.n_subsamples, self.max_depth, self.n_jobs = n_trees, n_subsamples, max_depth, n_jobs

    @abstractmethod
    def build(self, **arguments: Any) -> Any:
        """The forest of coniferest, not grown yet.

        Parameters
        ----------
        arguments : those that all of its forests take.
        """

    @abstractmethod
    def graph(self) -> Graph:
        """From the table of features to the score."""

    def fit(self, data: Data, run: Run) -> None:
        """Grow the trees on the train part; nobody has said anything yet."""
        self.begin(data.samples("train"), run.seed)

    def begin(self, samples: Samples, seed: int) -> None:
        """Grow the trees on these rows; no label is looked at.

        Raises
        ------
        AlertlabError
            For one row or none, or where coniferest is not installed.
        """
        if len(samples) < LEAST:
            raise AlertlabError(f"hunt: {len(samples)} candidates, and to tell strange from common takes {LEAST}")
        (first,) = cleaning(NATIVE)
        cleaned = prepared(table_input(samples, NAME, (first,)), samples)
        self.median = np.array([np.median(known) if len(known) else 0.0 for known in _known(cleaned)])
        fill = {"op": "fill_missing", "values": self.median.tolist()}
        self.input = table_input(samples, NAME, (first, fill))
        self.features = prepared(self.input, samples)
        rows = min(self.n_subsamples, len(samples))
        depth = self.max_depth or int(np.log2(rows))
        self.forest = self.build(
            n_trees=self.n_trees, n_subsamples=rows, max_depth=depth, n_jobs=self.n_jobs, random_seed=seed
        )
        self.forest.fit(self.features)

    def learn(self, features: NDArray[np.float32], strange: NDArray[np.bool_]) -> None:
        """Fit again to all that is known by now.

        coniferest goes on from where it is, so that the forest follows from the whole history of such calls.

        Parameters
        ----------
        features : (m, columns) prepared, of one or more. strange : (m,) whether the person is interested.
        """
        labels = np.where(strange, -1.0, 1.0)  # float64: coniferest would round a weight to the type of its labels
        self.forest.fit_known(self.features, features, labels)

    def prepare(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """(m, columns) raw features as the forest takes them."""
        return operations.apply(self.input.preprocessing, features)

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,) of prepared features; higher is stranger: minus the score of coniferest."""
        found: NDArray[np.float64] = -self.forest.score_samples(features)
        return found

    def drivers(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """(columns,) by how much one row would be less strange with each column at the candidates' median."""
        changed = np.repeat(features[None], len(features) + 1, axis=0)
        np.fill_diagonal(changed, self.median.astype(np.float32))  # the last row stays as it is
        scores = self.score(changed)
        drops: NDArray[np.float64] = scores[-1] - scores[:-1]
        return drops

    def predict(self, samples: Samples) -> dict[str, NDArray[np.float64]]:
        """``score`` (n,), higher is stranger."""
        return {SCORE: self.score(prepared(self.input, samples))}

    def export(self, path: Path) -> Exported:
        """Write the trees as they stand now as one ONNX graph."""
        save_graph(self.graph(), len(self.input.columns), path)
        return Exported((self.input,), (OutputSpec(SCORE, ()),))

    def fingerprint(self) -> str:
        """Twelve hexadecimal digits of all that scores follow from: trees and weights."""
        state = hashlib.sha256()
        for part in self.state():
            state.update(np.ascontiguousarray(part).data)
        return state.hexdigest()[:12]

    def state(self) -> list[NDArray[Any]]:
        """Arrays of all trees; a forest with weights adds them."""
        return [part for tree in self.forest.core_forest for part in (tree.left, tree.feature, tree.value)]


def coniferest(module: str) -> Any:
    """A module of coniferest, which is an extra.

    Raises
    ------
    AlertlabError
        Where it is not installed, with how to get it.
    """
    try:
        return import_module(f"coniferest.{module}")
    except ImportError as error:
        raise AlertlabError(
            f"hunt: its forests are those of coniferest, which is not there ({error}); {EXTRA}"
        ) from error


def whole(value: Any, key: str, least: int) -> None:
    """Refuse what is no whole number from ``least`` on."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise AlertlabError(f"forest.{key}: {value!r} is not a whole number of {least} or more")


def real(value: Any, key: str) -> None:
    """Refuse what is no number of 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < np.inf:
        raise AlertlabError(f"forest.{key}: {value!r} is not a number of 0 or more")


def _known(values: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Of each column what is known."""
    return [column[~np.isnan(column)] for column in values.T]
