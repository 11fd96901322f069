"""The Brier score and what it is made of (Murphy 1973, J. Appl. Meteor. 12, 595; Stephenson et al. 2008)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10  # of equal mass, for each class


@dataclass(frozen=True)
class Brier:
    """brier_score = reliability - resolution + uncertainty, each summed over classes; dimensionless.

    Attributes
    ----------
    reliability : how far frequencies are from the probabilities of their bin; 0 is best.
    resolution : how far they are from the frequency of all, with what differs within bins; large is best.
    uncertainty : of the classes themselves, which no classifier changes.
    """

    reliability: float
    resolution: float
    uncertainty: float

    @property
    def score(self) -> float:
        """Mean over rows of the squared distance of the probabilities from the truth, 0 to 2."""
        return self.reliability - self.resolution + self.uncertainty


def brier(target: NDArray[np.int64], probability: NDArray[np.float64], bins: int = BINS) -> Brier:
    """Decompose the Brier score of labelled rows, class by class in bins of equal mass.

    What varies within a bin counts to the resolution (eq. 9 of Stephenson et al. 2008, Weather and Forecasting 23,
    752), so that the parts add up to the score whatever the bins; where a bin holds one probability, they are Murphy's.
    """
    parts = np.zeros(3)
    for index in range(probability.shape[1]):
        p, own = probability[:, index], (target == index).astype(np.float64)
        number = equal_mass(p, bins)
        count = np.bincount(number)
        told, came = (np.bincount(number, each) / count for each in (p, own))
        base = own.mean()
        reliability = np.average((told - came) ** 2, weights=count)
        within = np.mean((p - told[number]) ** 2) - 2 * np.mean((own - came[number]) * (p - told[number]))
        resolution = np.average((came - base) ** 2, weights=count) - within
        parts += reliability, resolution, base * (1 - base)
    return Brier(*(float(each) for each in parts))


def equal_mass(value: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    """(n,) bin of each, 0 and up, about as many rows in each; equal values are never parted, no bin is empty."""
    rank = np.searchsorted(np.sort(value), value, side="left")
    found: NDArray[np.int64] = np.unique(rank * bins // len(value), return_inverse=True)[1]
    return found


def equal_mass_error(
    confidence: NDArray[np.float64], right: NDArray[np.bool_] | NDArray[np.float64], bins: int
) -> float:
    """Expected calibration error in bins of equal mass (Nguyen & O'Connor 2015; Nixon et al. 2019), dimensionless."""
    number = equal_mass(confidence, bins)
    count = np.bincount(number)
    gap = np.abs(np.bincount(number, right) - np.bincount(number, confidence)) / count
    return float(np.average(gap, weights=count))
