"""Classification: probabilities of classes, flat or by branches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .. import checks, conformal, thresholds
from ..conformal import Limits, Sets
from ..decision import TIE_RULE, decide
from ..errors import BundleError
from ..manifest import PROBABILITY, Manifest, OutputSpec
from ..thresholds import Threshold
from .task import Answers, Task, others, output

FLAT, HIERARCHICAL = "classification", "hierarchical-classification"
JOINT = "|"  # between the classes of a set, in text


@dataclass(frozen=True)
class ClassAnswers:
    """The manifest's key ``answers``: what held-out rows have settled.

    Attributes
    ----------
    sets : what sets of classes are made by; None where there were no such rows.
    thresholds : class -> from where on a row is taken for one.
    """

    since: ClassVar[int] = 3  # version of bundles that has it

    sets: Sets | None = None
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)


@dataclass(frozen=True)
class AskedAnswers(ClassAnswers):
    """The same with the sets that somebody asks for; stands in no manifest.

    Attributes
    ----------
    limits : of these sets.
    """

    limits: Limits = field(kw_only=True)


def asked_answers(answers: Any, classes: tuple[str, ...], coverage: float, by_class: bool) -> AskedAnswers:
    """What a classifier's answers are with sets at this coverage.

    Raises
    ------
    BundleError
        For a bundle that has nothing to make sets by.
    """
    if not isinstance(answers, ClassAnswers) or answers.sets is None:
        raise BundleError(
            "the bundle has no scores of held-out objects to make sets by: it is no classifier, was trained without a "
            "validation part, or by alertlab before sets"
        )
    limits = answers.sets.limits(coverage, classes, by_class)
    return AskedAnswers(answers.sets, answers.thresholds, limits=limits)


def limits_of(answers: Any) -> Limits | None:
    """What asked sets take; None where none were asked for."""
    return answers.limits if isinstance(answers, AskedAnswers) else None


def thresholds_of(answers: Any) -> Mapping[str, Threshold]:
    """Class -> its threshold; mostly none."""
    return answers.thresholds if isinstance(answers, ClassAnswers) else {}


def above_of(answers: Any, classes: tuple[str, ...], probability: NDArray[np.floating]) -> dict[str, NDArray[np.bool_]]:
    """Class with a threshold -> (n,) whether rows are taken for one."""
    each = thresholds_of(answers).items()
    return {name: limit.above(probability[:, classes.index(name)]) for name, limit in each}


@dataclass(frozen=True)
class Prediction:
    """What a bundle says of n rows.

    Attributes
    ----------
    probability : (n, classes) float32, rows sum to one.
    label : (n,) class name by the tie rule.
    index : (n,) its place in the classes.
    further : other outputs by name, such as an embedding, or the ``uncalibrated`` probabilities.
    sets : (n, classes) whether a class is in the set of a row, see ``Bundle.with_sets``; None unless asked for.
    above : class with a threshold -> (n,) whether rows are taken for one.
    """

    probability: NDArray[np.float32]
    label: NDArray[np.str_]
    index: NDArray[np.int64]
    further: Mapping[str, Any] = field(default_factory=dict)
    sets: NDArray[np.bool_] | None = None
    above: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)


NOTHING = checks.record(dict)  # classes and branches stand with the output
ANSWERS = checks.record(
    ClassAnswers,
    sets=checks.optional(conformal.SCHEMA),
    thresholds=checks.mapping(checks.word, thresholds.SCHEMA),
)


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
        return ANSWERS(value, where) if value else NOTHING(value, where)

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
        answers = manifest.answers
        if not isinstance(answers, ClassAnswers):
            return
        if answers.sets is not None and set(answers.sets.by_class) != set(manifest.classes):
            raise BundleError("manifest.json: answers.sets.by_class: expected every class, and no other")
        if strange := sorted(set(answers.thresholds) - set(manifest.classes)):
            raise BundleError(f"manifest.json: answers.thresholds.{strange[0]}: no such class")

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
        limits = limits_of(manifest.answers)
        return Prediction(
            probability,
            np.array(manifest.classes)[index],
            index,
            others(answers, PROBABILITY),
            None if limits is None else limits.members(probability),
            above_of(manifest.answers, manifest.classes, probability),
        )

    def flips(self, answers: Answers, expected: Answers) -> tuple[int, str]:
        """Rows that the tie rule decides otherwise."""
        return int(np.sum(decide(answers[PROBABILITY]) != decide(expected[PROBABILITY]))), "labels"

    def table(self, manifest: Manifest, prediction: Prediction) -> tuple[NDArray[np.int64], dict[str, Any]]:
        """The class, and the probability of each."""
        named = zip(manifest.classes, prediction.probability.T, strict=True)
        columns = {
            "prediction": prediction.label,
            **{f"probability_{name}": values for name, values in named},
            **{f"above_{name}": np.where(values, "true", "false") for name, values in prediction.above.items()},
        }
        if prediction.sets is not None:
            columns |= {"set": set_words(prediction.sets, manifest.classes), "set_size": prediction.sets.sum(axis=1)}
        return np.arange(len(prediction.index)), columns

    def lines(self, manifest: Manifest, prediction: Prediction) -> tuple[NDArray[np.int64], list[str]]:
        """The class and its probability."""
        best = prediction.probability.max(axis=1, initial=0.0)
        lines = [f"{label}\t{value:.6f}" for label, value in zip(prediction.label, best, strict=True)]
        if prediction.sets is not None:
            words = set_words(prediction.sets, manifest.classes).tolist()
            lines = [f"{line}\t{each}" for line, each in zip(lines, words, strict=True)]
        return np.arange(len(lines)), lines

    def describe(self, manifest: Manifest) -> dict[str, str]:
        """Classes, branches and the rule that decides."""
        taxonomy = output(manifest, PROBABILITY, self.name).taxonomy
        return {
            "probability": "(n, classes), rows sum to one",
            "label": f"(n,), and its `index`, decided by this rule: {TIE_RULE}",
            "classes": ", ".join(manifest.classes),
            **{f"branch {branch}": ", ".join(of) for branch, of in taxonomy.items()},
            **_calibration_told(manifest),
            **{f"above {name}": str(limit) for name, limit in thresholds_of(manifest.answers).items()},
            **_sets_told(manifest),
        }


def set_words(sets: NDArray[np.bool_], classes: tuple[str, ...]) -> NDArray[np.str_]:
    """(n,) the classes of each set in text, parted by a bar; empty for an empty set."""
    return np.array([JOINT.join(np.array(classes)[row].tolist()) for row in sets], np.str_)


def _calibration_told(manifest: Manifest) -> dict[str, str]:
    """By what probabilities were calibrated, in words."""
    told = manifest.training.get("calibration")
    if not isinstance(told, Mapping) or not {"method", "objects", "part"} <= set(told):
        return {}
    words = f"{told['method']}, by {told['objects']} objects ({str(told['part']).replace('_', ' ')})"
    try:
        before, after = (float(told[when]["log_loss"]) for when in ("before", "after"))
    except (KeyError, TypeError, ValueError):
        return {"calibration": words}
    return {"calibration": f"{words}; log loss {before:.3f} before, {after:.3f} after"}


def _sets_told(manifest: Manifest) -> dict[str, str]:
    """What sets can be made by, in words."""
    sets = manifest.answers.sets if isinstance(manifest.answers, ClassAnswers) else None
    if sets is None:
        return {}
    counts = ", ".join(f"{name} {sets.by_class[name].objects}" for name in manifest.classes)
    part = "the validation part" if sets.part == "validation" else "the train part, out of bag"
    told = f"at any coverage, by {sets.marginal.objects} objects of {part}, which training did not learn from: {counts}"
    return {"sets": told}
