"""What a night is expected to hold and to be found: completeness, purity and numbers by class and by a fact."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from ..metrics.intervals import resampled_cells
from ..metrics.scores import Scores, class_scores, overall_scores
from ..metrics.spread import mean_and_std
from ..rows import by_repeat
from ..shown import Table
from ..tables.csv_text import csv_text, known
from .mix import Mix

MAGNITUDE = "magnitude"
ALL = "all"
QUANTITIES = ("share", "alerts", "found", "called", "completeness", "purity")
BINS = 12  # of a fact; more would hold few rows each


@dataclass(frozen=True)
class Expected:
    """Quantities of each class, in all and in each bin of a fact.

    ``share`` of the night; ``alerts`` of the class a night; ``found``, those of them that are called so; ``called``,
    all alerts that are; ``completeness``, found over alerts; ``purity``, found over called. Numbers are shares of the
    night where the mix has no number of alerts.

    Attributes
    ----------
    name : of the mix. counted : whether numbers are alerts a night. classes : (k,).
    fact, bins : what the bins are of, and (b,) their labels; the first is all.
    rows : (k, b) labelled rows that this rests on, mean over repeats.
    mean, std : quantity -> (k, b); NaN where undefined. intervals : quantity -> (k, b, 2), of a single repeat.
    missing : class -> share of the night that no labelled row is of.
    """

    name: str
    counted: bool
    classes: tuple[str, ...]
    fact: str
    bins: tuple[str, ...]
    rows: NDArray[np.float64]
    mean: dict[str, NDArray[np.float64]]
    std: dict[str, NDArray[np.float64]]
    intervals: dict[str, NDArray[np.float64]]
    missing: dict[str, float]

    def table(self) -> Table:
        """By class, for people."""
        number = "a night" if self.counted else "share"
        header = ("class", number, "called so", "found", "completeness", "purity")
        columns = ("alerts", "called", "found", "completeness", "purity")
        rows = [(name, *(self._text(each, row) for each in columns)) for row, name in enumerate(self.classes)]
        return Table("night", f"a night: {self.name}", header, rows)

    def _text(self, quantity: str, row: int) -> str:
        mean = self.mean[quantity][row, 0]
        if not np.isfinite(mean):
            return "-"
        show = _fraction if quantity in ("completeness", "purity") or not self.counted else _number
        if self.intervals and quantity != "alerts":
            low, high = self.intervals[quantity][row, 0]
            return f"{show(mean)} [{show(low)}, {show(high)}]"
        std = self.std[quantity][row, 0]
        return f"{show(mean)} ± {show(std)}" if np.isfinite(std) and quantity != "alerts" else show(mean)

    def csv(self) -> str:
        """A row a class and bin: the rows it rests on; of each quantity mean, std, low and high."""
        header = ["class", self.fact or "bin", "rows"]
        header += [f"{name}_{end}" for name in QUANTITIES for end in ("mean", "std", "low", "high")]
        lines = []
        for row, name in enumerate(self.classes):
            for place, label in enumerate(self.bins):
                line: list[Any] = [name, label, float(self.rows[row, place])]
                for quantity in QUANTITIES:
                    bounds = self.intervals[quantity][row, place] if self.intervals else (np.nan, np.nan)
                    values = (self.mean[quantity][row, place], self.std[quantity][row, place], *bounds)
                    line += [known(value) for value in values]
                lines.append(line)
        return csv_text(header, lines)

    def warnings(self) -> list[str]:
        """What of the night is missing from the rows."""
        lost = [f"{100 * share:.2g} % ({name})" for name, share in self.missing.items() if share > 0]
        if not lost:
            return []
        return [f"night {self.name}: no labelled row stands for {', '.join(lost)} of it; the rest is taken for all"]


@dataclass(frozen=True)
class Cells:
    """Rows of one repeat by cell of the mix, bin of a fact and decided class; see `cells_of`.

    Attributes
    ----------
    number : (n,) of each row, -1 where it is in none. stratum : (n,) cell of the mix.
    strata, bins, classes : how many there are of each. share, target : (strata,) of the night, and class.
    """

    number: NDArray[np.int64]
    strata: int
    bins: int
    classes: int
    share: NDArray[np.float64]
    target: NDArray[np.int64]

    def night(self, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """(r, b, k, k) shares of the night by bin, true and decided class, of (r, cells) counts; each sums to 1."""
        of = counts.reshape(-1, self.strata, self.bins, self.classes).astype(np.float64)
        rows = of.sum(axis=(2, 3))
        of *= (self.share / np.where(rows > 0, rows, 1))[:, :, None, None]
        held = of.sum(axis=(1, 2, 3), keepdims=True)
        of /= np.where(held > 0, held, 1)
        night = np.zeros((len(of), self.classes, self.bins, self.classes))
        np.add.at(night.transpose(1, 0, 2, 3), self.target, of.transpose(1, 0, 2, 3))
        return night.transpose(0, 2, 1, 3)


def edges_of(rows: ClassPredictions, mix: Mix) -> tuple[str, tuple[float, ...]]:
    """The fact to show a night against, and the edges of its bins: those of the mix, else whole magnitudes."""
    if mix.fact:
        return mix.fact, mix.edges
    values = rows.facts.get(MAGNITUDE, np.zeros(0))
    values = values[np.isfinite(values)]
    if not len(values):
        return "", ()
    low, high = (float(each) for each in np.quantile(values, (0.005, 0.995)))
    step = max(1.0, np.ceil((high - low) / BINS))
    inner = np.arange(np.floor(low) + step, high, step)
    return MAGNITUDE, (-np.inf, *inner.tolist(), np.inf)


def cells_of(leaves: ClassPredictions, rows: ClassPredictions, mix: Mix, edges: tuple[float, ...], fact: str) -> Cells:
    """Cells of labelled rows of one repeat; ``rows`` are the same as ``leaves``, perhaps at the top level."""
    stratum, k = mix.cells(leaves), len(rows.classes)
    bins = max(len(edges) - 1, 1)
    place = np.zeros(len(rows), np.int64)
    if fact:
        place = np.digitize(leaves.facts[fact], edges) - 1
        place = np.where(np.isfinite(leaves.facts[fact]) & (place >= 0) & (place < bins), place, -1)
    if (place < 0).any():
        bins, place = bins + 1, np.where(place < 0, bins, place)  # of the night all the same, but in no bin
    share = mix.shares(leaves.classes)
    each = max(len(mix.edges) - 1, 1)
    target = np.repeat(_target(leaves, rows), each)
    number = (stratum * bins + place) * k + rows.prediction
    return Cells(np.where(stratum >= 0, number, -1), len(share), bins, k, share, target)


def _target(leaves: ClassPredictions, rows: ClassPredictions) -> NDArray[np.int64]:
    """(classes of the leaves,) number of each in the classes of ``rows``."""
    if rows.classes == leaves.classes:
        return np.arange(len(leaves.classes))
    owner = {name: number for number, of in enumerate(leaves.branches.values()) for name in of}
    return np.array([owner[name] for name in leaves.classes])


def night_scores(matrix: NDArray[np.float64]) -> Scores:
    """Scores that follow from (..., k, k) of nights: overall, and of each class (..., k)."""
    return overall_scores(matrix) | class_scores(matrix)


def expected(
    leaves: ClassPredictions, rows: ClassPredictions, mix: Mix, resamples: int, confidence: float
) -> tuple[Expected, dict[str, tuple[float, float]]]:
    """The night of labelled rows, repeat by repeat, and intervals of the scores of a single repeat.

    Parameters
    ----------
    leaves : all repeats. rows : the same, perhaps at the top level. mix : of the classes of the leaves.
    resamples, confidence : of the bootstrap over objects of a single repeat. The mix itself is taken for exact.
    """
    fact, edges = edges_of(leaves, mix)
    nights, support = [], []
    missing: dict[str, float] = {}
    one = by_repeat(leaves)
    for number, own in one.items():
        cells = cells_of(own, rows.take(rows.repeat == number), mix, edges, fact)
        counts = np.bincount(cells.number[cells.number >= 0], minlength=cells.strata * cells.bins * cells.classes)
        nights.append(_binned(cells.night(counts[None])[0], len(edges)))
        held = np.zeros((cells.classes, cells.bins))
        np.add.at(held, cells.target, counts.reshape(cells.strata, cells.bins, cells.classes).sum(axis=2))
        support.append(_with_all(held.T, len(edges)).T)
        missing = {**missing, **mix.missing(own)}
    of = _quantities(np.stack(nights), mix.alerts)
    intervals: dict[str, NDArray[np.float64]] = {}
    bounds: dict[str, tuple[float, float]] = {}
    if len(one) == 1 and len(np.unique(leaves.object_id)) > 1:
        drawn = resampled_cells(cells.number, cells.strata * cells.bins * cells.classes, leaves.object_id, resamples)
        made = cells.night(drawn)
        tails = [(1 - confidence) / 2, (1 + confidence) / 2]
        for name, values in _quantities(_binned(made, len(edges)), mix.alerts).items():
            intervals[name] = _quantile(values, tails)
        for name, values in night_scores(made.sum(axis=1)).items():
            pairs = _quantile(values, tails).reshape(-1, 2)
            for place, pair in zip(_names(name, values, rows.classes), pairs, strict=True):
                if np.isfinite(pair).all():
                    bounds[place] = float(pair[0]), float(pair[1])
    spread = {name: mean_and_std(values) for name, values in of.items()}
    labels = (ALL, *(_label(low, high) for low, high in pairwise(edges)))
    found = Expected(
        mix.name,
        mix.alerts is not None,
        rows.classes,
        fact,
        labels,
        np.mean(support, axis=0),
        {name: mean for name, (mean, _) in spread.items()},
        {name: std for name, (_, std) in spread.items()},
        intervals,
        missing,
    )
    return found, bounds


def _binned(night: NDArray[np.float64], edges: int) -> NDArray[np.float64]:
    """(..., 1 + b, k, k): all bins together first, then each; what is in no bin is in the first alone."""
    moved = np.moveaxis(night, -3, 0)
    return np.moveaxis(_with_all(moved, edges), 0, -3)


def _with_all(values: NDArray[np.float64], edges: int) -> NDArray[np.float64]:
    bins = max(edges - 1, 0)
    return np.concatenate([values.sum(axis=0)[None], values[:bins]])


def _quantities(night: NDArray[np.float64], alerts: float | None) -> dict[str, NDArray[np.float64]]:
    """Each of QUANTITIES, (r, k, b), of (r, b, k, k)."""
    total = 1.0 if alerts is None else alerts
    share, called = night.sum(axis=-1), night.sum(axis=-2)
    found = np.diagonal(night, axis1=-2, axis2=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        complete = np.where(share > 0, found / share, np.nan)
        pure = np.where(called > 0, found / called, np.nan)
    numbers = (share, total * share, total * found, total * called, complete, pure)
    return {name: np.swapaxes(values, -1, -2) for name, values in zip(QUANTITIES, numbers, strict=True)}


def _quantile(values: NDArray[np.float64], tails: Sequence[float]) -> NDArray[np.float64]:
    """(..., 2) of (r, ...), of the resamples in which it is defined."""
    found = np.full((*values.shape[1:], 2), np.nan)
    known = np.isfinite(values).any(axis=0)
    found[known] = np.nanquantile(values[:, known], tails, axis=0).T
    return found


def _names(score: str, values: NDArray[np.float64], classes: Sequence[str]) -> list[str]:
    return [score] if values.ndim == 1 else [f"{score}/{name}" for name in classes]


def _label(low: float, high: float) -> str:
    if not np.isfinite(low):
        return f"below {high:g}"
    return f"from {low:g}" if not np.isfinite(high) else f"{low:g} to {high:g}"


def _fraction(value: float) -> str:
    return f"{value:.3f}" if value == 0 or abs(value) >= 5e-4 else f"{value:.2g}"


def _number(value: float) -> str:
    """Three digits: what a night brings is not known to more."""
    return f"{float(f'{value:.3g}'):.0f}" if value >= 100 or value == 0 else f"{value:.3g}"
