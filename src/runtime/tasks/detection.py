"""Detection: how strange a row is, against what training saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import checks
from ..errors import BundleError
from ..manifest import Manifest
from .task import Answers, Task, others, output

SCORE, BY_CLASS = "score", "score_by_class"
STEPS = 101  # quantiles of the training part's scores, from least to largest
USUAL = (0.05, 0.5, 0.95)  # quantiles of a column: where it usually begins, its middle, where it ends
FALSE_ALARM_RATE = 0.01  # of the validation part, where nothing else is said
Range = tuple[float, float, float]


@dataclass(frozen=True)
class Threshold:
    """From where on a row is flagged.

    Attributes
    ----------
    score : a row above it is flagged. false_alarm_rate : share of the validation part's rows above it.
    rows : of the validation part, which training did not learn from and which holds no known outlier.
    """

    score: float
    false_alarm_rate: float
    rows: int

    def __str__(self) -> str:
        few = self.rows * self.false_alarm_rate < 1
        doubt = ", too few for so small a rate: it lies near their largest score" if few else ""
        rate = f"{100 * self.false_alarm_rate:g} % of the {self.rows} rows of the validation part score higher{doubt}"
        return f"{self.score:.4g}, chosen so that {rate}"


@dataclass(frozen=True)
class Reference:
    """The manifest's key ``answers``: how strange what was trained on is.

    Attributes
    ----------
    quantiles : of the training part's scores at equal steps, from least to largest.
    threshold : of the validation part; None where there was none.
    usual : of a detector on one table, for each column where 5 %, half and 95 % of the training part are below, None
        for a column without a value; empty for others.
    """

    quantiles: tuple[float, ...]
    threshold: Threshold | None = None
    usual: tuple[Range | None, ...] = ()


@dataclass(frozen=True)
class Detection:
    """What a detector says of n rows.

    Attributes
    ----------
    score : (n,) float32, higher is stranger.
    percentile : (n,) of the training part's scores that are lower, 0 to 100.
    by_class : (n, classes) score against each known class; of no columns where there are none.
    nearest : (n,) name of the known class of least score; empty without classes.
    further : other outputs by name, such as an embedding.
    flagged : (n,) whether the score is above the threshold of the validation part; None for a bundle without one.
    """

    score: NDArray[np.float32]
    percentile: NDArray[np.float64]
    by_class: NDArray[np.float32]
    nearest: NDArray[np.str_]
    further: Mapping[str, Any] = field(default_factory=dict)
    flagged: NDArray[np.bool_] | None = None


def reference_of(score: NDArray[np.floating]) -> Reference:
    """The quantiles of training scores, of which there is at least one."""
    return Reference(tuple(np.quantile(score.astype(np.float64), np.linspace(0, 1, STEPS)).tolist()))


def threshold_of(score: NDArray[np.floating], rate: float) -> Threshold | None:
    """The quantile 1 - rate of validation scores; None where there is none."""
    value = np.asarray(score, np.float64)
    return Threshold(float(np.quantile(value, 1 - rate)), rate, len(value)) if len(value) else None


def flagged(score: NDArray[np.floating], reference: Reference) -> NDArray[np.bool_] | None:
    """(n,) whether each is above the threshold; None without one."""
    limit = reference.threshold
    return None if limit is None else np.asarray(score, np.float64) > limit.score


def percentile(score: NDArray[np.floating], reference: Reference) -> NDArray[np.float64]:
    """(n,) per cent of the training scores below each, linear between quantiles; the middle of those that share one."""
    knots = np.array(reference.quantiles)
    steps = np.linspace(0, 100, len(knots))
    value = np.asarray(score, np.float64)
    low, high = np.interp(value, knots, steps), -np.interp(-value, -knots[::-1], -steps[::-1])
    ranks: NDArray[np.float64] = np.where(value < knots[0], 0, np.where(value > knots[-1], 100, (low + high) / 2))
    return ranks


def nearest(by_class: NDArray[np.floating]) -> NDArray[np.int64]:
    """(n,) the class of least score, rounded to 1e-6 of it so that machines agree; the first in order of a tie."""
    scale = np.maximum(np.abs(by_class).max(axis=1, initial=0.0, keepdims=True), 1e-30)
    index: NDArray[np.int64] = np.argmin(np.round(np.asarray(by_class, np.float64) / scale, 6), axis=1)
    return index


def _range(value: Any, where: str) -> Range:
    found: Range = checks.array(checks.number)(value, where)
    if len(found) != len(USUAL) or list(found) != sorted(found):
        checks.refuse(where, "three numbers in rising order", value)
    return found


ANSWERS = checks.record(
    Reference,
    later={"threshold": None, "usual": []},  # bundles before thresholds do not have them
    quantiles=checks.array(checks.number),
    threshold=checks.optional(
        checks.record(Threshold, score=checks.number, false_alarm_rate=checks.number, rows=checks.size)
    ),
    usual=checks.array(checks.optional(_range)),
)


class Detector(Task):
    """Its part of the runtime."""

    name = "detection"
    main = SCORE
    noun = "scores"
    limits = (
        "Strange is what differs from the training part; whether it is interesting, a person says.",
        "A percentile is against the training part alone, which was learned from: new rows like it may score higher, "
        "and in a survey of another mix it means something else. A threshold is of the validation part.",
    )
    example = """\
