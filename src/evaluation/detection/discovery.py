"""Discovery curves: anomalies found against objects that a person looked at."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...core.paper import column, paper_style
from ..figures.curves import COLOURS, REFERENCE, spread_line
from ..metrics.spread import mean_and_std
from ..tables.csv_text import csv_text, known


@dataclass(frozen=True)
class Discovery:
    """Curves of several starts, a place a question.

    Attributes
    ----------
    active, passive : (starts, questions) anomalies found by asking and learning, and by the ranking of a plain
        isolation forest of the same seed.
    source : (questions,) by the ranking of SOURCE; None without one.
    anomalies, candidates : how many there are to find, and among how many. words : what counts as one.
    """

    active: NDArray[np.float64]
    passive: NDArray[np.float64]
    source: NDArray[np.float64] | None
    anomalies: int
    candidates: int
    words: str

    @property
    def questions(self) -> NDArray[np.int64]:
        """(questions,) objects looked at, from 1."""
        return np.arange(1, self.active.shape[1] + 1)

    @property
    def random(self) -> NDArray[np.float64]:
        """(questions,) anomalies that looking at random finds on average."""
        return self.questions.astype(np.float64) * (self.anomalies / self.candidates)

    @property
    def curves(self) -> Mapping[str, NDArray[np.float64]]:
        """(starts, questions) by name; (1, questions) of what no seed changes."""
        found = {"active": self.active, "passive": self.passive}
        if self.source is not None:
            found["source"] = self.source[None]
        return found | {"random": self.random[None]}

    @property
    def areas(self) -> Mapping[str, NDArray[np.float64]]:
        """(starts,) area under each curve, in anomalies times questions; (1,) of what no seed changes."""
        return {name: curve.sum(axis=1) for name, curve in self.curves.items()}

    @property
    def ratio(self) -> NDArray[np.float64]:
        """(starts,) area by asking and learning over that of the passive ranking of the same seed."""
        areas = self.areas
        with np.errstate(divide="ignore", invalid="ignore"):
            found: NDArray[np.float64] = areas["active"] / areas["passive"]
        return found

    def table(self) -> str:
        """CSV, a row a question: mean of each curve, and its deviation over the starts."""
        header, columns = ["looked_at"], [self.questions.tolist()]
        for name, curve in self.curves.items():
            mean, std = mean_and_std(curve)
            header.append(name)
            columns.append(mean.tolist())
            if len(curve) > 1:
                header.append(f"{name}_std")
                columns.append([known(value) for value in std])
        return csv_text(header, zip(*columns, strict=True))

    def starts_table(self) -> str:
        """CSV, a row a start: areas, their ratio, and anomalies found in the end."""
        header = ["start", "area_active", "area_passive", "ratio", "found_active", "found_passive"]
        ends = self.active[:, -1], self.passive[:, -1]
        columns = (self.areas["active"], self.areas["passive"], self.ratio, *ends)
        rows = zip(range(len(self.active)), *(column.tolist() for column in columns), strict=True)
        return csv_text(header, rows)


def found_by(score: NDArray[np.float64], wanted: NDArray[np.bool_], questions: int) -> NDArray[np.float64]:
    """(questions,) anomalies found by looking at the highest scores, one after the other; of a tie the first row."""
    order = np.argsort(-score, kind="stable")[:questions]
    found: NDArray[np.float64] = np.cumsum(wanted[order]).astype(np.float64)
    return found


@paper_style
def discovery_figure(discovery: Discovery, asked: str) -> Figure:
    """The curves with one standard deviation over the starts; grey: looking at random, and finding each time.

    Parameters
    ----------
    asked : what learns, for the legend.
    """
    figure = Figure((column(), 2.6), layout="constrained")
    axes = figure.subplots()
    place = discovery.questions.astype(np.float64)
    spread_line(axes, place, discovery.active, COLOURS[0], asked)
    spread_line(axes, place, discovery.passive, COLOURS[1], "isolation forest, not asking")
    if discovery.source is not None:
        spread_line(axes, place, discovery.source[None], COLOURS[2], "SOURCE, not asking")
    axes.plot(place, discovery.random, **REFERENCE)
    best = np.minimum(place, discovery.anomalies)
    axes.plot(place, best, **REFERENCE)
    top = float(max(curve.max() for curve in discovery.curves.values()))
    axes.set_ylim(0, 1.1 * top)
    axes.set_xlim(0, place[-1])
    axes.set_xlabel("Objects looked at")
    axes.set_ylabel(f"Anomalies found, of {discovery.anomalies}")
    axes.legend(loc="upper left")
    return figure
