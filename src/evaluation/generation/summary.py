"""The evaluation of generated fields: their power, phases and values against the truth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import FieldPredictions
from ...runtime.tasks.generation import Grid
from ..evaluation import Repeat, digits
from ..evaluator import labelled
from ..grouped import Grouped, GroupedEvaluation
from ..metrics.spread import metric_spread
from ..rows import Weight, by_repeat, defined, judge
from ..shown import Table, plus_minus
from ..tables.csv_text import csv_text
from .spectra import Spectra, spectra

STATISTICS = ("power_spectrum", "cross_correlation", "rmse")
CURVES = ("power_true", "power_generated", "power_ratio", "cross_correlation")
METRICS = {
    "power_spectrum_error": "error of power (dex)",
    "cross_correlation": "cross-correlation",
    "rmse": "RMSE",
    "draw_spread": "spread of draws",
}


def scores(rows: FieldPredictions, weight: Weight = None, statistics: Sequence[str] = STATISTICS) -> dict[str, float]:
    """Statistics of labelled rows of one repeat, and of each of several channels as ``rmse/<channel>``.

    ``power_spectrum_error`` : mean over shells of |log10(P_made / P_true)|, in dex, each the mean power of all rows
    in the shells of `metrics.spectra.shells`. What scatters around no error has one: of few fields it, and more so
    its interval, is too large.
    ``cross_correlation`` : mean over rows, draws and shells of r(k) = P_xt / sqrt(P_x P_t); 1 for equal phases.
    ``rmse`` : root of the mean square of draw minus truth, and with several draws
    ``draw_spread``, root of the mean variance among them (ddof=1), both in the unit of the fields.
    What is undefined is left out.
    """
    of = spectra(rows)
    each: dict[str, NDArray[np.float64]] = {}
    if "power_spectrum" in statistics:
        with np.errstate(divide="ignore"):  # fields without power have an infinite error, which is left out
            each["power_spectrum_error"] = np.abs(np.log10(of.ratio(weight))).mean(axis=1)
    if "cross_correlation" in statistics:
        each["cross_correlation"] = np.average(of.coherence, 0, weight).mean(axis=1)
    if "rmse" in statistics:
        each["rmse"] = np.average(of.squared, 0, weight)
        each["draw_spread"] = np.average(of.scatter, 0, weight)
    found: dict[str, float] = {}
    for name, values in each.items():
        root = np.sqrt if name in ("rmse", "draw_spread") else np.asarray
        found[name] = float(root(values.mean()))
        if len(of.channels) > 1:
            found |= {
                f"{name}/{channel}": float(value) for channel, value in zip(of.channels, root(values), strict=True)
            }
    return defined(found)


@dataclass(frozen=True)
class FieldRepeat(Repeat):
    """One repeat, with the spectra of its fields."""

    spectra: Spectra

    @property
    def curves(self) -> dict[str, NDArray[np.float64]]:
        """Each of CURVES, (c, b): the mean over rows."""
        of = self.spectra
        means = (of.truth.mean(axis=0), of.made.mean(axis=0), of.ratio(), of.coherence.mean(axis=0))
        return dict(zip(CURVES, means, strict=True))


@dataclass(frozen=True)
class FieldEvaluation(GroupedEvaluation):
    """What one part of a predictions table says of a generator.

    Attributes
    ----------
    grid : what the fields are.
    statistics : those that were asked for.
    """

    headline: ClassVar = tuple(METRICS)
    compared: ClassVar = ("power_spectrum_error", "cross_correlation", "rmse")
    first_figure: ClassVar = "spectra"

    repeats: tuple[FieldRepeat, ...]
    grid: Grid = field(kw_only=True)
    statistics: tuple[str, ...] = field(kw_only=True)

    @property
    def wavenumber_unit(self) -> str:
        """Of the spectra."""
        if self.grid.spacing is None:
            return "cycles/cell"
        unit = self.grid.spacing_unit or "length"
        return f"1/{unit}" if unit.isalpha() else f"1/({unit})"

    def grouped(self) -> list[Grouped]:
        """By channel, where there are several."""
        if len(self.grid.channels) < 2:
            return []
        groups = {name: f"/{name}" for name in self.grid.channels}
        return [Grouped("by_channel", "by channel", "channel", groups, METRICS)]

    def tables(self) -> list[Table]:
        """By channel, and by wavenumber at steps of two."""
        last = len(self.repeats[0].spectra.wavenumber)
        octaves = {2**step - 1 for step in range(last.bit_length())}
        rows = []
        for channel, shell, wavenumber, _, mean, std in self.lines():
            if shell in octaves:
                text = [digits(mean[name]) if name in mean else "-" for name in CURVES[2:]]
                text = [
                    f"{value} {plus_minus(len(self.repeats))} {digits(std[name])}" if name in std else value
                    for name, value in zip(CURVES[2:], text, strict=True)
                ]
                rows.append((f"{channel} {wavenumber:.3g}".strip(), *text))
        header = (f"wavenumber ({self.wavenumber_unit})", "power ratio", "cross-correlation")
        return [*super().tables(), Table("spectra", "by wavenumber", header, rows)]

    def spectra_csv(self) -> str:
        """A row a channel and shell; each curve's mean and standard deviation over repeats."""
        header = ["channel", "wavenumber", "modes", *(f"{name}_{end}" for name in CURVES for end in ("mean", "std"))]
        lines = (
            [channel, wavenumber, modes, *(of.get(name) for name in CURVES for of in (mean, std))]
            for channel, _, wavenumber, modes, mean, std in self.lines()
        )
        return csv_text(header, lines)

    def lines(self) -> Iterator[tuple[str, int, float, int, dict[str, float], dict[str, float]]]:
        """Channel, number, wavenumber and modes of each shell; mean and standard deviation of each curve."""
        of = self.repeats[0].spectra
        curves = [repeat.curves for repeat in self.repeats]
        for channel, name in enumerate(of.channels):
            for shell, wavenumber in enumerate(of.wavenumber.tolist()):
                values = [defined({name: curve[channel, shell] for name, curve in each.items()}) for each in curves]
                yield name, shell, wavenumber, int(of.modes[shell]), *metric_spread(values)

    def warnings(self) -> list[str]:
        """Statistics that fields without power do not have."""
        wanted = {"power_spectrum": "power_spectrum_error"}
        absent = [name for name in self.statistics if wanted.get(name, name) not in self.mean]
        told = f"{', '.join(absent)} of {self.part} is undefined: fields or truths have no power"
        return super().warnings() + ([told] if absent else [])


def evaluate(
    predictions: FieldPredictions,
    part: str = "test",
    statistics: Sequence[str] = STATISTICS,
    resamples: int = 1000,
    confidence: float = 0.90,
) -> FieldEvaluation:
    """Evaluate the fields of one part that have a truth, repeat by repeat.

    Parameters
    ----------
    statistics : some of STATISTICS; of fields that are no answer to a truth of their own only ``power_spectrum``.

    Raises
    ------
    AlertlabError
        When the part holds no truth.
    """
    of, wanted = by_repeat(labelled(predictions, part)), tuple(statistics)
    judged, intervals = judge(of, partial(scores, statistics=wanted), lambda rows: {}, resamples, confidence)
    repeats = tuple(FieldRepeat(**vars(each), spectra=spectra(of[each.number])) for each in judged)
    return FieldEvaluation(part, repeats, intervals, confidence, grid=predictions.grid, statistics=wanted)
