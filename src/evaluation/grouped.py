"""Metrics of the whole and of groups - kinds, quantities, horizons - as tables for people, programs and papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .evaluation import Evaluation
from .shown import Table
from .tables.csv_text import csv_text
from .tables.latex import table_latex


@dataclass(frozen=True)
class Grouped:
    """Some metrics of groups, a row a group.

    ``support``, where it is one of them, is a count: its mean stands without a spread.

    Attributes
    ----------
    name : of its files, ``by_kind``. title : above it. first : what a group is.
    groups : label -> what follows a metric's name for it, "" for the whole.
    metrics : name -> head of its column.
    units : label -> unit of its metrics; empty for a table without units.
    """

    name: str
    title: str
    first: str
    groups: Mapping[str, str]
    metrics: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)

    def table(self, evaluation: Evaluation) -> Table:
        """As text, dashes where a group lacks a metric; metrics that no group has are left out."""
        counts = {name: f"{of:.0f}" for name, of in evaluation.mean.items() if name.partition("/")[0] == "support"}
        text = evaluation.formatted | counts
        shown = [name for name in self.metrics if any(name + end in text for end in self.groups.values())]
        header = (self.first, *(["unit"] if self.units else []), *(self.metrics[name] for name in shown))
        rows = [
            (
                label,
                *([self.units.get(label, "")] if self.units else []),
                *(text.get(name + end, "-") for name in shown),
            )
            for label, end in self.groups.items()
        ]
        return Table(self.name, self.title, header, rows)

    def csv(self, evaluation: Evaluation) -> str:
        """Of each metric mean and std over repeats, or the interval of a single repeat; empty where there is none."""
        mean, std, intervals = evaluation.mean, evaluation.std, evaluation.intervals
        ends = ("mean", "std", "low", "high")
        header = [self.first, *(["unit"] if self.units else [])]
        header += [f"{name}_{end}" for name in self.metrics for end in ends]
        rows = []
        for label, end in self.groups.items():
            row: list[Any] = [label, *([self.units.get(label, "")] if self.units else [])]
            for name in self.metrics:
                row += [mean.get(name + end), std.get(name + end), *intervals.get(name + end, (None, None))]
            rows.append(row)
        return csv_text(header, rows)


@dataclass(frozen=True)
class GroupedEvaluation(Evaluation):
    """An evaluation whose tables are of groups."""

    def grouped(self) -> Sequence[Grouped]:
        """Its groups."""
        return ()

    def tables(self) -> list[Table]:
        """A table of each sort of groups."""
        return [*(each.table(self) for each in self.grouped()), *self.further]

    def files(self) -> dict[str, str]:
        """Name of a file -> CSV and LaTeX of each."""
        csv = {f"{each.name}.csv": each.csv(self) for each in self.grouped()}
        return csv | {f"{table.name}.tex": table_latex(table) for table in self.tables()}

    def to_json(self) -> dict[str, Any]:
        """Plain, strict JSON: the content of ``evaluation.json``, with what ``tables`` shows."""
        return {**super().to_json(), "tables": [table.to_json() for table in self.tables()]}
