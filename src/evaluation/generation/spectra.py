"""Spectra and errors of each field, from which all statistics of fields follow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import FieldPredictions
from ...runtime.tasks.generation import Grid
from ..metrics.spectra import power_spectra, shells
from ..rows import Weight, once


@dataclass(frozen=True)
class Spectra:
    """Statistics of n fields of c channels in b shells of wavenumber; of draws their mean.

    Attributes
    ----------
    channels : names, ("",) for fields without.
    wavenumber : (b,) 2 pi over a length, or cycles a cell where the grid has no spacing. modes : (b,).
    truth, made : (n, c, b) power, see `power_spectra`.
    coherence : (n, c, b) cross power over the root of both powers; 0 where one is none.
    squared : (n, c) mean square of draw minus truth. scatter : (n, c) mean variance among draws, NaN of one.
    """

    channels: tuple[str, ...]
    wavenumber: NDArray[np.float64]
    modes: NDArray[np.int64]
    truth: NDArray[np.float64]
    made: NDArray[np.float64]
    coherence: NDArray[np.float64]
    squared: NDArray[np.float64]
    scatter: NDArray[np.float64]

    def ratio(self, weight: Weight = None) -> NDArray[np.float64]:
        """(c, b) mean power of what was made over that of the truths; NaN where these have none."""
        truth, made = np.average(self.truth, 0, weight), np.average(self.made, 0, weight)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(truth > 0, made / truth, np.nan)


def channels_of(grid: Grid) -> tuple[str, ...]:
    """Names along the first axis; ("",) where it is one of space."""
    return grid.channels or ("",)


def by_channel(grid: Grid, fields: NDArray[np.float32], before: int) -> NDArray[np.float32]:
    """Fields with an axis of channels after the first ``before``, of one where they have none."""
    return fields if grid.channels else np.expand_dims(fields, before)


@once
def spectra(rows: FieldPredictions) -> Spectra:
    """Those of labelled rows of one repeat, one at a time: fields are large."""
    truth, made = by_channel(rows.grid, rows.truth, 1), by_channel(rows.grid, rows.field, 2)
    sides = truth.shape[2:]
    of = shells(sides, rows.grid.spacing)
    found: dict[str, list[NDArray[np.float64]]] = {
        name: [] for name in ("truth", "made", "coherence", "squared", "scatter")
    }
    space = tuple(range(-len(sides), 0))
    for true, draws in zip(truth, made, strict=True):
        power, made_power, cross = power_spectra(true[None], draws, of, len(sides))
        both = np.sqrt(power * made_power)
        coherence = np.divide(cross, both, out=np.zeros_like(cross), where=both > 0)
        found["truth"].append(power[0])
        found["made"].append(made_power.mean(axis=0))
        found["coherence"].append(coherence.mean(axis=0))
        found["squared"].append(((draws.astype(np.float64) - true) ** 2).mean(axis=(0, *space)))
        scatter = draws.astype(np.float64).var(axis=0, ddof=1) if len(draws) > 1 else np.full(true.shape, np.nan)
        found["scatter"].append(scatter.mean(axis=space))
    stacked = {name: np.stack(each) for name, each in found.items()}
    return Spectra(channels_of(rows.grid), of.wavenumber, of.modes, **stacked)
