"""Figures and page of a comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...core.contracts import Data
from ...evaluation.comparison.cells import Cells
from ...evaluation.comparison.difference import Comparison, Pair
from ...evaluation.comparison.disagreement import disagreement
from ...evaluation.comparison.verdict import (
    in_words,
    metrics_table,
    names_of,
    overall,
    p_text,
    parts,
    parts_table,
    verdicts,
)
from ...evaluation.published import Published
from ...evaluation.shown import Picture, Section, Table
from ..source import Source
from .tables import Rankings, runs_table
from .told import told_of, warnings_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 12  # objects of a group in the gallery
TABLES = 6  # pairs with tables of their own on the page
BY_CLASS = ("top/recall", "recall", "precision", "f1", "rmse", "auroc", "average_precision")  # scores with a table
RANKED, MATRIX = "critical_difference", "confusion"


@dataclass(frozen=True)
class Seen:
    """The data of a run, to see objects; ``note`` is the reason where there are none."""

    data: Data | None
    note: str


def figures_of(comparison: Comparison, rankings: Rankings, metric: str, matrix: Cells | None) -> "dict[str, Figure]":
    """Name of a file -> figure; ``matrix`` is of two classifiers."""
    from ...evaluation.comparison.cells import cells_figure
    from ...evaluation.comparison.forest_figure import forest_figures  # here: matplotlib is half a second of import
    from ...evaluation.comparison.rankings_figure import rankings_figure

    figures = forest_figures(comparison, metric)
    if matrix:
        figures[MATRIX] = cells_figure(matrix, comparison, comparison.pairs[0])
    if metric in rankings:
        figures[RANKED] = rankings_figure(rankings[metric], comparison.names, comparison.level)
    return figures


def page_of(
    comparison: Comparison,
    sources: Sequence[Source],
    rankings: Rankings,
    figures: "Mapping[str, Figure]",
    published: Published | None,
    seen: Seen,
) -> str:
    """The page, ``comparison.html``."""
    from ...evaluation.report.comparison import comparison_html

    about = {source.name: _about(source) for source in sources}
    simulated = any("simulated" in source.record.tags.get("data", "").lower() for source in sources if source.record)
    return comparison_html(
        comparison.names,
        about,
        told_of(comparison),
        warnings_of(comparison, sources),
        [(_title(comparison, pair), verdicts(comparison, pair)) for pair in comparison.pairs],
        list(_sections(comparison, rankings, figures, published)),
        disagreement(comparison.paired, SHOWN),
        seen.data.samples() if seen.data else None,
        seen.data.curves_of if seen.data else None,
        seen.note,
        simulated,
    )


def friedman_table(comparison: Comparison, rankings: Rankings) -> Table:
    """A row a metric: do the runs differ at all, and their mean ranks."""
    header = ("metric", "Friedman", *comparison.names, "critical difference")
    rows = [
        (name, p_text(of.p), *(f"{rank:.2f}" for rank in of.mean_rank.tolist()), f"{of.critical:.2f}")
        for name, of in rankings.items()
        if name in overall(comparison.pairs[0])
    ]
    return Table("ranks", "mean ranks, 1 is best", header, rows)


def mcnemar_table(comparison: Comparison) -> Table:
    """A row a pair and repeat: whose decisions are right alone."""
    rows = [
        (
            _title(comparison, pair),
            str(repeat),
            str(of.first_only),
            str(of.second_only),
            p_text(of.p).removeprefix("p = "),
            "exact" if of.exact else "chi-squared",
        )
        for pair in comparison.pairs
        for repeat, of in pair.decisions.items()
    ]
    header = ("pair", "repeat", "only the first right", "only the second right", "p", "test")
    return Table("mcnemar", "McNemar's test of the decisions, one an object", header, rows)


def _sections(
    comparison: Comparison, rankings: Rankings, figures: "Mapping[str, Figure]", published: Published | None
) -> list[Section]:
    pairs = comparison.pairs[:TABLES]
    several = len(comparison.pairs) > 1
    note = f"Published: {published.source}. Other objects, so it is never tested against." if published else ""
    drawn = [Picture(of, name.replace("_", " ")) for name, of in figures.items() if name not in (RANKED, MATRIX)]
    more = f"The first {TABLES} pairs; differences.csv has all. " if len(pairs) < len(comparison.pairs) else ""
    bold = "Bold: significant after Holm's correction."
    whole = [in_words(metrics_table(comparison, pair)) for pair in pairs]
    found = [
        Section("values", "The runs", tables=[in_words(runs_table(comparison, published))], note=note),
        Section("differences", "Differences", tables=whole, pictures=[(drawn, False)], note=more + bold),
    ]
    by_class = [
        replace(table, title=f"{_title(comparison, pair)}: {table.title}" if several else table.title)
        for pair in pairs
        for table in (parts_table(comparison, pair, score) for score in BY_CLASS if score in parts(pair))
    ]
    if by_class:
        both = [([Picture(figures[MATRIX], "Confusion matrices of both runs")], True)] if MATRIX in figures else []
        found.append(Section("by-class", "Class by class", tables=by_class, pictures=both, note=more + bold))
    if comparison.pairs[0].decisions:
        found.append(Section("decisions", "Decisions", tables=[mcnemar_table(comparison)], note=DECISIONS))
    if rankings:
        of = next(iter(rankings.values()))
        said = f"Blocks: {len(of.values)} {of.blocks}. A bar joins runs that Nemenyi's test does not tell apart."
        picture = [([Picture(figures[RANKED], "Critical-difference diagram")], True)] if RANKED in figures else []
        found.append(
            Section(
                "ranks", "Ranks", note=said, tables=[in_words(friedman_table(comparison, rankings))], pictures=picture
            )
        )
    return found


DECISIONS = (
    "McNemar's test counts objects that one run alone decides rightly; of several rows of an object the mean "
    "probability decides. It is of one training each, and not corrected for the number of tests."
)


def _title(comparison: Comparison, pair: Pair) -> str:
    return " less ".join(names_of(comparison, pair))


def _about(source: Source) -> str:
    if source.record is None:
        return f"table {source.words}"
    of = source.record
    return (
        f"run {of.run_id} of {of.experiment}, {of.started:%Y-%m-%d %H:%M} UTC, data: {of.tags.get('data', 'unknown')}"
    )
