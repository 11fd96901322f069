"""Classification: probabilities of classes, flat or by branches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import checks
from ..decision import TIE_RULE, decide
from ..errors import BundleError
from ..manifest import PROBABILITY, Manifest, OutputSpec
from .task import Answers, Task, others, output

FLAT, HIERARCHICAL = "classification", "hierarchical-classification"


@dataclass(frozen=True)
class Prediction:
    """What a bundle says of n rows.

    Attributes
    ----------
    probability : (n, classes) float32, rows sum to one.
    label : (n,) class name by the tie rule.
    index : (n,) its place in the classes.
    further : other outputs by name, such as an embedding.
    """

    probability: NDArray[np.float32]
    label: NDArray[np.str_]
    index: NDArray[np.int64]
    further: Mapping[str, Any] = field(default_factory=dict)


ANSWERS = checks.record(dict)  # classes and branches stand with the output


class Classification(Task):
    """Its part of the runtime."""

    name = FLAT
    main = PROBABILITY
    noun = "probabilities"
    limits = (
        "A closed set: whatever is none of the classes above is still given one of them.",
        "A high probability is not a calibrated one unless the evaluation says so.",
    )
    example = """\
for label, probability in zip(prediction.label, prediction.probability.max(axis=1)):
    print(label, probability)"""

    def schema(self, value: Any, where: str) -> Any:
        """See :class:`Task`."""
        return ANSWERS(value, where)

    @property
    def names(self) -> tuple[str, ...]:
        """By whether the classes have branches."""
        return (FLAT, HIERARCHICAL)

    def name_of(self, outputs: tuple[OutputSpec, ...]) -> str:
        """By whether the classes have branches."""
        return HIERARCHICAL if any(spec.taxonomy for spec in outputs) else FLAT

    def check(self, manifest: Manifest) -> None:
        """Probabilities must list their classes."""
        if not any(spec.name == PROBABILITY and spec.classes for spec in manifest.outputs):
            raise BundleError(f"manifest.json: outputs: none is named {PROBABILITY!r} and lists its classes")

    def fault(self, answers: Answers) -> str:
        """Rows are not negative and sum to one."""
        probability = answers[PROBABILITY]
        if np.all(probability >= 0) and np.allclose(probability.sum(axis=1), 1, atol=1e-4):  # NaN fails both
            return ""
        return "rows that are no probabilities: negative, NaN, or not of sum 1"

    def predict(self, manifest: Manifest, inputs: Answers, answers: Answers) -> Prediction:
        """Probabilities, and the class by the tie rule."""
        probability = answers[PROBABILITY]
        index = decide(probability)
        return Prediction(probability, np.array(manifest.classes)[index], index, others(answers, PROBABILITY))

    def flips(self, answers: Answers, expected: Answers) -> tuple[int, str]:
        """Rows that the tie rule decides otherwise."""
        return int(np.sum(decide(answers[PROBABILITY]) != decide(expected[PROBABILITY]))), "labels"

    def table(self, manifest: Manifest, prediction: Prediction) -> tuple[NDArray[np.int64], dict[str, Any]]:
        """The class, and the probability of each."""
        named = zip(manifest.classes, prediction.probability.T, strict=True)
        return np.arange(len(prediction.index)), {
            "prediction": prediction.label,
            **{f"probability_{name}": values for name, values in named},
        }

    def lines(self, manifest: Manifest, prediction: Prediction) -> tuple[NDArray[np.int64], list[str]]:
        """The class and its probability."""
        best = prediction.probability.max(axis=1, initial=0.0)
        lines = [f"{label}\t{value:.6f}" for label, value in zip(prediction.label, best, strict=True)]
        return np.arange(len(lines)), lines

    def describe(self, manifest: Manifest) -> dict[str, str]:
        """Classes, branches and the rule that decides."""
        taxonomy = output(manifest, PROBABILITY, self.name).taxonomy
        return {
            "probability": "(n, classes), rows sum to one",
            "label": f"(n,), and its `index`, decided by this rule: {TIE_RULE}",
            "classes": ", ".join(manifest.classes),
            **{f"branch {branch}": ", ".join(of) for branch, of in taxonomy.items()},
        }
