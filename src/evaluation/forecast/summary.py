"""The evaluation of forecasts: errors and honesty of deviations, by horizon and by band.

There is no baseline: what was last seen, from which a constant would be forecast, is not in the predictions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ForecastPredictions
from ..evaluator import labelled
from ..grouped import Grouped, GroupedEvaluation
from ..metrics.errors import error_scores, error_terms
from ..rows import Weight, by_repeat, defined, judge, once

HORIZONS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
NOISE_CHI2 = "noise_chi2"  # squared errors over those of the measurements, whatever the deviations
METRICS = {
    "rmse": "RMSE",
    "reduced_chi2": "chi-squared",
    NOISE_CHI2: "over the noise",
    "log_likelihood": "log likelihood",
    "coverage_1_sigma": "within 1 dev.",
    "coverage_2_sigma": "within 2 dev.",
}


@dataclass(frozen=True)
class Cells:
    """Rows by horizon and band.

    Attributes
    ----------
    cell : (n,) of the bin times the number of bands, plus the number of the band. bands : names of any row.
    terms : (n,) each, see `error_terms`.
    """

    cell: NDArray[np.int64]
    bands: tuple[str, ...]
    terms: dict[str, NDArray[np.float64]]


def labels(horizons: Sequence[float]) -> tuple[str, ...]:
    """Name of each bin, the open ones at the ends among them."""
    between = [f"{low:g}-{high:g} d" for low, high in pairwise(horizons)]
    return (f"below {horizons[0]:g} d", *between, f"from {horizons[-1]:g} d")


@once
def cells(rows: ForecastPredictions, horizons: tuple[float, ...]) -> Cells:
    """Labelled rows of one repeat by bins, which hold their lower edge, and bands."""
    names, band = np.unique(rows.band, return_inverse=True)
    order = [name for name in rows.bands.bands if name in names]
    bands = (*order, *(name for name in names.tolist() if name not in order))
    number = np.array([bands.index(name) for name in names.tolist()])[band]
    cell = np.digitize(rows.horizon, horizons) * len(bands) + number
    return Cells(cell, bands, error_terms(rows.value, rows.truth, rows.scatter) | _noise_terms(rows))


def _noise_terms(rows: ForecastPredictions) -> dict[str, NDArray[np.float64]]:
    """Of each row the squared error over that of the measurement, and 1; 0 where there is none."""
    given = np.isfinite(rows.truth) & (rows.truth_error > 0)
    pull = np.where(given, rows.value - rows.truth, 0.0) / np.where(given, rows.truth_error, 1.0)
    return {"noise_squared": pull**2, "noise_given": given.astype(np.float64)}


def scores(
    rows: ForecastPredictions, weight: Weight = None, horizons: tuple[float, ...] = HORIZONS
) -> dict[str, float]:
    """Scores of labelled rows of one repeat, of the whole, each bin as ``rmse/1-3 d``, and each of several bands.

    They are those of `error_scores` but mean absolute error and bias, with deviations that count the error of the
    measurement; and ``noise_chi2``, mean((truth - value)**2 / truth_error**2), the reduced chi-squared of Tachibana et
    al. (2020), where measurements have errors. Bins without rows are left out.

    Parameters
    ----------
    horizons : edges of the bins in days, rising.
    """
    of, names = cells(rows, horizons), labels(horizons)
    shape = (len(names), len(of.bands))
    sums: dict[str, NDArray[np.float64]] = {}
    for name, term in of.terms.items():
        weighted = term if weight is None else term * weight
        sums[name] = np.bincount(of.cell, weighted, shape[0] * shape[1]).reshape(shape).astype(np.float64)
    found = {name: float(value) for name, value in _scores(sums, (0, 1)).items()}
    groups = [(names, _scores(sums, (1,)))] + ([(of.bands, _scores(sums, (0,)))] if len(of.bands) > 1 else [])
    for group, each in groups:
        for metric, values in each.items():
            found |= {f"{metric}/{name}": float(value) for name, value in zip(group, values, strict=True)}
    return defined(found)


def _scores(sums: dict[str, NDArray[np.float64]], over: tuple[int, ...]) -> dict[str, NDArray[np.float64]]:
    summed = {name: np.asarray(each.sum(axis=over)) for name, each in sums.items()}
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN of an empty group
        found = error_scores(summed) | {NOISE_CHI2: summed["noise_squared"] / summed["noise_given"]}
    return {name: found[name] for name in METRICS}


@dataclass(frozen=True)
class ForecastEvaluation(GroupedEvaluation):
    """What one part of a predictions table says of a forecaster.

    Attributes
    ----------
    horizons : names of the bins that hold rows. bands : names.
    unit : of the values.
    """

    headline: ClassVar = ("rmse", "reduced_chi2", "coverage_1_sigma", "coverage_2_sigma", "log_likelihood")
    compared: ClassVar = ("rmse", "reduced_chi2", NOISE_CHI2, "log_likelihood")
    first_figure: ClassVar = "horizons"

    horizons: tuple[str, ...] = field(kw_only=True)
    bands: tuple[str, ...] = field(kw_only=True)
    unit: str = field(kw_only=True)

    def grouped(self) -> list[Grouped]:
        """By horizon, and by band where there are several."""
        metrics = METRICS | {"support": "points"}
        found = [Grouped("by_horizon", "by horizon", "horizon", {name: f"/{name}" for name in self.horizons}, metrics)]
        if len(self.bands) > 1:
            bands = {name: f"/{name}" for name in self.bands}
            found.append(Grouped("by_band", "by band", "band", bands, metrics))
        return found


def evaluate(
    predictions: ForecastPredictions,
    part: str = "test",
    horizons: Sequence[float] = HORIZONS,
    resamples: int = 1000,
    confidence: float = 0.90,
) -> ForecastEvaluation:
    """Evaluate the known truths of one part, repeat by repeat.

    Parameters
    ----------
    horizons : see `scores`.

    Raises
    ------
    AlertlabError
        When the part holds no truth.
    """
    rows, edges = labelled(predictions, part), tuple(map(float, horizons))
    counts = partial(_support, horizons=edges)
    repeats, intervals = judge(by_repeat(rows), partial(scores, horizons=edges), counts, resamples, confidence)
    held = {name for each in repeats for name in each.metrics}
    return ForecastEvaluation(
        part,
        repeats,
        intervals,
        confidence,
        horizons=tuple(name for name in labels(edges) if f"support/{name}" in held),
        bands=cells(rows, edges).bands,
        unit=predictions.bands.unit,
    )


def _support(rows: ForecastPredictions, horizons: tuple[float, ...]) -> dict[str, float]:
    of, names = cells(rows, horizons), labels(horizons)
    count = np.bincount(of.cell, minlength=len(names) * len(of.bands)).reshape(len(names), -1)
    groups = [*zip(names, count.sum(axis=1), strict=True)]
    groups += [*zip(of.bands, count.sum(axis=0), strict=True)] if len(of.bands) > 1 else []
    return {f"support/{name}": float(number) for name, number in groups if number}
