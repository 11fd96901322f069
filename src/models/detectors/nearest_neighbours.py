"""The distance to the nearest training objects: the simplest detector, which others have to be better than."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import helper

from ...core.progress import notice
from ...runtime.errors import AlertlabError
from ...runtime.tasks.detection import BY_CLASS, SCORE
from ..graphs.graph_file import DOUBLE, FLOAT, NAME
from .detector import Answers, Nodes, TableDetector, with_classes
from .distances import squared_distance_nodes, squared_distances


class NearestNeighbours(TableDetector):
    """Mean Euclidean distance to the k nearest training objects (Ramaswamy et al. 2000), of scaled features.

    Against a class it is that to the k nearest of that class. A training object is its own nearest, so that the train
    part's own scores are a little too low.

    Parameters
    ----------
    neighbours : k, fewer where there are fewer.
    max_reference : most training objects that are kept; of more they are drawn at random, by the seed.
    options : see :class:`~.detector.TableDetector`.
    """

    def __init__(self, *, neighbours: int, max_reference: int, **options: Any) -> None:
        super().__init__(**options)
        for name, value in (("neighbours", neighbours), ("max_reference", max_reference)):
            if not isinstance(value, int) or value < 1:
                raise AlertlabError(f"model.{name}: {value!r} is not a whole number of 1 or more")
        self.neighbours, self.max_reference = neighbours, max_reference

    def learn(self, features: NDArray[np.float32], target: NDArray[np.int64], seed: int) -> None:
        """Keep the objects, class by class."""
        if len(features) > self.max_reference:
            notice(f"model.max_reference: {self.max_reference} of {len(features)} training objects are kept, at random")
            chosen = np.sort(np.random.default_rng(seed).permutation(len(features))[: self.max_reference])
            features, target = features[chosen], target[chosen]
        order = np.argsort(target, kind="stable")
        self.reference = features[order].astype(np.float64)
        bounds = np.searchsorted(target[order], np.arange(len(self.known) + 1))
        self.spans = list(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True))  # of each class
        if empty := [name for name, (start, stop) in zip(self.known, self.spans, strict=True) if start == stop]:
            raise AlertlabError(f"model.max_reference: {self.max_reference} leave no object of {empty[0]}; give more")

    def answer(self, features: NDArray[np.float32]) -> Answers:
        """``score`` (n,), ``score_by_class`` (n, known)."""
        distance = np.sqrt(squared_distances(features, self.reference))
        each = [self._nearest(distance[:, start:stop]) for start, stop in self.spans]
        return with_classes(self._nearest(distance), np.column_stack([np.zeros((len(features), 0)), *each]))

    def nodes(self) -> Nodes:
        """Distances, and means over the least of them."""
        nodes, constants = squared_distance_nodes("wide", self.reference, "square")
        constants |= {"columns": np.array([1]), "all": np.array([min(self.neighbours, len(self.reference))])}
        nodes = [
            helper.make_node("Cast", [NAME], ["wide"], to=DOUBLE),
            *nodes,
            helper.make_node("Sqrt", ["square"], ["distance"]),
            helper.make_node("TopK", ["distance", "all"], ["least", "places"], axis=1, largest=0, sorted=0),
            helper.make_node("ReduceMean", ["least", "columns"], ["full"], keepdims=0),
            helper.make_node("Cast", ["full"], [SCORE], to=FLOAT),
        ]
        for place, (start, stop) in enumerate(self.spans):
            own = f"class_{place}"
            constants |= {f"{own}_start": np.array([start]), f"{own}_stop": np.array([stop])}
            constants[f"{own}_count"] = np.array([min(self.neighbours, stop - start)])
            span, count = [f"{own}_start", f"{own}_stop", "columns"], f"{own}_count"
            nodes += [
                helper.make_node("Slice", ["distance", *span], [f"{own}_distance"]),
                helper.make_node(
                    "TopK", [f"{own}_distance", count], [f"{own}_least", f"{own}_places"], axis=1, largest=0, sorted=0
                ),
                helper.make_node("ReduceMean", [f"{own}_least", "columns"], [own], keepdims=1),
            ]
        if self.spans:
            each = [f"class_{place}" for place in range(len(self.spans))]
            nodes.append(helper.make_node("Concat", each, ["side_by_side"], axis=1))
            nodes.append(helper.make_node("Cast", ["side_by_side"], [BY_CLASS], to=FLOAT))
        return nodes, constants

    def _nearest(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) mean of the least of (n, m)."""
        count = min(self.neighbours, distance.shape[1])
        mean: NDArray[np.float64] = np.partition(distance, count - 1, axis=1)[:, :count].mean(axis=1)
        return mean
