"""Whether probabilities are right: metrics of one repeat, of those before calibration too, and their table."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...core.predictions import ClassPredictions
from ..metrics.brier import BINS, brier, equal_mass_error
from ..metrics.calibration import reliability
from ..metrics.ranking import log_losses
from ..shown import Table

if TYPE_CHECKING:
    from .summary import ClassEvaluation

BEFORE = "uncalibrated/"
ECE, MASS, BY_CLASS = "expected_calibration_error", "expected_calibration_error_equal_mass", "calibration_error"
SHOWN = {  # name of a metric -> in words
    "log_loss": "log loss",
    ECE: "ECE",
    MASS: "ECE, bins of equal mass",
    "brier_score": "Brier score",
    "brier_reliability": "its reliability (0 is best)",
    "brier_resolution": "its resolution",
    "brier_uncertainty": "its uncertainty",
}


def before(rows: ClassPredictions) -> ClassPredictions | None:
    """The same rows with their raw probabilities, where the table has them."""
    return None if rows.uncalibrated is None else replace(rows, probability=rows.uncalibrated, uncalibrated=None)


def calibration_metrics(rows: ClassPredictions, bins: int) -> dict[str, float]:
    """Of labelled rows; those of raw probabilities under ``uncalibrated/``.

    ``calibration_error/<class>`` is the error of one class against all others, in ten bins of equal mass.
    """
    found = _metrics(rows, bins)
    raw = before(rows)
    if raw is None:
        return found
    loss = float(log_losses(raw.target, raw.probability).mean())
    more = {"log_loss": loss, ECE: reliability(raw, bins).expected_calibration_error, **_metrics(raw, bins)}
    return found | {BEFORE + name: value for name, value in more.items()}


def _metrics(rows: ClassPredictions, bins: int) -> dict[str, float]:
    decided = rows.prediction
    confidence = rows.probability[np.arange(len(rows)), decided]
    parts = brier(rows.target, rows.probability)
    of_class = {
        f"{BY_CLASS}/{name}": equal_mass_error(rows.probability[:, index], rows.target == index, BINS)
        for index, name in enumerate(rows.classes)
        if (rows.target == index).any()
    }
    return {
        MASS: equal_mass_error(confidence, decided == rows.target, bins),
        "brier_score": parts.score,
        "brier_reliability": parts.reliability,
        "brier_resolution": parts.resolution,
        "brier_uncertainty": parts.uncertainty,
        **of_class,
    }


def calibration_table(evaluation: "ClassEvaluation") -> Table:
    """A row a metric, then a row a class: before the calibration, where that is known, and after it."""
    text: Mapping[str, str] = evaluation.formatted
    names = SHOWN | {f"{BY_CLASS}/{name}": f"error of {name}" for name in evaluation.classes}
    known = [(words, name) for name, words in names.items() if name in text]
    if not any(name.startswith(BEFORE) for name in text):
        return Table("calibration", "calibration", ("", "value"), [(words, text[name]) for words, name in known])
    rows = [(words, text.get(BEFORE + name, "-"), text[name]) for words, name in known]
    return Table("calibration", "calibration", ("", "before", "after"), rows)
