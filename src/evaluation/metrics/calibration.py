"""Does a probability of 0.8 mean right four times in five? (Guo et al. 2017, ICML, arXiv 1706.04599)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions


@dataclass(frozen=True)
class Reliability:
    """The reliability diagram in numbers: equal-width bins of the decided class's probability.

    Attributes
    ----------
    count : (bins,) samples in each bin, or the sum of their weights.
    accuracy : (bins,) fraction of them decided rightly, NaN in an empty bin.
    confidence : (bins,) their mean probability, NaN in an empty bin.
    """

    count: NDArray[np.int64] | NDArray[np.float64]
    accuracy: NDArray[np.float64]
    confidence: NDArray[np.float64]

    @property
    def expected_calibration_error(self) -> float:
        """Mean distance of accuracy from confidence, weighted by count: eq. 3, dimensionless."""
        gap = np.nan_to_num(np.abs(self.accuracy - self.confidence))
        return float(np.average(gap, weights=self.count))

    def joined(self, into: NDArray[np.int64]) -> "Reliability":
        """The same with bins joined; ``into`` is the number of the new bin of each, rising."""
        count = np.bincount(into, self.count)
        right, sure = (np.nan_to_num(each) * self.count for each in (self.accuracy, self.confidence))
        with np.errstate(invalid="ignore"):
            return Reliability(count, np.bincount(into, right) / count, np.bincount(into, sure) / count)

    def to_json(self) -> dict[str, Any]:
        """Plain, strict JSON; null in an empty bin."""
        return {
            "count": self.count.tolist(),
            "accuracy": [float(value) if np.isfinite(value) else None for value in self.accuracy],
            "confidence": [float(value) if np.isfinite(value) else None for value in self.confidence],
        }


def reliability(predictions: ClassPredictions, bins: int, weight: NDArray[np.float64] | None = None) -> Reliability:
    """Reliability of labelled predictions, of which there is at least one.

    Bin m holds the probabilities in ((m - 1) / bins, m / bins]. ``weight`` is that of each row in another mix.
    """
    decided = predictions.prediction
    confidence = predictions.probability[np.arange(len(predictions)), decided]
    right = decided == predictions.target
    number = np.digitize(confidence, np.linspace(0, 1, bins + 1)[1:-1], right=True)
    once = np.ones(len(predictions)) if weight is None else weight
    count = np.bincount(number, weight, bins)
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN of an empty bin
        return Reliability(
            count,
            np.bincount(number, right * once, bins) / count,
            np.bincount(number, confidence * once, bins) / count,
        )


def large_enough(count: NDArray[np.float64], least: int) -> NDArray[np.int64]:
    """(bins,) number of the joined bin of each, so that each holds ``least`` or more where there are so many.

    From the top down, where most of a classifier's rows are; what is left at the bottom joins the last.
    """
    number, held, found = 0, 0.0, np.zeros(len(count), np.int64)
    left = np.cumsum(count)  # in this bin and below
    for place in range(len(count) - 1, -1, -1):
        found[place] = number
        held += count[place]
        if held >= least and place and left[place - 1] >= least:
            number, held = number + 1, 0.0
    return number - found
