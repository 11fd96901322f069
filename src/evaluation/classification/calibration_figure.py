"""The reliability diagram."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...core.paper import TRAIN, column, paper_style
from ..metrics.calibration import Reliability, large_enough
from ..metrics.spread import mean_and_std, std_bars
from .summary import ClassEvaluation

LEAST = 10  # samples of a bin: of fewer a frequency says nothing


@paper_style
def calibration_figure(evaluation: ClassEvaluation) -> Figure:
    """Accuracy against confidence in equal-width bins, above the samples in each bin.

    Points below the diagonal are overconfident. With several repeats points and
    counts are means and bars the standard deviation over repeats; with a single
    one bars are the 68 % interval of a binomial fraction (Wilson 1927). Bins of
    fewer than ten samples are joined with their neighbours. The faint line is of
    the probabilities before they were calibrated, where the table has them.
    """
    diagrams = [repeat.reliability for repeat in evaluation.repeats]
    count = np.mean([each.count for each in diagrams], axis=0)
    into = large_enough(count, LEAST)
    confidence, accuracy, spread = _means([each.joined(into) for each in diagrams])
    rows = np.bincount(into, count).astype(np.float64)
    bars = std_bars(accuracy, spread) if len(diagrams) > 1 else wilson_bars(accuracy, rows)
    raw = [repeat.uncalibrated for repeat in evaluation.repeats if repeat.uncalibrated]

    figure = Figure((column(), 3.9), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    above.plot([0, 1], [0, 1], color="0.6", linewidth=0.6, linestyle="--")
    if raw:
        number = large_enough(np.mean([each.count for each in raw], axis=0), LEAST)
        x, y, _ = _means([each.joined(number) for each in raw])
        above.plot(x, y, color="0.55", linewidth=0.8, marker="s", markersize=2, label="before calibration")
        above.legend(loc="upper left", frameon=False)
    above.errorbar(confidence, accuracy, bars, color=TRAIN, fmt="o", elinewidth=0.6, capsize=1.5, clip_on=False)
    above.set(xlim=(0, 1), ylim=(0, 1), ylabel="Accuracy")
    above.text(0.96, 0.05, _error(evaluation), transform=above.transAxes, ha="right")
    below.stairs(count, np.linspace(0, 1, len(count) + 1), fill=True, color=TRAIN, alpha=0.6)
    below.set(xlabel="Probability of the predicted class", ylabel="Samples")
    return figure


def _means(diagrams: Sequence[Reliability]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(bins,) mean confidence, mean accuracy and its standard deviation over the repeats."""
    accuracy, spread = mean_and_std(np.stack([each.accuracy for each in diagrams]))
    confidence, _ = mean_and_std(np.stack([each.confidence for each in diagrams]))
    return confidence, accuracy, spread


def wilson_bars(fraction: NDArray[np.float64], count: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, n) distances down and up from each fraction to the ends of its 68 % Wilson interval."""
    with np.errstate(invalid="ignore", divide="ignore"):  # an empty bin stays NaN
        centre = (fraction + 0.5 / count) / (1 + 1 / count)
        half = np.sqrt(fraction * (1 - fraction) / count + 0.25 / count**2) / (1 + 1 / count)
    return np.maximum(np.stack([half + fraction - centre, half - fraction + centre]), 0)


def _error(evaluation: ClassEvaluation) -> str:
    name = "expected_calibration_error"
    text = f"ECE {evaluation.mean[name]:.3f}"
    return f"{text} ± {evaluation.std[name]:.3f}" if name in evaluation.std else text