for score, percentile in zip(prediction.score, prediction.percentile):
    print(score, percentile)"""

    def schema(self, value: Any, where: str) -> Any:
        """See :class:`Task`."""
        return ANSWERS(value, where)

    def check(self, manifest: Manifest) -> None:
        """A score a row, against quantiles in rising order."""
        if output(manifest, SCORE, self.name).shape != ():
            raise BundleError(f"manifest.json: outputs: {SCORE} must have the shape [batch]")
        if any(spec.name == BY_CLASS and spec.classes != (manifest.classes or None) for spec in manifest.outputs):
            raise BundleError(f"manifest.json: outputs: {BY_CLASS} must list its classes, and no other output others")
        quantiles: Sequence[float] = manifest.answers.quantiles
        if len(quantiles) < 2 or np.any(np.diff(quantiles) < 0):
            raise BundleError("manifest.json: answers.quantiles: expected two numbers or more, in rising order")
        limit, usual = manifest.answers.threshold, manifest.answers.usual
        if limit is not None and not 0 < limit.false_alarm_rate < 1:
            raise BundleError("manifest.json: answers.threshold.false_alarm_rate: expected a number between 0 and 1")
        tables = [spec for spec in manifest.inputs if spec.kind == "features"]
        if usual and (len(manifest.inputs) != 1 or not tables or len(usual) != len(tables[0].columns)):
            raise BundleError("manifest.json: answers.usual: expected one for each column of the only input, a table")

    def predict(self, manifest: Manifest, inputs: Answers, answers: Answers) -> Detection:
        """Scores, their percentiles, and the nearest class."""
        score = answers[SCORE]
        by_class = answers.get(BY_CLASS, np.zeros((len(score), 0), np.float32))
        names = np.array(manifest.classes if by_class.shape[1] else [""], np.str_)
        closest = names[nearest(by_class)] if by_class.shape[1] else np.repeat(names, len(score))
        ranks = percentile(score, manifest.answers)
        above = flagged(score, manifest.answers)
        return Detection(score, ranks, by_class, closest, others(answers, SCORE, BY_CLASS), above)

    def flips(self, answers: Answers, expected: Answers) -> tuple[int, str]:
        """Rows whose nearest class is another."""
        if BY_CLASS not in expected:
            return 0, ""
        return int(np.sum(nearest(answers[BY_CLASS]) != nearest(expected[BY_CLASS]))), "nearest classes"

    def table(self, manifest: Manifest, prediction: Detection) -> tuple[NDArray[np.int64], dict[str, Any]]:
        """Score, percentile, with a threshold whether it is above and, with known classes, the score of each."""
        found: dict[str, Any] = {SCORE: prediction.score, "percentile": prediction.percentile}
        if prediction.flagged is not None:
            found["flagged"] = np.where(prediction.flagged, "true", "false")
        if prediction.by_class.shape[1]:
            named = zip(manifest.classes, prediction.by_class.T, strict=True)
            found |= {"nearest": prediction.nearest, **{f"{SCORE}_{name}": values for name, values in named}}
        return np.arange(len(prediction.score)), found

    def describe(self, manifest: Manifest) -> dict[str, str]:
        """The score and what it is held against."""
        lines = {
            "score": "(n,), higher is stranger",
            "percentile": "(n,), 0 to 100, against the scores of the training part, which run from "
            f"{manifest.answers.quantiles[0]:.4g} to {manifest.answers.quantiles[-1]:.4g}",
        }
        limit = manifest.answers.threshold
        lines["flagged"] = "(n,), whether the score is above the threshold" if limit else "not given, without threshold"
        lines["threshold"] = str(limit) if limit else "none: there was no validation part to choose it on"
        if manifest.classes:
            lines |= {"nearest": "(n,), the known class of least score", "known classes": ", ".join(manifest.classes)}
        return lines
