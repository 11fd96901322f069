"""How unsure a classifier is, as a score of strangeness."""

from pathlib import Path

import numpy as np
from onnx import helper

from ...core.contracts import CLASSIFICATION, Data, Model, Run, answers_of
from ...core.export import Exported
from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ...runtime.manifest import PROBABILITY, OutputSpec
from ...runtime.tasks.detection import BY_CLASS, SCORE
from ..graphs.longer_graph import lengthen
from .detector import Answers, known_classes


class LeastConfidence:
    """One minus the largest probability of a classifier (Hendrycks & Gimpel 2017): what a classifier gives for free.

    Parameters
    ----------
    classifier : any model that answers ``probability``.
    """

    task = "detection"

    def __init__(self, *, classifier: Model) -> None:
        if (task := getattr(classifier, "task", CLASSIFICATION)) != CLASSIFICATION:
            raise AlertlabError(f"model.classifier: its task is {task}; name a model that tells classes")
        self.classifier = classifier

    def fit(self, data: Data, run: Run) -> None:
        """Train the classifier."""
        train = data.samples("train")
        self.known, _ = known_classes(train)
        self.places = np.array([train.classes.index(name) for name in self.known])
        self.classifier.fit(data, run)
        self.outputs = (OutputSpec(SCORE, ()), OutputSpec(BY_CLASS, (len(self.known),), self.known))

    def predict(self, samples: Samples) -> Answers:
        """``score`` (n,), ``score_by_class`` (n, known) one minus the probability of each."""
        by_class = 1 - np.asarray(answers_of(self.classifier, samples)[PROBABILITY])[:, self.places]
        return {SCORE: by_class.min(axis=1, initial=1.0), BY_CLASS: by_class}

    def export(self, path: Path) -> Exported:
        """Write the classifier's graph, made longer."""
        told = self.classifier.export(path)
        nodes = [
            helper.make_node("Gather", [PROBABILITY, "places"], ["of_known"], axis=1),
            helper.make_node("Sub", ["one", "of_known"], [BY_CLASS]),
            helper.make_node("ReduceMin", [BY_CLASS, "columns"], [SCORE], keepdims=0),
        ]
        constants = {"places": self.places, "one": np.array(1, np.float32), "columns": np.array([1])}
        lengthen(path, nodes, constants, {SCORE: 0, BY_CLASS: len(self.known)})
        return Exported(told.inputs, self.outputs)
