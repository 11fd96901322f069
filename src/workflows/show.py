"""Results for people: tables on standard output, plain where it is piped."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from ..door.words import in_few_words
from ..evaluation import Evaluation
from ..evaluation.metrics.spread import mean_and_std
from ..evaluation.shown import Table as Shown

if TYPE_CHECKING:
    from ..core.feature_file import FeaturesResult
    from .compare.matrix import CompareMatrixResult
    from .compare.runs import CompareRunsResult
    from .hunt.verb import ReplayResult

MOST = 10_000  # letters of a line


def show_evaluation(evaluation: Evaluation) -> None:
    """Overall metrics, then what else there is of this task, such as a row a class."""
    show_tables([evaluation.results_table(), *evaluation.tables()])
    for warning in evaluation.warnings():
        print(warning)


def show_tables(tables: Sequence[Shown]) -> None:
    """Each as it is, cells that stand out in bold."""
    for table in tables:
        _table(table.title, table.header, list(table.rows), table.strong)


def first_figure(evaluation: Evaluation, figures: Path) -> dict[str, Path]:
    """The figure that a person looks at first, by its name in words; nothing where there is none."""
    name = evaluation.first_figure
    path = figures / f"{name}.png"  # evaluation.formats may leave it out
    return {name.replace("_", " "): path} if path.is_file() else {}


def show_matrix(result: "CompareMatrixResult") -> None:
    """A row a class of the second run: what the first says of its objects; top level first."""
    for level in sorted(result.matrices, reverse=True):
        each = result.matrices[level]
        counts = each.counts.sum(axis=0).tolist()
        rows = [
            [name, *("-" if value != value else f"{value:.2f}" for value in fraction), str(count)]
            for name, fraction, count in zip(each.columns, each.fraction.T.tolist(), counts, strict=True)
        ]
        title = "top level" if level == "top" else "all classes"
        _table(f"{title}: fractions by the first run of a class by the second", ("", *each.rows, "objects"), rows)
    print(f"{result.common} objects in both, {result.first_only} only in the first, {result.second_only} in the second")


def show_unknown(names: Sequence[str]) -> None:
    """Features that no object has."""
    if names:
        print(f"{len(names)} features unknown for every object: {in_few_words(names)}")


def show_comparison(result: "CompareRunsResult") -> None:
    """The verdicts of each pair; of two runs all their metrics too, of several each run's and their ranks."""
    from ..evaluation.comparison.verdict import metrics_table, verdict
    from .compare.page import friedman_table
    from .compare.tables import runs_table
    from .compare.told import told_of, warnings_of

    of = result.comparison
    if len(of.pairs) == 1:
        show_tables([metrics_table(of, of.pairs[0])])
    if len(of.pairs) > 1 or result.published:
        show_tables([runs_table(of, result.published)])
    if result.rankings:
        show_tables([friedman_table(of, result.rankings)])
    for pair in of.pairs:
        print(f"{verdict(of, pair, result.metric)}.")
    for sentence in (*told_of(of), *warnings_of(of, result.sources)):
        print(sentence)
    paths = {"page": result.page, "numbers": result.out / "differences.csv"}
    show_paths(paths | ({"run": result.run_id} if result.run_id else {}))


def show_runs(evaluations: Mapping[str, Evaluation]) -> None:
    """A row a run: what tells it from its siblings, then its overall metrics."""
    rows = {name: dict(each.results()) for name, each in evaluations.items()}
    names = dict.fromkeys(name for each in evaluations.values() for name in each.compared)
    part = next(iter(evaluations.values())).part
    _table(part, ("run", *names), [(name, *(row.get(each, "-") for each in names)) for name, row in rows.items()])


def show_counts(title: str, counts: Mapping[str, int], noun: str = "alerts") -> None:
    """A row a name, largest first; nothing where there is nothing."""
    rows = sorted(counts.items(), key=lambda item: -item[1])
    if rows:
        _table(f"{title}: {sum(counts.values())}", (title, noun), [(name, str(count)) for name, count in rows])


def show_classified(classified: Mapping[str, int], expected: Mapping[str, tuple[float, float]]) -> None:
    """A row a class, largest first: how many are called so, and of a classifier how many its probabilities expect."""
    if not expected or not classified:
        show_counts("classified", classified, "number")
        return
    names = sorted(expected, key=lambda name: -classified.get(name, 0))
    rows = [(name, str(classified.get(name, 0)), "{:.1f} ± {:.1f}".format(*expected[name])) for name in names]
    _table(f"classified: {sum(classified.values())}", ("classified", "number", "expected"), rows)


def show_features(result: "FeaturesResult") -> None:
    """What was read, dropped and left out, and how fast it went."""
    show_counts("dropped", result.dropped, "rows")
    show_counts("left out", result.left_out, "objects")
    show_unknown(result.unknown)
    show_paths(
        {
            "detections": result.detections,
            "objects": result.objects,
            "features": result.columns,
            "speed": f"{result.computed} objects in {result.seconds:.1f} s, {result.throughput:.1f} a second",
            "table": result.features,
            "rejected": result.rejected,
        }
    )


def show_discovery(result: "ReplayResult") -> None:
    """A row a curve: area, and anomalies found in the end; then the ratio of asking to not asking."""
    of = result.discovery
    looked, starts = len(of.questions), len(of.active)
    names = {"active": "asking", "passive": "isolation forest", "source": "SOURCE", "random": "at random"}
    rows = [(names[name], _spread(of.areas[name], 0), _spread(curve[:, -1], 1)) for name, curve in of.curves.items()]
    print(f"{of.words}: {of.anomalies} of {of.candidates} objects; {looked} looked at, {starts} starts")
    _table("discovery", ("order", "area", "found"), rows)
    print(f"area by asking over that of the isolation forest: {_spread(of.ratio, 2)}")
    show_paths({"curves": result.out / "discovery.csv", "starts": result.out / "discovery_starts.csv"})


def _spread(values: NDArray[np.float64], digits: int) -> str:
    """Mean over starts, with its deviation where there are several."""
    mean, std = mean_and_std(values)
    return f"{float(mean):.{digits}f}" + (f" ± {float(std):.{digits}f}" if len(values) > 1 else "")


def show_paths(paths: Mapping[str, Any]) -> None:
    """``name  value`` lines, never broken, so that they can be copied."""
    width = max(map(len, paths))
    for name, value in paths.items():
        print(f"{name:<{width}}  {value}")


def _table(
    title: str, header: tuple[str, ...], rows: list[Any], strong: frozenset[tuple[int, int]] = frozenset()
) -> None:
    table = Table(title=Text(title), title_justify="left")
    for number, name in enumerate(header):
        table.add_column(Text(name), justify="right" if number else "left")
    for place, row in enumerate(rows):  # as Text: a name in brackets or colons is no markup
        table.add_row(*(Text(cell, "bold" if (place, column) in strong else "") for column, cell in enumerate(row)))
    console = Console()
    whole = Measurement.get(console, console.options.update(max_width=MOST), table).maximum
    Console(width=max(console.width, whole)).print(table)  # what a terminal breaks is better than blank columns
